// 6 COMMIT: what git log says of a commit (contract 3.6), and the trailers by which a run finds its own (G10).

import type { Order } from "../plan/order-record.ts";
import { dayMicros } from "../time/duration.ts";
import { formatInstant } from "../time/instant.ts";
import type { Window } from "../window/window.ts";
import type { RunId } from "./run-id.ts";
import type { RunRecord } from "./run-record.ts";

/** One thing that a commit does, in the words of the edges of contract 3.2. */
export type LedgerEvent =
  | {
      readonly kind:
        | "claimed"
        | "started"
        | "settled"
        | "released"
        | "adopted"
        | "lost"
        | "expired"
        | "unexpired"
        | "split"
        | "waived";
      readonly record: RunRecord;
    }
  | { readonly kind: "ordered" | "order_done"; readonly syncId: string; readonly order: Order }
  | { readonly kind: "folded"; readonly syncId: string; readonly windows: number };

/** At most this many run ids are named in trailers; beyond it `Tidemark-Windows` says how many there are. */
const namedMax = 20;

/** Subject, blank line and trailers of one commit. */
export function commitMessage(commit: {
  readonly events: readonly LedgerEvent[];
  readonly holder: string;
  readonly digest: string;
}): string {
  const runIds = [...new Set(commit.events.flatMap((event) => runIdOf(event)))];
  const trailers = [
    ...runIds.slice(0, namedMax).map((runId) => `Tidemark-Run-Id: ${runId}`),
    ...(runIds.length > namedMax ? [`Tidemark-Windows: ${runIds.length}`] : []),
    `Tidemark-Holder: ${commit.holder}`,
    `Tidemark-Digest: ${commit.digest}`,
  ];
  return `${subjectOf(commit.events)}\n\n${trailers.join("\n")}\n`;
}

/** `sha256:` over the sorted lines `<path> NUL <blob id | deleted> LF` of a commit's changes (G10). */
export function commitDigest(
  changes: readonly { readonly path: string; readonly blobId: string | undefined }[],
  sha256: (text: string) => string,
): string {
  const lines = changes.map(({ path, blobId }) => `${path}\0${blobId ?? "deleted"}\n`);
  return `sha256:${sha256(lines.toSorted((a, b) => (a < b ? -1 : 1)).join(""))}`;
}

function runIdOf(event: LedgerEvent): readonly RunId[] {
  return "record" in event ? [event.record.runId] : [];
}

function subjectOf(events: readonly LedgerEvent[]): string {
  const ids = [...new Set(events.map((event) => syncOf(event)))];
  const scope = ids.length > 2 ? `${ids.length} syncs` : ids.join(", ");
  const groups = Map.groupBy(events, (event) => verbOf(event));
  // A start that only follows a settlement is no news of its own.
  if (groups.size > 1) groups.delete("start");
  const parts = [...groups].map(([verb, group]) => `${verb} ${describe(group)}`);
  return `ledger(${scope}): ${parts.join("; ")}`;
}

function syncOf(event: LedgerEvent): string {
  return "record" in event ? event.record.sync : event.syncId;
}

function verbOf(event: LedgerEvent): string {
  switch (event.kind) {
    case "claimed":
      return "claim";
    case "started":
      return "start";
    case "settled":
      return "settle";
    case "released":
      return "release";
    case "adopted":
      return "adopt";
    case "lost":
      return "lose";
    case "expired":
      return "expire";
    case "unexpired":
      return "unexpire";
    case "split":
      return "split";
    case "waived":
      return "waive";
    case "ordered":
      return "order";
    case "order_done":
      return "finish order";
    case "folded":
      return "fold";
  }
}

function describe(group: readonly LedgerEvent[]): string {
  const [first] = group;
  if (group.length === 1 && first !== undefined) return describeOne(first);
  const records = group.flatMap((event) => ("record" in event ? [event.record] : []));
  if (records.length < group.length) return `${group.length} orders`;
  const starts = records.toSorted((a, b) => a.window.start - b.window.start);
  const from = starts[0];
  const to = starts.at(-1);
  const range = from && to ? ` from ${windowText(from.window)} to ${windowText(to.window)}` : "";
  return `${group.length} windows${range}`;
}

function describeOne(event: LedgerEvent): string {
  if (event.kind === "folded") return `${event.windows} windows`;
  if (event.kind === "ordered" || event.kind === "order_done") {
    const { id, from, to, reprocess } = event.order;
    return `${id}, ${reprocess} in ${windowText({ start: from, end: to })}`;
  }
  const { record } = event;
  return `${windowText(record.window)}${outcomeText(record)}`;
}

function outcomeText(record: RunRecord): string {
  if (record.status === "succeeded") {
    const { processed } = record.itemCounts;
    return ` succeeded, ${processed} ${processed === 1 ? "record" : "records"}`;
  }
  if (record.status === "failed" && record.waived === undefined)
    return ` failed, ${record.error.code}`;
  if (record.status === "running") return `, ${record.reason}, attempt ${record.attempt}`;
  return "";
}

// A day of UTC is its date, another window its start, a longer one both ends.
function windowText({ start, end }: Window): string {
  const isDay = start % dayMicros === 0 && end - start === dayMicros;
  if (isDay) return formatInstant(start).slice(0, 10);
  return end - start <= dayMicros
    ? formatInstant(start)
    : `${shorten(formatInstant(start))}..${shorten(formatInstant(end))}`;
}

function shorten(text: string): string {
  return text.endsWith("T00:00:00Z") ? text.slice(0, 10) : text;
}
