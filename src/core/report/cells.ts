// The coverage strip of `status`: one character for each of the last windows of the grid. Characters alone tell what a
// cell is, so that no colour is needed.

import { gridOf, type SyncState, syncHorizon } from "../plan/sync-state.ts";
import type { Instant } from "../time/instant.ts";
import { cellsTouching, edgeAt, edgeIndexAtOrBefore } from "../window/grid.ts";
import { overlap, type Window } from "../window/window.ts";
import type { Gap } from "./gap.ts";

/** What a cell of the strip may be: a gap of some state, or covered. */
export type CellState = Gap["state"] | "covered" | "stale";

/** One line of cells with the range they stand for, oldest first. */
export interface Strip {
  readonly range: Window;
  readonly cells: readonly CellState[];
}

/** So many cells fit on any screen. */
const cellsMax = 30;

/** The character of each state. */
export const cellMarks: Readonly<Record<CellState, string>> = {
  covered: "#",
  stale: "~",
  open: ".",
  running: ">",
  failed: "!",
  parked: "P",
  waived: "w",
  lost: "x",
};

// What needs a person comes first: a cell that holds several windows shows the worst of them.
const worstFirst: readonly Gap["state"][] = [
  "parked",
  "lost",
  "failed",
  "running",
  "open",
  "waived",
];

/** The last cells up to the horizon, not before `window.start`; undefined before the first cell may be read. */
export function stripOf(
  state: SyncState,
  now: Instant,
  known: { readonly gaps: readonly Gap[]; readonly stale: readonly Window[] },
): Strip | undefined {
  const grid = gridOf(state.spec);
  const horizon = syncHorizon(state.spec, now);
  const last = edgeIndexAtOrBefore(grid, horizon);
  const first = edgeAt(grid, Math.max(0, last - cellsMax));
  if (first >= horizon) return undefined;
  const range = { start: first, end: horizon };
  const gaps = known.gaps.filter((gap) => overlap(gap.window, range));
  const stale = known.stale.filter((window) => overlap(window, range));
  const cells = cellsTouching(grid, range).map((cell) => {
    const states = new Set(gaps.filter((gap) => overlap(gap.window, cell)).map((gap) => gap.state));
    const worst = worstFirst.find((one) => states.has(one));
    if (worst !== undefined) return worst;
    return stale.some((window) => overlap(window, cell)) ? "stale" : "covered";
  });
  return { range, cells };
}

/** The cells as characters. */
export function stripText(strip: Strip): string {
  return strip.cells.map((cell) => cellMarks[cell]).join("");
}

/** What the characters mean, in one line. */
export function legendText(): string {
  return `legend: ${Object.entries(cellMarks)
    .map(([state, mark]) => `${mark} ${state}`)
    .join("  ")}`;
}
