// 6 COMMIT: the subject and trailers of a ledger commit (contract 3.6), so that `git log` tells the story by itself.
// Pure; the caller says what happened, in the order in which it happened.

import type { Order } from "../plan/order-record.ts";
import { dayMicros } from "../time/duration.ts";
import { formatInstant, type Instant } from "../time/instant.ts";
import type { Window } from "../window/window.ts";
import type { RunRecord } from "./run-record.ts";

/** What a commit did to one window, named after the edges of contract 3.2; `started` sets `started_at`. */
export type WindowEventKind =
  | "claimed"
  | "started"
  | "settled"
  | "adopted"
  | "released"
  | "lost"
  | "expired"
  | "unexpired"
  | "split"
  | "waived";

/** One thing that a commit did. */
export type LedgerEvent =
  | { readonly kind: WindowEventKind; readonly record: RunRecord }
  | {
      readonly kind: "ordered" | "order_done";
      readonly syncId: string;
      readonly order: Order;
    }
  | { readonly kind: "folded"; readonly syncId: string; readonly windows: number };

/** Run ids that a commit names one by one. */
const runIdsMax = 20;

/** The longest subject; git shows about this much. */
const subjectMax = 100;

/** The whole message: subject, empty line, trailers. */
export function commitMessage(commit: {
  readonly events: readonly LedgerEvent[];
  readonly holder: string;
  /** Of commitDigest. */
  readonly digest: string;
}): string {
  const { events, holder, digest } = commit;
  const runIds = [
    ...new Set(events.flatMap((event) => ("record" in event ? [event.record.runId] : []))),
  ];
  const folded = events.reduce(
    (sum, event) => sum + (event.kind === "folded" ? event.windows : 0),
    0,
  );
  const windows = runIds.length + folded;
  const trailers = [
    ...runIds.slice(0, runIdsMax).map((runId) => `Tidemark-Run-Id: ${runId}`),
    ...(windows > Math.min(runIds.length, runIdsMax) ? [`Tidemark-Windows: ${windows}`] : []),
    `Tidemark-Holder: ${holder}`,
    `Tidemark-Digest: ${digest}`,
  ];
  return `${subjectOf(events)}\n\n${trailers.join("\n")}\n`;
}

/** `Tidemark-Digest`: `sha256:` over the sorted lines of the changes (G10). */
export function commitDigest(
  changes: readonly { readonly path: string; readonly blobId: string | undefined }[],
  sha256: (text: string) => string,
): string {
  const lines = changes.map(({ path, blobId }) => `${path}\0${blobId ?? "deleted"}\n`).toSorted();
  return `sha256:${sha256(lines.join(""))}`;
}

/** The trailers of a message in order, as git reads them from its last paragraph; none where that is other text. */
export function parseTrailers(
  message: string,
): readonly (readonly [name: string, value: string])[] {
  const paragraphs = message
    .replaceAll("\r\n", "\n")
    .trimEnd()
    .split(/\n\s*\n/);
  if (paragraphs.length < 2) return [];
  const unfolded = (paragraphs.at(-1) ?? "").replaceAll(/\n[ \t]+/g, " ").split("\n");
  const trailers: (readonly [name: string, value: string])[] = [];
  for (const line of unfolded) {
    const match = /^([A-Za-z0-9][A-Za-z0-9-]*)[ \t]*:(.*)$/.exec(line);
    if (match === null) return [];
    trailers.push([match[1] ?? "", (match[2] ?? "").trim()]);
  }
  return trailers;
}

function subjectOf(events: readonly LedgerEvent[]): string {
  const ids = [...new Set(events.map(syncIdOf))];
  const scope = ids.length > 3 ? `${ids.length} syncs` : ids.join(", ");
  const groups = new Map<LedgerEvent["kind"], LedgerEvent[]>();
  for (const event of events) groups.set(event.kind, [...(groups.get(event.kind) ?? []), event]);
  const parts = [...groups.values()].map(phraseOf);
  let text = `ledger(${scope}): ${parts[0] ?? "write"}`;
  for (const [index, part] of parts.entries()) {
    if (index === 0) continue;
    const left = parts.length - index;
    if (text.length + part.length + 2 > subjectMax) return `${text}; ${left} more`;
    text += `; ${part}`;
  }
  return text;
}

function syncIdOf(event: LedgerEvent): string {
  return "record" in event ? event.record.runId.replace(/\/.*$/, "") : event.syncId;
}

const verbs: Readonly<Record<WindowEventKind, string>> = {
  claimed: "claim",
  started: "start",
  settled: "settle",
  adopted: "adopt",
  released: "release",
  lost: "lose",
  expired: "expire",
  unexpired: "unexpire",
  split: "split into",
  waived: "waive",
};

/** What happened to all windows, or orders, of one kind. */
function phraseOf(events: readonly LedgerEvent[]): string {
  const [first] = events;
  if (first === undefined) return "";
  switch (first.kind) {
    case "folded":
      return `fold ${plural(
        events.reduce((sum, event) => sum + (event.kind === "folded" ? event.windows : 0), 0),
        "window",
      )}`;
    case "ordered":
      return events.length > 1 ? `order ${events.length} ranges` : `order ${rangeOf(first.order)}`;
    case "order_done":
      return events.length > 1
        ? `finish ${events.length} orders`
        : `finish order ${first.order.id}`;
    default:
      return windowPhrase(
        verbs[first.kind],
        events.flatMap((event) => ("record" in event ? [event.record] : [])),
      );
  }
}

function windowPhrase(verb: string, records: readonly RunRecord[]): string {
  const judged = verb === "settle" || verb === "adopt";
  const [first] = records;
  if (first !== undefined && records.length === 1)
    return `${verb} ${windowText(first.window)}${judged ? ` ${outcomeOf(first)}` : ""}`;
  const starts = records.map((record) => record.window).toSorted((a, b) => a.start - b.start);
  const [from, to] = [starts[0], starts.at(-1)];
  const range =
    from === undefined || to === undefined ? "" : ` from ${windowText(from)} to ${windowText(to)}`;
  return `${verb} ${records.length} windows${range}${judged ? `, ${tallyOf(records)}` : ""}`;
}

function outcomeOf(record: RunRecord): string {
  if (record.status === "failed") return `failed (${record.error.code})`;
  return `${record.status}, ${plural(record.itemCounts.processed, "record")}`;
}

function tallyOf(records: readonly RunRecord[]): string {
  const succeeded = records.filter((record) => record.status === "succeeded");
  const processed = succeeded.reduce((sum, record) => sum + record.itemCounts.processed, 0);
  const failed = records.length - succeeded.length;
  return [
    ...(succeeded.length > 0
      ? [`${succeeded.length} succeeded, ${plural(processed, "record")}`]
      : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ].join(", ");
}

// A day in UTC is what people look for; anything else is named by its start.
function windowText(window: Window): string {
  const day = window.start % dayMicros === 0 && window.end - window.start === dayMicros;
  return day ? formatInstant(window.start).slice(0, 10) : formatInstant(window.start);
}

function rangeOf(order: Order): string {
  return `${edgeText(order.from)} to ${edgeText(order.to)}, ${order.reprocess}`;
}

function edgeText(at: Instant): string {
  return at % dayMicros === 0 ? formatInstant(at).slice(0, 10) : formatInstant(at);
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
