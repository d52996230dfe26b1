// One sync as the planner sees it: its spec and what the ledger holds. The planner reads nothing else (L3).

import type { Fold } from "../record/fold-record.ts";
import { hasSucceeded, type RunRecord } from "../record/run-record.ts";
import type { SyncSpec } from "../sync/sync-spec.ts";
import { dayMicros } from "../time/duration.ts";
import { type Instant, instantOf } from "../time/instant.ts";
import { type Coverage, mergeWindows } from "../window/coverage.ts";
import { edgeAt, edgeIndexAtOrBefore, type Grid, horizonOf } from "../window/grid.ts";
import type { Order } from "./order-record.ts";

export interface SyncState {
  readonly spec: SyncSpec;
  readonly mappingDigest: string;
  /** Records with a file of their own, sorted by window start. */
  readonly records: readonly RunRecord[];
  /** Records of folded windows that an order or a rerun touches; a record of `records` wins. */
  readonly folded: readonly RunRecord[];
  readonly fold: Fold;
  readonly orders: readonly Order[];
}

/** The grid of a sync. */
export function gridOf(spec: SyncSpec): Grid {
  const { start, step, timezone } = spec.window;
  return { start, step, timezone };
}

/** The horizon of a sync at an instant. */
export function syncHorizon(spec: SyncSpec, now: Instant): Instant {
  return horizonOf(gridOf(spec), now, spec.window.delayMicros);
}

/** The first multiple of the precision past `now - retention` (S45), or undefined without retention. */
export function retentionEdge(spec: SyncSpec, now: Instant): Instant | undefined {
  const { retentionMicros } = spec.window;
  if (retentionMicros === undefined) return undefined;
  const p = spec.watermark.precisionMicros;
  const past = instantOf(now - retentionMicros);
  if (p === dayMicros) return dayAfter(spec, past);
  return instantOf((Math.floor(past / p) + 1) * p);
}

// With whole days as the unit its multiples are midnights of the zone, as the grid counts them (S43).
function dayAfter(spec: SyncSpec, at: Instant): Instant {
  const days = { ...gridOf(spec), step: { months: 0, days: 1, micros: 0 } };
  return edgeAt(days, edgeIndexAtOrBefore(days, at) + 1);
}

/** Coverage: every window with a success in its record or history, folded ones included (L2). */
export function coverageOf(state: Pick<SyncState, "records" | "fold">): Coverage {
  return mergeWindows([
    ...state.records.filter(hasSucceeded).map((record) => record.window),
    ...state.fold.coverage.flatMap((part) => part.ranges),
  ]);
}

/** Everything that has a record of its own or is folded: no cell is planned over it (L1). */
export function recordedRanges(state: Pick<SyncState, "records" | "fold">): Coverage {
  return mergeWindows([
    ...state.records.map((record) => record.window),
    ...state.fold.coverage.flatMap((part) => part.ranges),
  ]);
}
