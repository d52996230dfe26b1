// The cells of a sync: edge k is `start` plus k steps in the zone, k any integer. Every edge is counted from
// `start` itself, so that cells are the same whoever asks, and whenever (L3).

import { approximateMicros, type Duration } from "../time/duration.ts";
import { type Instant, instantOf } from "../time/instant.ts";
import { addDuration } from "../time/zone.ts";
import type { Window } from "./window.ts";

/** What cuts the watermark axis into cells. */
export interface Grid {
  readonly start: Instant;
  readonly step: Duration;
  readonly timezone: string;
}

/** Edge k of the grid. */
export function edgeAt(grid: Grid, k: number): Instant {
  return addDuration(grid.start, grid.step, k, grid.timezone);
}

/** The greatest k whose edge is at or before the instant. */
export function edgeIndexAtOrBefore(grid: Grid, at: Instant): number {
  let k = Math.floor((at - grid.start) / approximateMicros(grid.step));
  while (edgeAt(grid, k) > at) k -= 1;
  while (edgeAt(grid, k + 1) <= at) k += 1;
  return k;
}

/** The end of the last cell with `end <= now - delay`: what may be read (contract 1, horizon). */
export function horizonOf(grid: Grid, now: Instant, delayMicros: number): Instant {
  const settled = instantOf(now - delayMicros);
  return edgeAt(grid, edgeIndexAtOrBefore(grid, settled));
}

/** The cells that share an instant with `range`, whole, in order; empty cells are dropped. */
export function cellsTouching(grid: Grid, range: Window): readonly Window[] {
  const cells: Window[] = [];
  let k = edgeIndexAtOrBefore(grid, range.start);
  let start = edgeAt(grid, k);
  while (start < range.end) {
    k += 1;
    const end = edgeAt(grid, k);
    if (start < end && end > range.start) cells.push({ start, end });
    start = end;
  }
  return cells;
}
