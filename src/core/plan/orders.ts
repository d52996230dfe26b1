// An order to its windows: which it still asks for, and whether it is done (contract 3.4).

import { runIdOf, type RunId } from "../record/run-id.ts";
import { hasSucceeded, type RunRecord } from "../record/run-record.ts";
import type { Instant } from "../time/instant.ts";
import { subtract } from "../window/coverage.ts";
import { cellsTouching } from "../window/grid.ts";
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
  /** Whether nothing is left, windows that are due or under way anyway included. */
  readonly done: boolean;
  /** Recorded windows that the order would reread but that the source can no longer answer for. */
  readonly beyondRetention: readonly RunId[];
}

/** What is left of an order now. Pure in ledger, clock and configuration, so it goes on in any run (L3). */
export function progressOf(order: Order, state: SyncState, now: Instant): OrderProgress {
  const horizon = syncHorizon(state.spec, now);
  const to = order.to < horizon ? order.to : horizon;
  if (order.from >= to) return { order, windows: [], done: true, beyondRetention: [] };
  const range = { start: order.from, end: to };
  const edge = retentionEdge(state.spec, now);
  const touched = touchedRecords(state, range);
  const cells = asksForUnrecorded(order) ? unrecordedCells(order, state, range, edge) : noCells;
  const open = touched.filter((record) => !isDone(record, order, state, edge));
  const wanted = open.filter((record) => mayBeOrdered(record, order));
  const windows = [
    ...cells.before.map((window) => ({ window, record: undefined })),
    ...wanted.map((record) => ({ window: record.window, record })),
  ].toSorted((a, b) => compareWindows(a.window, b.window));
  return {
    order,
    windows: order.direction === "newest" ? windows.toReversed() : windows,
    done: open.length === 0 && cells.before.length === 0 && !cells.anyAfter,
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

const noCells: { before: readonly Window[]; anyAfter: boolean } = { before: [], anyAfter: false };

// Time from window.start on is cut by the sync's own grid and due anyway; the order's step cuts only what lies before.
function unrecordedCells(
  order: Order,
  state: SyncState,
  range: Window,
  edge: Instant | undefined,
): { before: readonly Window[]; anyAfter: boolean } {
  const free = subtract(range, recordedRanges(state));
  const start = state.spec.window.start;
  const grid = { ...gridOf(state.spec), step: order.step };
  const before = free.flatMap((piece) => {
    const early = intersect(piece, { start: range.start, end: start });
    if (early === undefined) return [];
    return cellsTouching(grid, early)
      .map((cell) => intersect(cell, early))
      .filter((cell) => cell !== undefined)
      .map((cell) => afterEdge(cell, edge))
      .filter((cell) => cell !== undefined);
  });
  const anyAfter = free.some((piece) => piece.end > start && !isBefore(piece, edge));
  return { before, anyAfter };
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
