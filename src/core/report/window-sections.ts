// Windows that are not done, as sections of a page: failures with their remedies, gaps, orders, what another mapping
// delivered. Serves the summary of a run, that of `status`, and the published copy; it decides nothing.

import type { FailedRecord, RunRecord } from "../record/run-record.ts";
import { formatInstant, type Instant } from "../time/instant.ts";
import { type Gap, joinGaps } from "./gap.ts";
import { code, plain, tableHead, tableRow } from "./markdown.ts";
import { type LinkBase, runLink } from "./page-links.ts";
import { adviceOf, backfillRemedy, mayHelpToRerun, rerunRemedy, waiveRemedy } from "./remedies.ts";
import type { Section } from "./sections.ts";
import type { StatusView } from "./status-view.ts";
import type { OrderStatus } from "./sync-status.ts";
import { counted, lengthText, windowText } from "./words.ts";

/** What a run did, window by window, in its order. */
export function windowTable(title: string, settled: readonly RunRecord[]): readonly Section[] {
  const rows = settled.map((record) => {
    const { sync, window, reason, status, attempt, itemCounts, requests } = record;
    return tableRow([
      `${code(sync)} ${windowText(window)}`,
      reason.replace("_", " "),
      status === "pending" ? "given back" : status,
      String(attempt),
      String(itemCounts.fetched),
      String(itemCounts.processed),
      String(itemCounts.failed),
      String(requests.sent),
      tookText(record),
    ]);
  });
  if (rows.length === 0) return [];
  const counts = ["attempt#", "fetched#", "processed#", "failed#", "requests#", "took#"];
  const head = tableHead(["window", "reason", "outcome", ...counts]);
  return [{ head: [title, "", ...head], rows, tail: [], noun: "window" }];
}

function tookText(record: RunRecord): string {
  const isEnded = record.status === "succeeded" || record.status === "failed";
  if (!isEnded || record.startedAt === undefined) return "";
  return lengthText(record.finishedAt - record.startedAt);
}

/** Failed windows, those that wait for a person first, and how each goes on. */
export function failedWindows(
  view: StatusView,
  settled: readonly RunRecord[],
  place: LinkBase,
): readonly Section[] {
  const sound = view.syncs.flatMap((entry) => (entry.kind === "sound" ? [entry.status] : []));
  const parked = sound.flatMap((status) => status.parked);
  const waiting = sound.flatMap((status) => status.failures);
  const known = new Set([...parked, ...waiting.map(({ record }) => record)].map(idOf));
  const others = settled.filter((record) => record.status === "failed" && !known.has(record.runId));
  const rowOf = (record: FailedRecord, next: string): string => failureRow(record, next, place);
  const rows = [
    ...parked.map((record) => rowOf(record, `**parked**: ${adviceOf[record.error.code]}`)),
    ...waiting.map(({ record, isDue }) => rowOf(record, nextText(record, isDue, view.now))),
    ...others.flatMap((record) =>
      record.status === "failed" ? [rowOf(record, "a later run tries again")] : [],
    ),
  ];
  if (rows.length === 0) return [];
  const head = tableHead(["window", "attempt#", "code", "message", "what follows"]);
  return [
    {
      head: ["### Failed windows", "", ...head],
      rows,
      tail: parkedRemedy(parked),
      noun: "failed window",
    },
  ];
}

function idOf({ runId }: RunRecord): string {
  return runId;
}

function failureRow(record: FailedRecord, next: string, place: LinkBase): string {
  const { sync, window, attempt, error, runUrl } = record;
  const often =
    error.mostCommon === undefined
      ? ""
      : ` (most often HTTP ${error.mostCommon.status}, ${counted(error.mostCommon.count, "time")})`;
  return tableRow([
    `${code(sync)} ${windowText(window)}`,
    runLink(String(attempt), runUrl, place),
    code(error.code),
    `${plain(error.message)}${often}`,
    next,
  ]);
}

function nextText(record: FailedRecord, isDue: boolean, now: Instant): string {
  const { resumeAfter } = record.error;
  if (resumeAfter !== undefined && resumeAfter > now)
    return `not before ${formatInstant(resumeAfter)}`;
  return isDue ? "the next run tries again" : "a later run tries again";
}

function parkedRemedy(parked: readonly FailedRecord[]): readonly string[] {
  const [first] = parked;
  if (first === undefined) return [];
  const ids = parked.filter(mayHelpToRerun).map(({ runId }) => runId);
  const again = ids.length === 0 ? "" : ` When the cause is gone, ${rerunRemedy(ids)}.`;
  return [
    "",
    `Parked windows wait for a person.${again} To give one up: ${waiveRemedy(first.runId)}.`,
  ];
}

/** What coverage lacks, neighbours of one state together. */
export function gapTable(gaps: readonly Gap[], view: StatusView): readonly Section[] {
  const waived = view.syncs.flatMap((entry) => (entry.kind === "sound" ? entry.status.waived : []));
  const stopped = new Set(
    view.syncs.flatMap((entry) => (entry.kind === "stopped" ? [entry.spec.id] : [])),
  );
  const rows = joinGaps(gaps).map((gap) => {
    const next = stopped.has(gap.sync)
      ? "nothing until the sync is repaired, see stopped syncs"
      : gapText(gap, waived);
    return tableRow([code(gap.sync), windowText(gap.window), gap.state, next]);
  });
  if (rows.length === 0) return [];
  const head = ["### Gaps", "", ...tableHead(["sync", "range", "state", "what follows"])];
  return [{ head, rows, tail: [], noun: "gap" }];
}

function gapText(gap: Gap, waived: readonly FailedRecord[]): string {
  switch (gap.state) {
    case "open":
      return "a later run reads it";
    case "failed":
      return "tried again, see failed windows";
    case "parked":
      return "waits for a person, see failed windows";
    case "running":
      return "a run is at work on it, or the next one recovers it";
    case "lost":
      return "the source cannot answer for it any more";
    case "waived": {
      const own = waived.filter(
        ({ sync, window }) =>
          sync === gap.sync && window.start < gap.window.end && gap.window.start < window.end,
      );
      const reasons = new Set(own.map((record) => record.waived?.reason ?? ""));
      return `given up: ${plain([...reasons].join("; "))}`;
    }
  }
}

/** Orders that are not done. */
export function openOrders(view: StatusView): readonly Section[] {
  const rows = view.syncs.flatMap((entry) => {
    if (entry.kind !== "sound") return [];
    return entry.status.orders.map((order) => orderRow(entry.status.spec.name, order));
  });
  if (rows.length === 0) return [];
  const names = ["order", "sync", "range", "asks for", "windows left#", "out of reach#", "reason"];
  return [
    { head: ["### Orders in progress", "", ...tableHead(names)], rows, tail: [], noun: "order" },
  ];
}

function orderRow(name: string, order: OrderStatus): string {
  return tableRow([
    code(order.id),
    code(name),
    windowText(order.window),
    order.reprocess,
    String(order.left),
    String(order.beyondRetention),
    plain(order.reason ?? ""),
  ]);
}

/** Ranges that another mapping delivered, with how they are read again. */
export function staleRanges(view: StatusView): readonly Section[] {
  const rows = view.syncs.flatMap((entry) => {
    if (entry.kind !== "sound") return [];
    const { stale, spec } = entry.status;
    const [first] = stale;
    const last = stale.at(-1);
    if (first === undefined || last === undefined) return [];
    const range = { start: first.start, end: last.end };
    return [
      `- ${code(spec.name)}: ${counted(stale.length, "range")} within ${windowText(range)}; ${backfillRemedy(spec.name, "stale", range)}`,
    ];
  });
  if (rows.length === 0) return [];
  return [{ head: ["### Read with another mapping", ""], rows, tail: [], noun: "sync" }];
}
