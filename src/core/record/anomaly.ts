// Zero where there always was something (contract 4.7). Zero means that the receipt is empty, whatever lookback found.

import type { SyncSpec } from "../sync/sync-spec.ts";
import type { Window } from "../window/window.ts";
import type { FoldedBaseline } from "./fold-record.ts";
import type { RunRecord } from "./run-record.ts";

/** Code of the warning with which a zero was accepted; such windows are no baseline. */
export const zeroAccepted = "zero_accepted";

/** What the control request found: one page of the newest covered window that had records. */
export type Control = "records" | "empty" | "none";

/** What an empty window means. */
export type ZeroVerdict = "ordinary" | "suspect" | "accepted" | "unbelieved" | "refused";

const baselineMin = 5;
const baselineMax = 20;
const medianMin = 10;

/** Judges a window that delivered nothing of its own; any other window is ordinary. */
export function judgeZero(facts: {
  readonly records: number;
  readonly mode: SyncSpec["alerts"]["zero"];
  /** Records of the last successes of the same length; see baselineOf. */
  readonly baseline: readonly number[];
  /** Of this attempt; undefined when the attempt before did not end as `anomaly`. */
  readonly control: Control | undefined;
}): ZeroVerdict {
  const { records, mode, baseline, control } = facts;
  if (records > 0 || mode === "allow") return "ordinary";
  if (baseline.length < baselineMin || median(baseline) < medianMin) return "ordinary";
  if (mode === "fail") return "refused";
  if (control === undefined) return "suspect";
  return control === "empty" ? "unbelieved" : "accepted";
}

/**
 * Records of the last successes of windows as long as this one, accepted zeros apart, newest first. A window's own
 * file replaces its folded line (L1).
 */
export function baselineOf(
  window: Window,
  records: readonly RunRecord[],
  folded: readonly FoldedBaseline[],
): readonly number[] {
  const length = window.end - window.start;
  const own = records
    .filter((record) => record.status === "succeeded" && !hasAcceptedZero(record))
    .map((record) => ({ window: record.window, records: record.receipt.records }));
  const refiled = new Set(records.map((record) => record.window.start));
  return [...folded.filter((peer) => !refiled.has(peer.window.start)), ...own]
    .filter((peer) => peer.window.end - peer.window.start === length)
    .filter((peer) => peer.window.start !== window.start)
    .toSorted((a, b) => b.window.end - a.window.end)
    .slice(0, baselineMax)
    .map((peer) => peer.records);
}

/** The middle value, of an even number the mean of both; 0 of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >>> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

function hasAcceptedZero(record: RunRecord): boolean {
  return record.warnings.some((warning) => warning.code === zeroAccepted);
}
