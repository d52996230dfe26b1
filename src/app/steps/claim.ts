// 2 CLAIM: the next windows of the plan become `running`, right before the first request of the first one (L4). As
// many as fit into about a minute, at most 20; `started_at` is set only when a window's turn comes.

import type { Lane, PlannedWindow } from "../../core/plan/open-windows.ts";
import { nothingClaimed } from "../../core/plan/plan.ts";
import { median } from "../../core/record/anomaly.ts";
import type { RunningRecord, RunRecord } from "../../core/record/run-record.ts";
import { claim, start } from "../../core/record/transitions.ts";
import { type Instant, plusMicros } from "../../core/time/instant.ts";
import { overlap } from "../../core/window/window.ts";
import type { WindowRow } from "../../ports/destination.ts";
import type { LedgerSnapshot } from "../../ports/ledger.ts";
import {
  destinationOf,
  nowOf,
  recordIdentityOf,
  type RunContext,
  specOf,
  timeLeftMs,
} from "../run-context.ts";
import { ledgerOf } from "./plan.ts";

/** The most windows that one claim takes, and the time they should fit into. */
const claimMax = 20;
const claimMs = 60_000;

/** A lease is presumed alive this long past the time left. */
const leaseMarginMs = 300_000;

/** A claimed window with the lane that it was planned from. */
export interface ClaimedWindow {
  readonly record: RunningRecord;
  readonly lane: Lane;
}

/** Claims from the head of the plan what fits; the first is started. Nothing fits: an empty list. */
export async function claimWindows(
  ctx: RunContext,
  planned: readonly PlannedWindow[],
  snapshot: LedgerSnapshot,
): Promise<readonly ClaimedWindow[]> {
  const taken = takeFromHead(ctx, planned, snapshot);
  const now = nowOf(ctx);
  const claimed: ClaimedWindow[] = [];
  for (const { syncId, window, reason, record, lane } of taken) {
    const sync = specOf(ctx, syncId);
    const destination = destinationOf(ctx, sync);
    const rows = await destination.windowRows(sync, [window]);
    if (!rows.ok) {
      ctx.progress.stopped.set(syncId, rows.failure.message);
      return claimed;
    }
    claimed.push({
      lane,
      record: claim(record, {
        id: syncId,
        window,
        reason,
        identity: recordIdentityOf(ctx, sync),
        holder: ctx.identity.holder,
        leaseUntil: leaseUntil(ctx, now),
        now,
        destinationEpoch: newestEpoch(rows.value, window),
      }),
    });
  }
  return claimed;
}

/**
 * How many windows of these syncs may start now, beside those in flight: as many as each one's `run.concurrency` allows.
 * One may always fly alone.
 */
export function freePlaces(ctx: RunContext, syncIds: readonly string[]): number {
  const { flying } = ctx.progress;
  const ids = [...flying.map(({ sync }) => sync), ...syncIds];
  const allowed = Math.min(...ids.map((id) => specOf(ctx, id).run.concurrency));
  return Math.max(flying.length === 0 ? 1 : 0, allowed - flying.length);
}

/** Starts a claimed window whose turn has come. */
export function startWindow(ctx: RunContext, record: RunningRecord): RunningRecord {
  const now = nowOf(ctx);
  return start(record, now, leaseUntil(ctx, now));
}

/** Notes claims, so that the rounds of later plans go on where they stopped. */
export function noteClaims(ctx: RunContext, claimed: readonly ClaimedWindow[]): void {
  for (const { record, lane } of claimed) {
    const before = ctx.progress.claimed.get(record.sync) ?? nothingClaimed;
    ctx.progress.claimed.set(record.sync, { ...before, [lane]: before[lane] + 1 });
    ctx.progress.attempted.add(record.runId);
  }
}

function leaseUntil(ctx: RunContext, now: Instant): Instant {
  const left = Math.max(0, ctx.deadline.endsAt - ctx.ports.clock.mono());
  return plusMicros(now, Math.ceil((left + leaseMarginMs) * 1000));
}

function takeFromHead(
  ctx: RunContext,
  planned: readonly PlannedWindow[],
  snapshot: LedgerSnapshot,
): readonly PlannedWindow[] {
  const taken: PlannedWindow[] = [];
  let spent = 0;
  for (const window of planned) {
    const duration = medianDurationMs(ledgerOf(snapshot, window.syncId).records);
    const needed = Math.min(duration ?? Number.POSITIVE_INFINITY, ctx.deadline.budgetMs / 2);
    const places = freePlaces(
      ctx,
      [...taken, window].map(({ syncId }) => syncId),
    );
    if (places === 0 || timeLeftMs(ctx) - spent / places < needed) break;
    const isFull =
      taken.length >= places && (duration === undefined || (spent + duration) / places > claimMs);
    if (isFull || taken.length >= claimMax) break;
    taken.push(window);
    spent += duration ?? claimMs;
  }
  return taken;
}

/** Median duration of the last successes of a sync in ms; undefined without one. */
export function medianDurationMs(records: readonly RunRecord[]): number | undefined {
  const durations = records
    .flatMap((record) =>
      record.status === "succeeded" ? [(record.finishedAt - record.startedAt) / 1000] : [],
    )
    .slice(-20);
  return durations.length === 0 ? undefined : median(durations);
}

function newestEpoch(rows: readonly WindowRow[], window: PlannedWindow["window"]): number {
  const epochs = rows.filter((row) => overlap(row.window, window)).map((row) => row.epoch);
  return Math.max(0, ...epochs);
}
