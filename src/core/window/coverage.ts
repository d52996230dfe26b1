// Coverage is a set of instants kept as merged half-open ranges (L2). Only window ends ever move it (L10).

import type { Instant } from "../time/instant.ts";
import { compareWindows, type Window } from "./window.ts";

/** Sorted, disjoint, non-touching ranges. */
export type Coverage = readonly Window[];

/** Merges any ranges into coverage; touching ranges become one. */
export function mergeWindows(windows: readonly Window[]): Coverage {
  const merged: { start: Instant; end: Instant }[] = [];
  for (const window of windows.toSorted(compareWindows)) {
    const last = merged.at(-1);
    if (last !== undefined && window.start <= last.end) {
      if (window.end > last.end) last.end = window.end;
    } else {
      merged.push({ start: window.start, end: window.end });
    }
  }
  return merged;
}

/** What of `range` the set lacks, in order. */
export function subtract(range: Window, taken: Coverage): readonly Window[] {
  const left: Window[] = [];
  let from = range.start;
  for (const window of fromFirstEndingAfter(taken, range.start)) {
    if (window.start >= range.end) break;
    if (window.start > from) left.push({ start: from, end: window.start });
    if (window.end > from) from = window.end;
    if (from >= range.end) return left;
  }
  left.push({ start: from, end: range.end });
  return left;
}

/** Whether the set holds every instant of `range`. */
export function covers(taken: Coverage, range: Window): boolean {
  const first = fromFirstEndingAfter(taken, range.start).next().value;
  return first !== undefined && first.start <= range.start && range.end <= first.end;
}

/** The end of the newest covered range, or undefined when nothing is covered. */
export function newestCovered(coverage: Coverage): Instant | undefined {
  return coverage.at(-1)?.end;
}

/** What coverage lacks in `[start, horizon)` (contract 1, gap). */
export function gaps(coverage: Coverage, start: Instant, horizon: Instant): readonly Window[] {
  return start < horizon ? subtract({ start, end: horizon }, coverage) : [];
}

// Binary search, since the planner asks for every open cell and a ledger may hold 100,000 ranges.
function* fromFirstEndingAfter(
  taken: Coverage,
  start: Instant,
): Generator<Window, undefined, undefined> {
  let low = 0;
  let high = taken.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((taken[middle]?.end ?? start) <= start) low = middle + 1;
    else high = middle;
  }
  for (let index = low; index < taken.length; index += 1) {
    const window = taken[index];
    if (window !== undefined) yield window;
  }
  return undefined;
}
