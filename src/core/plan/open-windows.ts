// What one sync has open: the cells up to the horizon minus everything recorded, pending windows, retries and
// ordered windows, each in the lane it is served from. Part of 1 PLAN; plan.ts deals the lanes out in rounds.

import { hasSucceeded, type PlanReason, type RunRecord } from "../record/run-record.ts";
import type { Instant } from "../time/instant.ts";
import { type Coverage, mergeWindows, subtract } from "../window/coverage.ts";
import { cellsTouching } from "../window/grid.ts";
import { compareWindows, intersect, overlap, type Window } from "../window/window.ts";
import { type OrderProgress, progressOf } from "./orders.ts";
import { mayRetry } from "./standing.ts";
import {
  gridOf,
  recordedRanges,
  retentionEdge,
  type SyncState,
  syncHorizon,
} from "./sync-state.ts";

/** The four kinds of turns in a round (contract 4.1). */
export type Lane = "newest" | "retry" | "catch_up" | "ordered";

/** A window that may be claimed, with why; `record` is what the ledger holds of it now. */
export interface PlannedWindow {
  readonly syncId: string;
  readonly window: Window;
  readonly reason: PlanReason;
  readonly lane: Lane;
  readonly record: RunRecord | undefined;
}

/** What one sync has open now. */
export interface OpenWindows {
  readonly newest: PlannedWindow | undefined;
  readonly retries: readonly PlannedWindow[];
  readonly catchUp: readonly PlannedWindow[];
  readonly ordered: readonly PlannedWindow[];
  /** Contiguous runs of cells that retention has taken (edge *expire*). */
  readonly expired: readonly Window[];
  /** Pending records that begin before the edge of retention; the caller expires or cuts them there. */
  readonly expiring: readonly RunRecord[];
  readonly orders: readonly OrderProgress[];
}

/**
 * Everything open of a sync at `now`, without any limit (L2, L3). The edge of retention is that of `retentionAt`: for
 * a run the instant it began, or what it cut at the edge would lie before the edge by the time it is read (S45).
 */
export function openWindows(
  state: SyncState,
  now: Instant,
  retentionAt: Instant = now,
): OpenWindows {
  const horizon = syncHorizon(state.spec, now);
  const edge = retentionEdge(state.spec, retentionAt);
  const cells = missingCells(state, horizon);
  const pending = state.records.filter((record) => record.status === "pending");
  const expiring = pending.filter((record) => edge !== undefined && record.window.start < edge);
  const waiting = [
    ...cut(cells, edge).map((window) => candidate(state, window, undefined, horizon)),
    ...pending
      .filter((record) => !expiring.includes(record) && isReadable(state, record, now))
      .map((record) => candidate(state, record.window, record, horizon)),
  ].toSorted((a, b) => compareWindows(a.window, b.window));
  const retries = state.records
    .filter((record) => mayRetry(record, state.spec, now) && isReadable(state, record, now))
    .map((record) => retry(state, record));
  // A covered window whose rerun failed or was released is not due, though it ends at the horizon (contract 4.1).
  const isNewest = ({ window, record }: PlannedWindow): boolean =>
    window.end === horizon && (record === undefined || !hasSucceeded(record));
  const newest = [...waiting, ...retries].find(isNewest);
  const orders = state.orders
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map((order) => progressOf(order, state, now, retentionAt));
  return {
    newest: newest === undefined ? undefined : { ...newest, lane: "newest" },
    retries: retries.filter((planned) => !isNewest(planned)),
    catchUp: inDirection(
      waiting.filter((planned) => !isNewest(planned)),
      state.spec.run.catchUp,
    ),
    ordered: orderedWindows(state, orders, retries).filter(
      ({ record }) => record === undefined || isReadable(state, record, now),
    ),
    expired: edge === undefined ? [] : contiguousBefore(cells, edge),
    expiring,
    orders,
  };
}

/** All lanes: what has no success and is neither parked nor waived, and what orders and retries ask for again. */
export function allOpen(open: OpenWindows): readonly PlannedWindow[] {
  const newest = open.newest === undefined ? [] : [open.newest];
  return [...newest, ...open.retries, ...open.catchUp, ...open.ordered];
}

/** How many they are, for `windows-remaining`. */
export function countOpen(open: OpenWindows): number {
  return allOpen(open).length;
}

// "Minus every window that has a record": a cell that is partly taken keeps its remaining pieces.
function missingCells(state: SyncState, horizon: Instant): readonly Window[] {
  const start = state.spec.window.start;
  if (start >= horizon) return [];
  const grid = gridOf(state.spec);
  return subtract({ start, end: horizon }, recordedRanges(state)).flatMap((piece) =>
    cellsTouching(grid, piece)
      .map((cell) => intersect(cell, piece))
      .filter((cell) => cell !== undefined),
  );
}

// S45: a cell that straddles the edge is cut there, what lies before it expires.
function cut(cells: readonly Window[], edge: Instant | undefined): readonly Window[] {
  if (edge === undefined) return cells;
  return cells
    .filter((cell) => cell.end > edge)
    .map((cell) => (cell.start < edge ? { start: edge, end: cell.end } : cell));
}

function contiguousBefore(cells: readonly Window[], edge: Instant): readonly Window[] {
  const runs: Window[] = [];
  for (const cell of cells) {
    if (cell.start >= edge) break;
    const end = cell.end < edge ? cell.end : edge;
    const last = runs.at(-1);
    if (last !== undefined && last.end === cell.start)
      runs[runs.length - 1] = { start: last.start, end };
    else runs.push({ start: cell.start, end });
  }
  return runs;
}

// Records keep their own boundaries, which may end after the horizon of a grid that was changed since.
function isReadable(state: SyncState, record: RunRecord, now: Instant): boolean {
  return record.window.end + state.spec.window.delayMicros <= now;
}

function candidate(
  state: SyncState,
  window: Window,
  record: RunRecord | undefined,
  horizon: Instant,
): PlannedWindow {
  const kept = record?.reason;
  const isOrdered = kept === "backfill" || kept === "rerun" || kept === "reread";
  const forward = window.end === horizon ? "due" : "catch_up";
  return {
    syncId: state.spec.id,
    window,
    reason: isOrdered ? kept : forward,
    lane: "catch_up",
    record,
  };
}

function retry(state: SyncState, record: RunRecord): PlannedWindow {
  const { window } = record;
  return { syncId: state.spec.id, window, reason: "retry", lane: "retry", record };
}

function inDirection(
  planned: readonly PlannedWindow[],
  direction: "oldest" | "newest",
): readonly PlannedWindow[] {
  return direction === "newest" ? planned.toReversed() : planned;
}

// Lower order ids go first; a window that two orders or a retry name is served once.
function orderedWindows(
  state: SyncState,
  orders: readonly OrderProgress[],
  retries: readonly PlannedWindow[],
): readonly PlannedWindow[] {
  const retried = new Set(retries.map((planned) => planned.record?.runId));
  let taken: Coverage = [];
  const planned: PlannedWindow[] = [];
  for (const { order, windows } of orders) {
    for (const { window, record } of windows) {
      if (record !== undefined && retried.has(record.runId)) continue;
      if (taken.some((other) => overlap(other, window))) continue;
      const reason = order.id === "reread" ? "reread" : "backfill";
      planned.push({ syncId: state.spec.id, window, reason, lane: "ordered", record });
    }
    taken = mergeWindows(planned.map((one) => one.window));
  }
  return planned;
}
