// How one sync stands: everything `status` shows of it, worked out from ledger, configuration and clock. Pure, and it
// changes nothing; how it looks is status-view.ts.

import { openWindows } from "../plan/open-windows.ts";
import { isDead } from "../plan/recovery.ts";
import { isParked, isStale, isWaived, mayRetry } from "../plan/standing.ts";
import { coverageOf, type SyncState, syncHorizon } from "../plan/sync-state.ts";
import { median } from "../record/anomaly.ts";
import {
  type FailedRecord,
  hasSucceeded,
  type RunningRecord,
  type RunRecord,
} from "../record/run-record.ts";
import type { SyncSpec } from "../sync/sync-spec.ts";
import type { Instant } from "../time/instant.ts";
import { mergeWindows, newestCovered, subtract } from "../window/coverage.ts";
import type { Window } from "../window/window.ts";
import { type Strip, stripOf } from "./cells.ts";
import type { Gap } from "./gap.ts";
import { gapsOf, isStalled } from "./gaps.ts";

/** A failed window that is tried again, and whether the next run may do that. */
export interface FailureStatus {
  readonly record: FailedRecord;
  readonly isDue: boolean;
}

/** What is left of an order. */
export interface OrderStatus {
  readonly id: string;
  readonly window: Window;
  readonly reprocess: string;
  readonly orderedAt: Instant;
  readonly reason: string | undefined;
  /** Windows between the order and its end. */
  readonly left: number;
  readonly beyondRetention: number;
}

export interface SyncStatus {
  readonly spec: SyncSpec;
  readonly horizon: Instant;
  readonly newestCovered: Instant | undefined;
  readonly isStalled: boolean;
  readonly strip: Strip | undefined;
  readonly gaps: readonly Gap[];
  readonly open: {
    readonly due: number;
    readonly retries: number;
    readonly catchUp: number;
    readonly ordered: number;
  };
  readonly running: readonly { readonly record: RunningRecord; readonly isDead: boolean }[];
  readonly parked: readonly FailedRecord[];
  readonly waived: readonly FailedRecord[];
  /** Newest first. */
  readonly failures: readonly FailureStatus[];
  /** Ranges whose last success carries another mapping. */
  readonly stale: readonly Window[];
  readonly orders: readonly OrderStatus[];
  /** Median of the last successes in ms; undefined without one. */
  readonly typicalMs: number | undefined;
}

/** Successes that say how long a window typically takes. */
const typicalMax = 20;

/** How a sound sync stands at an instant (L2, L3: from ledger, configuration and clock alone). */
export function syncStatus(state: SyncState, now: Instant): SyncStatus {
  const { spec } = state;
  const open = openWindows(state, now);
  const gaps = gapsOf(state, now);
  const stale = staleRanges(state);
  const failed = state.records.filter((record) => record.status === "failed");
  return {
    spec,
    horizon: syncHorizon(spec, now),
    newestCovered: newestCovered(coverageOf(state)),
    isStalled: isStalled(state, open, now),
    strip: stripOf(state, now, { gaps, stale }),
    gaps,
    open: {
      due: open.newest === undefined ? 0 : 1,
      retries: open.retries.length,
      catchUp: open.catchUp.length,
      ordered: open.ordered.length,
    },
    running: state.records
      .filter((record) => record.status === "running")
      .map((record) => ({ record, isDead: isDead(record, "unknown", now) })),
    parked: failed.filter((record) => isParked(record, spec)),
    waived: failed.filter((record) => isWaived(record)),
    failures: failed
      .filter((record) => !isParked(record, spec) && !isWaived(record))
      .map((record) => ({ record, isDue: mayRetry(record, spec, now) }))
      .toSorted((a, b) => b.record.finishedAt - a.record.finishedAt),
    stale,
    orders: open.orders.map((progress) => ({
      id: progress.order.id,
      window: { start: progress.order.from, end: progress.order.to },
      reprocess: progress.order.reprocess,
      orderedAt: progress.order.orderedAt,
      reason: progress.order.reason,
      left: progress.open.length,
      beyondRetention: progress.beyondRetention.length,
    })),
    typicalMs: typicalOf(state),
  };
}

/** Windows that are open, wait for their next try, or run elsewhere: `windows-remaining` of one sync (contract 9). */
export function remainingOf({ open, failures, running }: SyncStatus): number {
  const planned = open.due + open.retries + open.catchUp + open.ordered;
  const waiting = failures.filter(({ record, isDue }) => !isDue && !hasSucceeded(record));
  return planned + waiting.length + running.filter(({ record }) => !hasSucceeded(record)).length;
}

// A record's own word replaces what the fold says of its range (L1).
function staleRanges(state: SyncState): readonly Window[] {
  const own = mergeWindows(state.records.map((record) => record.window));
  const folded = state.fold.coverage
    .filter((part) => part.mappingDigest !== state.mappingDigest)
    .flatMap((part) => part.ranges.flatMap((range) => subtract(range, own)));
  const recorded = state.records
    .filter((record) => isStale(record, state.mappingDigest))
    .map((record) => record.window);
  return mergeWindows([...folded, ...recorded]);
}

function typicalOf({ records, fold }: SyncState): number | undefined {
  const own = records.flatMap((record) => durationOf(record));
  const durations = [...fold.baselines.map((baseline) => baseline.durationMs), ...own];
  return durations.length === 0 ? undefined : median(durations.slice(-typicalMax));
}

function durationOf(record: RunRecord): readonly number[] {
  return record.status === "succeeded" ? [(record.finishedAt - record.startedAt) / 1000] : [];
}
