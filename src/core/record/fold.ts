// The fold (contract 3.5): which settled windows give up their own file, what fold.json says of them, and whether it
// says the truth. Pure; which files that means is adapters/ledger.

import { fieldsOf, type Instant, instantOf } from "../time/instant.ts";
import { type Coverage, mergeWindows, subtract } from "../window/coverage.ts";
import { compareWindows, type Window } from "../window/window.ts";
import { zeroAccepted } from "./anomaly.ts";
import { addCounts, type ItemCounts, noCounts } from "./counts.ts";
import type {
  Fold,
  FoldedBaseline,
  FoldedCoverage,
  FoldedMonth,
  FoldedSends,
} from "./fold-record.ts";
import type { RunRecord, SucceededRecord } from "./run-record.ts";
import { sendsOf } from "./sends.ts";

/** Folded windows that are kept as baselines. */
export const baselinesMax = 512;

const minuteMicros = 60_000_000;
const sendsKeptMicros = 24 * 60 * minuteMicros;

/**
 * The records to fold: with more than `keepFiles` succeeded ones the oldest, until half of `keepFiles` remain.
 * Failed, pending and running ones are never folded (contract 3.5).
 */
export function chooseForFold(
  records: readonly RunRecord[],
  keepFiles: number,
): readonly SucceededRecord[] {
  const succeeded = records
    .filter((record) => record.status === "succeeded")
    .toSorted((a, b) => compareWindows(a.window, b.window));
  if (succeeded.length <= keepFiles) return [];
  return succeeded.slice(0, succeeded.length - Math.floor(keepFiles / 2));
}

/** `YYYY-MM`: the UTC month of the window's start, which names its monthly file. */
export function monthOf(window: Window): string {
  const { year, month } = fieldsOf(window.start);
  return `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}`;
}

/** The lines of a monthly file after folding: a record folded again replaces its old line; ordered by window. */
export function mergeLines(
  lines: readonly RunRecord[],
  folded: readonly RunRecord[],
): readonly RunRecord[] {
  const merged = new Map(lines.map((record) => [record.runId, record]));
  for (const record of folded) merged.set(record.runId, record);
  return [...merged.values()].toSorted((a, b) => compareWindows(a.window, b.window));
}

/** What fold.json says of one monthly file. */
export function describeMonth(
  month: string,
  lines: readonly RunRecord[],
  sha256: string,
): FoldedMonth {
  const itemCounts = lines.reduce<ItemCounts>(
    (sum, record) => addCounts(sum, record.itemCounts),
    noCounts,
  );
  return { month, windows: lines.length, itemCounts, sha256 };
}

/** The fold with more records in it. Coverage stays what it was (L2): only where it is written down changes. */
export function addToFold(
  fold: Fold,
  change: {
    readonly folded: readonly SucceededRecord[];
    /** Old lines of windows that are folded again. */
    readonly replaced: readonly RunRecord[];
    /** The touched months as they are now. */
    readonly months: readonly FoldedMonth[];
    readonly now: Instant;
  },
): Fold {
  const touched = new Set(change.months.map(({ month }) => month));
  const months = [...fold.months.filter(({ month }) => !touched.has(month)), ...change.months];
  return {
    coverage: foldCoverage(fold.coverage, change.folded),
    months: months.toSorted((a, b) => (a.month < b.month ? -1 : 1)),
    sends: foldSends(fold.sends, change),
    baselines: foldBaselines(fold.baselines, change.folded),
  };
}

/** The first statement of a fold that its lines do not bear out, as a sentence; undefined when it is proved. */
export function proveFold(fold: Fold, lines: readonly RunRecord[]): string | undefined {
  const succeeded = lines.filter((record) => record.status === "succeeded");
  const odd = lines.find((record) => record.status !== "succeeded");
  if (odd !== undefined) return `expected only succeeded windows, found ${odd.runId} ${odd.status}`;
  for (const month of fold.months) {
    const own = lines.filter((record) => monthOf(record.window) === month.month);
    const found = describeMonth(month.month, own, month.sha256);
    if (found.windows !== month.windows)
      return `month ${month.month}: expected ${month.windows} windows, found ${found.windows}`;
    if (JSON.stringify(found.itemCounts) !== JSON.stringify(inOrder(month.itemCounts)))
      return `month ${month.month}: expected the sum of its counts, found other counts`;
  }
  const listed = fold.months.reduce((sum, month) => sum + month.windows, 0);
  if (listed !== lines.length) return `expected ${listed} windows, found ${lines.length}`;
  const proved = foldCoverage([], succeeded);
  return JSON.stringify(proved) === JSON.stringify(sortCoverage(fold.coverage))
    ? undefined
    : "coverage: expected that of the folded windows, found another";
}

function inOrder(counts: ItemCounts): ItemCounts {
  return addCounts(noCounts, counts);
}

function foldCoverage(
  before: readonly FoldedCoverage[],
  folded: readonly SucceededRecord[],
): readonly FoldedCoverage[] {
  const taken = mergeWindows(folded.map((record) => record.window));
  const byDigest = new Map<string, Window[]>();
  // A window folded again may have changed its digest, so it is taken out everywhere first.
  for (const { mappingDigest, ranges } of before)
    byDigest.set(
      mappingDigest,
      ranges.flatMap((range) => subtract(range, taken)),
    );
  for (const { mappingDigest, window } of folded) {
    const ranges = byDigest.get(mappingDigest);
    if (ranges === undefined) byDigest.set(mappingDigest, [window]);
    else ranges.push(window);
  }
  return sortCoverage(
    [...byDigest].map(([mappingDigest, ranges]) => ({
      mappingDigest,
      ranges: mergeWindows(ranges),
    })),
  );
}

function sortCoverage(coverage: readonly FoldedCoverage[]): readonly FoldedCoverage[] {
  return coverage
    .filter(({ ranges }) => ranges.length > 0)
    .map(({ mappingDigest, ranges }) => ({ mappingDigest, ranges: bounds(ranges) }))
    .toSorted((a, b) => (a.mappingDigest < b.mappingDigest ? -1 : 1));
}

function bounds(ranges: Coverage): Coverage {
  return ranges.map(({ start, end }) => ({ start, end }));
}

function foldSends(
  before: readonly FoldedSends[],
  change: {
    readonly folded: readonly RunRecord[];
    readonly replaced: readonly RunRecord[];
    readonly now: Instant;
  },
): readonly FoldedSends[] {
  const byMinute = new Map<string, FoldedSends>();
  const add = (source: string, at: Instant, sent: number): void => {
    const minute = instantOf(Math.floor(at / minuteMicros) * minuteMicros);
    const key = `${minute} ${source}`;
    byMinute.set(key, { minute, source, sent: (byMinute.get(key)?.sent ?? 0) + sent });
  };
  for (const { source, minute, sent } of before) add(source, minute, sent);
  // The history of a window folded again repeats what its old line has said already.
  for (const record of change.replaced)
    for (const { sent, lastAt } of sendsOf(record)) add(record.source, lastAt, -sent);
  for (const record of change.folded)
    for (const { sent, lastAt } of sendsOf(record)) add(record.source, lastAt, sent);
  return [...byMinute.values()]
    .filter(({ minute, sent }) => sent > 0 && minute + minuteMicros > change.now - sendsKeptMicros)
    .toSorted((a, b) => a.minute - b.minute || (a.source < b.source ? -1 : 1));
}

function foldBaselines(
  before: readonly FoldedBaseline[],
  folded: readonly SucceededRecord[],
): readonly FoldedBaseline[] {
  const again = new Set(folded.map(({ window }) => `${window.start} ${window.end}`));
  const kept = before.filter(({ window }) => !again.has(`${window.start} ${window.end}`));
  const added = folded
    // An accepted zero is no measure for later windows (contract 4.7).
    .filter((record) => !record.warnings.some((warning) => warning.code === zeroAccepted))
    .map((record) => ({
      window: { start: record.window.start, end: record.window.end },
      records: record.receipt.records,
      durationMs: Math.max(0, Math.floor((record.finishedAt - record.startedAt) / 1000)),
      requests: record.requests.sent,
    }));
  return [...kept, ...added]
    .toSorted((a, b) => compareWindows(a.window, b.window))
    .slice(-baselinesMax);
}
