// `tidemark status` as text: one screen per sync, worst things with their remedy. What it shows is sync-status.ts, the
// same as JSON is status-json.ts.

import type { FailedRecord } from "../record/run-record.ts";
import type { SyncSpec } from "../sync/sync-spec.ts";
import { formatDuration, longestMicros } from "../time/duration.ts";
import { formatInstant, type Instant } from "../time/instant.ts";
import { cellMarks, legendText, stripText } from "./cells.ts";
import { joinGaps } from "./gap.ts";
import { mayHelpToRerun, waiveCommand } from "./remedies.ts";
import type { FailureStatus, OrderStatus, SyncStatus } from "./sync-status.ts";
import { counted, lengthText, windowText } from "./words.ts";

/** A file that cannot be used, and why. */
export interface FileProblem {
  readonly path: string;
  readonly reason: string;
}

/** One configured sync: how it stands, or what stops it. */
export type SyncEntry =
  | {
      readonly kind: "sound";
      readonly status: SyncStatus;
      /** Until when its source asked to be left alone. */
      readonly heldUntil: Instant | undefined;
    }
  | {
      readonly kind: "stopped";
      readonly spec: SyncSpec;
      readonly problems: readonly FileProblem[];
    };

/** A folder whose sync is not configured any more: shown, never planned. */
export interface RetiredFolder {
  readonly id: string;
  readonly records: number;
  readonly folded: number;
  readonly newestCovered: Instant | undefined;
  readonly problems: readonly FileProblem[];
}

export interface StatusView {
  readonly now: Instant;
  readonly commit: string;
  readonly syncs: readonly SyncEntry[];
  readonly retired: readonly RetiredFolder[];
}

/** Lines of one kind that are listed on a screen; JSON has them all. */
const linesMax = 8;

/** The screens, one after the other, with a legend at the end. */
export function statusText(view: StatusView): string {
  const screens = view.syncs.map((entry) =>
    entry.kind === "sound" ? soundLines(entry, view.now) : stoppedLines(entry),
  );
  const retired = view.retired.map((folder) => [retiredLine(folder)]);
  const hasStrip = view.syncs.some(
    (entry) => entry.kind === "sound" && entry.status.strip !== undefined,
  );
  const blocks = [...screens, ...retired, ...(hasStrip ? [[legendText()]] : [])];
  return `${blocks.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function soundLines(
  { status, heldUntil }: Extract<SyncEntry, { kind: "sound" }>,
  now: Instant,
): readonly string[] {
  return [
    headline(status.spec, status.isStalled ? "  STALLED: nothing newer is covered" : ""),
    ...stripLines(status),
    ...coverageLines(status, now),
    ...(heldUntil === undefined
      ? []
      : [`  source ${status.spec.source} is left alone until ${formatInstant(heldUntil)}`]),
    ...openLines(status),
    ...listed(
      joinGaps(status.gaps),
      (gap) => `  gap ${windowText(gap.window)}: ${gap.state} ${cellMarks[gap.state]}`,
    ),
    ...runningLines(status, now),
    ...status.parked.slice(0, linesMax).flatMap((record) => parkedLines(record)),
    ...more(status.parked.length, "parked window"),
    ...listed(status.waived, (record) => waivedLine(record)),
    ...listed(status.failures, (failure) => failureLine(failure)),
    ...staleLines(status),
    ...listed(status.orders, (order) => orderLine(order)),
    ...typicalLines(status),
  ];
}

function headline(spec: SyncSpec, suffix: string): string {
  const { step, timezone } = spec.window;
  const zone = timezone === "UTC" ? "" : ` in ${timezone}`;
  return `${spec.name}: ${spec.source} to ${spec.destination}.${spec.table}, windows of ${formatDuration(step)}${zone}, every ${formatDuration(spec.run.every)}${suffix}`;
}

function stripLines({ strip }: SyncStatus): readonly string[] {
  return strip === undefined
    ? ["  no window may be read yet"]
    : [`  [${stripText(strip)}] ${windowText(strip.range)}`];
}

function coverageLines(status: SyncStatus, now: Instant): readonly string[] {
  const { newestCovered: newest, horizon } = status;
  const covered =
    newest === undefined
      ? "nothing covered yet"
      : `covered to ${formatInstant(newest)}, ${lengthText(now - newest)} ago`;
  return [`  ${covered}; horizon ${formatInstant(horizon)}`];
}

function openLines({ open }: SyncStatus): readonly string[] {
  const parts = [
    open.due > 0 ? `${open.due} due` : "",
    open.retries > 0 ? `${open.retries} to retry` : "",
    open.catchUp > 0 ? `${open.catchUp} to catch up` : "",
    open.ordered > 0 ? `${open.ordered} ordered` : "",
  ].filter((part) => part !== "");
  return [`  open: ${parts.length === 0 ? "none" : parts.join(", ")}`];
}

function runningLines(status: SyncStatus, now: Instant): readonly string[] {
  return listed(status.running, ({ record, isDead }) => {
    const { holder, leaseUntil } = record.claim;
    const since =
      record.startedAt === undefined
        ? "waits for its turn"
        : `for ${lengthText(now - record.startedAt)}`;
    const lease = isDead
      ? `lease ended ${formatInstant(leaseUntil)}; the next run recovers it`
      : `lease until ${formatInstant(leaseUntil)}`;
    return `  running ${windowText(record.window)} attempt ${record.attempt} ${since}, by ${holder}, ${lease}`;
  });
}

function parkedLines(record: FailedRecord): readonly string[] {
  // Some codes park at once.
  const failures = record.failures > 0 ? ` after ${counted(record.failures, "failure")}` : "";
  return [
    `  parked ${windowText(record.window)}${failures}, ${record.error.code}: ${record.error.message}`,
    ...(mayHelpToRerun(record) ? [`    remedy: tidemark rerun ${record.runId}`] : []),
    `    ${mayHelpToRerun(record) ? "or" : "remedy:"} give it up: ${waiveCommand(record.runId)}`,
  ];
}

function waivedLine(record: FailedRecord): string {
  const waived = record.waived;
  const why = waived === undefined ? "" : ` on ${formatInstant(waived.at)}: ${waived.reason}`;
  const again = mayHelpToRerun(record) ? `; tidemark rerun ${record.runId} takes it up again` : "";
  return `  waived ${windowText(record.window)} (${record.error.code})${why}${again}`;
}

function failureLine({ record, isDue }: FailureStatus): string {
  const next = isDue ? "the next run tries again" : "a later run tries again";
  return `  failed ${windowText(record.window)} attempt ${record.attempt}, ${record.error.code}: ${record.error.message}; ${next}`;
}

function staleLines({ stale, spec }: SyncStatus): readonly string[] {
  const [first] = stale;
  const last = stale.at(-1);
  if (first === undefined || last === undefined) return [];
  return [
    `  stale, read with another mapping: ${counted(stale.length, "range")} from ${formatInstant(first.start)} to ${formatInstant(last.end)}`,
    `    remedy: tidemark backfill ${spec.name} --reprocess stale --from ${formatInstant(first.start)} --to ${formatInstant(last.end)}`,
  ];
}

function orderLine(order: OrderStatus): string {
  const why = order.reason === undefined ? "" : `, ${order.reason}`;
  const lost =
    order.beyondRetention > 0 ? `, ${counted(order.beyondRetention, "window")} out of reach` : "";
  return `  order ${order.id} ${windowText(order.window)} ${order.reprocess}: ${counted(order.left, "window")} left${lost}${why}`;
}

function typicalLines({ typicalMs, spec }: SyncStatus): readonly string[] {
  if (typicalMs === undefined) return [];
  const everyMicros = longestMicros(spec.run.every);
  return [
    `  a window typically takes ${lengthText(typicalMs * 1000)} of the ${lengthText(everyMicros)} between runs`,
  ];
}

function stoppedLines(entry: Extract<SyncEntry, { kind: "stopped" }>): readonly string[] {
  return [
    headline(entry.spec, "  STOPPED: its folder in the ledger is damaged"),
    ...listed(entry.problems, ({ path, reason }) => `  ${path}: ${reason}`),
  ];
}

function retiredLine(folder: RetiredFolder): string {
  const { id, records, folded, newestCovered, problems } = folder;
  const covered =
    newestCovered === undefined ? "nothing covered" : `covered to ${formatInstant(newestCovered)}`;
  const damaged = problems.length > 0 ? `, ${counted(problems.length, "damaged file")}` : "";
  return `${id}: retired, no sync of this configuration has this id; ${counted(records, "record file")}, ${folded} folded, ${covered}${damaged}`;
}

function listed<Item>(items: readonly Item[], lineOf: (item: Item) => string): readonly string[] {
  const left = items.length - linesMax;
  const rest = left > 0 ? [`    and ${left} more; --json lists all`] : [];
  return [...items.slice(0, linesMax).map(lineOf), ...rest];
}

function more(count: number, noun: string): readonly string[] {
  const left = count - linesMax;
  return left > 0 ? [`    and ${counted(left, noun)} more; --json lists all`] : [];
}
