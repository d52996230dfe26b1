// An order to its windows: which it still asks for, and whether it is done (contract 3.4).

import { runIdOf, type RunId } from "../record/run-id.ts";
import { hasSucceeded, type RunRecord } from "../record/run-record.ts";
import type { Instant } from "../time/instant.ts";
import { subtract } from "../window/coverage.ts";
import { cellsTouching, type Grid } from "../window/grid.ts";
import { compareWindows, intersect, overlap, type Window } from "../window/window.ts";
import type { Order } from "./order-record.ts";
import { isParked, isStale, isWaived, wasAttemptedAfter } from "./standing.ts";
import {
  gridOf,
  recordedRanges,
  retentionEdge,
  type SyncState,
  syncHorizon,
} from "./sync-state.ts";

/** A window that an order still asks for. */
export interface OrderedWindow {
  readonly window: Window;
  /** What is recorded of it; undefined for a cell before `window.start` that was never planned. */
  readonly record: RunRecord | undefined;
}

/** What is left of an order. */
export interface OrderProgress {
  readonly order: Order;
  /** To be claimed for the order, in its direction. */
  readonly windows: readonly OrderedWindow[];
  /** Everything that stands between the order and its end: those windows, and what is due or under way anyway. */
  readonly open: readonly Window[];
  /** Whether nothing is left, windows that are due or under way anyway included. */
  readonly done: boolean;
  /** Recorded windows that the order would reread but that the source can no longer answer for. */
  readonly beyondRetention: readonly RunId[];
}

/**
 * What is left of an order now. Pure in ledger, clock and configuration, so it goes on in any run (L3). The edge of
 * retention is that of `retentionAt`, as in openWindows.
 */
export function progressOf(
  order: Order,
  state: SyncState,
  now: Instant,
  retentionAt: Instant = now,
): OrderProgress {
  const horizon = syncHorizon(state.spec, now);
  const to = order.to < horizon ? order.to : horizon;
  if (order.from >= to) return { order, windows: [], open: [], done: true, beyondRetention: [] };
  const range = { start: order.from, end: to };
  const edge = retentionEdge(state.spec, retentionAt);
  const touched = touchedRecords(state, range);
  const cells = asksForUnrecorded(order) ? unrecordedCells(order, state, range, edge) : noCells;
  const unfinished = touched.filter((record) => !isDone(record, order, state, edge));
  const wanted = unfinished.filter((record) => mayBeOrdered(record, order));
  const open = [...cells.before, ...cells.after, ...unfinished.map((record) => record.window)];
  const windows = [
    ...cells.before.map((window) => ({ window, record: undefined })),
    ...wanted.map((record) => ({ window: record.window, record })),
  ].toSorted((a, b) => compareWindows(a.window, b.window));
  return {
    order,
    windows: order.direction === "newest" ? windows.toReversed() : windows,
    open: open.toSorted(compareWindows),
    done: open.length === 0,
    beyondRetention: touched
      .filter((record) => isBefore(record.window, edge) && asksFor(record, order, state))
      .map((record) => record.runId),
  };
}

function asksForUnrecorded(order: Order): boolean {
  return order.reprocess === "missing" || order.reprocess === "all";
}

// A recorded window that the order touches is taken whole; a file of its own wins over its folded line.
function touchedRecords(state: SyncState, range: Window): readonly RunRecord[] {
  const own = state.records.filter((record) => overlap(record.window, range));
  const ids = new Set(own.map((record) => record.runId));
  const folded = state.folded.filter(
    (record) => overlap(record.window, range) && !ids.has(runIdOf(state.spec.id, record.window)),
  );
  return [...own, ...folded];
}

/** Cells without a record, before `window.start` and from it on. */
interface UnrecordedCells {
  readonly before: readonly Window[];
  readonly after: readonly Window[];
}

const noCells: UnrecordedCells = { before: [], after: [] };

// Time from window.start on is cut by the sync's own grid and due anyway; the order's step cuts only what lies before.
function unrecordedCells(
  order: Order,
  state: SyncState,
  range: Window,
  edge: Instant | undefined,
): UnrecordedCells {
  const free = subtract(range, recordedRanges(state));
  const { start } = state.spec.window;
  const own = gridOf(state.spec);
  return {
    before: cellsWithin(
      free,
      { start: range.start, end: start },
      { ...own, step: order.step },
      edge,
    ),
    after: cellsWithin(free, { start, end: range.end }, own, edge),
  };
}

function cellsWithin(
  free: readonly Window[],
  limits: Window,
  grid: Grid,
  edge: Instant | undefined,
): readonly Window[] {
  return free.flatMap((piece) => {
    const part = intersect(piece, limits);
    if (part === undefined) return [];
    return cellsTouching(grid, part)
      .map((cell) => intersect(cell, part))
      .map((cell) => (cell === undefined ? undefined : afterEdge(cell, edge)))
      .filter((cell) => cell !== undefined);
  });
}

function afterEdge(cell: Window, edge: Instant | undefined): Window | undefined {
  if (edge === undefined || cell.start >= edge) return cell;
  return cell.end > edge ? { start: edge, end: cell.end } : undefined;
}

function isBefore(window: Window, edge: Instant | undefined): boolean {
  return edge !== undefined && window.start < edge;
}

function isDone(
  record: RunRecord,
  order: Order,
  state: SyncState,
  edge: Instant | undefined,
): boolean {
  if (isWaived(record) || isBefore(record.window, edge)) return true;
  return !asksFor(record, order, state);
}

function asksFor(record: RunRecord, order: Order, state: SyncState): boolean {
  if (order.reprocess === "missing")
    return !hasSucceeded(record) && !isParked(record, state.spec) && !isWaived(record);
  if (wasAttemptedAfter(record, order.orderedAt)) return false;
  if (order.reprocess === "failed") return record.status === "failed" || isUnderWayAgain(record);
  if (order.reprocess === "stale") return isStale(record, state.mappingDigest);
  return true;
}

// A failed window that was claimed again and released, or is running, has not had its attempt yet.
function isUnderWayAgain(record: RunRecord): boolean {
  const open = record.status === "pending" || record.status === "running";
  return (
    open && record.history.findLast((entry) => entry.status !== "released")?.status === "failed"
  );
}

// Pending ones are planned anyway, running ones are somebody's; `missing` leaves failed ones to the retries.
function mayBeOrdered(record: RunRecord, order: Order): boolean {
  if (record.status === "pending" || record.status === "running") return false;
  return order.reprocess !== "missing";
}
