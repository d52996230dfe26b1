// 1 PLAN: what a run claims next, and in which order. Pure in ledger, orders, configuration and clock (L3): the
// trigger, the host and the mode do not enter. Asked anew before every claim; what the run has claimed is an
// argument, so that rounds go on where they stopped (contract 4).

import type { RunId } from "../record/run-id.ts";
import type { Instant } from "../time/instant.ts";
import {
  allOpen,
  type Lane,
  type OpenWindows,
  openWindows,
  type PlannedWindow,
} from "./open-windows.ts";
import { endedBySourceFault } from "./standing.ts";
import type { SyncState } from "./sync-state.ts";

/** How many windows of a sync this run has claimed, per lane. */
export type Claimed = Readonly<Record<Lane, number>>;

/** Nothing claimed yet. */
export const nothingClaimed: Claimed = { newest: 0, retry: 0, catch_up: 0, ordered: 0 };

/** What a run has done so far and may use. */
export interface PlanRequest {
  /** Every sync of the sources that the run may use, in the order of the configuration. */
  readonly states: readonly SyncState[];
  /** Ids of the syncs it was started for; the others are served their newest due window only. */
  readonly selected: ReadonlySet<string>;
  readonly now: Instant;
  /** The instant whose edge of retention holds (S45): the start of the run. */
  readonly retentionAt: Instant;
  readonly claimed: ReadonlyMap<string, Claimed>;
  /** Windows that this run has attempted: none is attempted twice. */
  readonly attempted: ReadonlySet<RunId>;
  /** Named by an operator: after the newest windows, whatever `max_windows` says. */
  readonly reruns: readonly PlannedWindow[];
  /** Replaces every sync's own `max_windows` when given. */
  readonly maxWindows: number | undefined;
}

/** The next windows in order, and what is left after them. */
export interface Plan {
  readonly windows: readonly PlannedWindow[];
  /** Open windows of the selected syncs beyond those planned. */
  readonly remaining: number;
  readonly open: ReadonlyMap<string, OpenWindows>;
}

/** Deals the open windows of all syncs out in rounds: newest first, then one retry, one catch-up, one ordered each. */
export function planWindows(request: PlanRequest): Plan {
  const { now, retentionAt } = request;
  const open = new Map<string, OpenWindows>();
  for (const state of request.states) open.set(state.spec.id, openWindows(state, now, retentionAt));
  const turns = turnsOf(request, open).toSorted(
    (a, b) => a.round - b.round || a.place - b.place || a.lane - b.lane,
  );
  const windows: PlannedWindow[] = [];
  const left = new Map(request.states.map((state) => [state.spec.id, allowance(state, request)]));
  for (const { planned, isNamed } of turns) {
    const count = left.get(planned.syncId) ?? 0;
    if (count <= 0 && !isNamed) continue;
    left.set(planned.syncId, count - 1);
    windows.push(planned);
  }
  return { windows, remaining: countRemaining(request, open, windows), open };
}

// A rerun of a window that is not open serves none of the open ones.
function countRemaining(
  request: PlanRequest,
  open: ReadonlyMap<string, OpenWindows>,
  windows: readonly PlannedWindow[],
): number {
  const planned = new Set(windows.map(nameOf));
  let remaining = 0;
  for (const [syncId, lanes] of open) {
    if (!request.selected.has(syncId)) continue;
    remaining += allOpen(lanes).filter((one) => !planned.has(nameOf(one))).length;
  }
  return remaining;
}

function nameOf({ syncId, window }: PlannedWindow): string {
  return `${syncId} ${window.start}`;
}

interface Turn {
  readonly round: number;
  /** Position of the sync in its round: that of the configuration, after a source fault behind all others. */
  readonly place: number;
  readonly lane: number;
  readonly planned: PlannedWindow;
  /** By an operator. A window released from a rerun is none: it waits in its lane. */
  readonly isNamed: boolean;
}

function turnsOf(request: PlanRequest, open: ReadonlyMap<string, OpenWindows>): readonly Turn[] {
  const named = new Set(request.reruns.map((planned) => planned.record?.runId));
  const reruns = request.reruns
    .filter((planned) => isFresh(planned, request.attempted))
    .map((planned): Turn => ({ round: -0.5, place: 0, lane: 0, planned, isNamed: true }));
  const dealt = request.states.flatMap((state, index) => {
    const windows = open.get(state.spec.id);
    if (windows === undefined) return [];
    const place = index + (endedBySourceFault(state.records) ? request.states.length : 0);
    const claimed = request.claimed.get(state.spec.id) ?? nothingClaimed;
    const turn = (planned: PlannedWindow, round: number, lane: number): Turn => ({
      round,
      place,
      lane,
      planned,
      isNamed: false,
    });
    const fresh = (planned: PlannedWindow): boolean =>
      isFresh(planned, request.attempted) && !isAmong(planned, named);
    const newest =
      windows.newest !== undefined && fresh(windows.newest) ? [turn(windows.newest, -1, 0)] : [];
    if (!request.selected.has(state.spec.id)) return newest;
    const lane = (planned: readonly PlannedWindow[], before: number, position: number): Turn[] =>
      planned.filter(fresh).map((one, nth) => turn(one, before + nth, position));
    return [
      ...newest,
      ...lane(windows.retries, claimed.retry, 1),
      ...lane(windows.catchUp, claimed.catch_up, 2),
      ...lane(windows.ordered, claimed.ordered, 3),
    ];
  });
  return [...dealt, ...reruns];
}

function isFresh(planned: PlannedWindow, attempted: ReadonlySet<RunId>): boolean {
  return planned.record === undefined || !attempted.has(planned.record.runId);
}

function isAmong(planned: PlannedWindow, named: ReadonlySet<RunId | undefined>): boolean {
  return planned.record !== undefined && named.has(planned.record.runId);
}

function allowance(state: SyncState, request: PlanRequest): number {
  const claimed = request.claimed.get(state.spec.id) ?? nothingClaimed;
  const used = claimed.newest + claimed.retry + claimed.catch_up + claimed.ordered;
  return (request.maxWindows ?? state.spec.run.maxWindows) - used;
}
