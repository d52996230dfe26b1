// What a run came to: status, counts, gaps, and why it is red (contract 4, 4.7, 6, 9). One model for every door.

import { allOpen, type OpenWindows, openWindows } from "../core/plan/open-windows.ts";
import { isParked, isWaived } from "../core/plan/standing.ts";
import type { SyncState } from "../core/plan/sync-state.ts";
import { type FailedRecord, hasSucceeded, type RunRecord } from "../core/record/run-record.ts";
import { gapsOf, isStalled } from "../core/report/gaps.ts";
import { mayHelpToRerun } from "../core/report/remedies.ts";
import type { RunReport } from "../core/report/run-report.ts";
import type { Instant } from "../core/time/instant.ts";
import { nowOf, type RunContext } from "./run-context.ts";
import { standingsOf } from "./standings.ts";
import { foreignClaim, heldSources, readStates, selectedIds } from "./steps/plan.ts";

/** Sums the run up on the ledger as it is now. */
export async function reportRun(ctx: RunContext): Promise<RunReport> {
  const now = nowOf(ctx);
  const selected = selectedIds(ctx);
  const held = heldSources(ctx);
  const syncs = ctx.project.syncs.filter((sync) => held.has(sync.source));
  const all = await readStates(ctx, ctx.snapshot, syncs, []);
  const states = all.filter(({ spec }) => selected.has(spec.id));
  const opens = states.map((state) => openWindows(state, now, ctx.startedAt));
  const settled = ctx.progress.settled.map(({ record }) => record);
  const faults = [...faultsOf(ctx, states), ...stalledSyncs(ctx, all, now)];
  const failed = settled.filter((record) => record.status === "failed");
  const failsRun = faults.length > 0 || ctx.progress.settled.some((one) => one.failsRun);
  const sum = (of: (record: RunRecord) => number): number =>
    settled.reduce((total, record) => total + of(record), 0);
  return {
    status: statusOf(ctx, failsRun, failed.length),
    windowsSucceeded: settled.filter((record) => record.status === "succeeded").length,
    windowsFailed: failed.length,
    windowsRemaining: states.reduce(
      (total, state, index) => total + remainingOf(state, opens[index]),
      0,
    ),
    windowsParked: states.reduce((total, state) => total + parkedOf(state).length, 0),
    recordsFetched: sum((record) => record.itemCounts.fetched),
    recordsProcessed: sum((record) => record.itemCounts.processed),
    recordsFailed: sum((record) => record.itemCounts.failed),
    gaps: states.flatMap((state) => gapsOf(state, now)),
    ledgerCommit: ctx.lastCommit,
    faults,
    notes: ctx.progress.notes,
    settled,
    standings: await standingsOf(ctx, ctx.snapshot, {
      syncs: ctx.project.syncs.filter((sync) => selected.has(sync.id)),
      retired: false,
    }),
    budget: budgetOf(ctx),
  };
}

function budgetOf({ deadline, ports }: RunContext): RunReport["budget"] {
  const usedMs = deadline.budgetMs - (deadline.endsAt - ports.clock.mono());
  return { usedMs, totalMs: deadline.budgetMs };
}

function statusOf(ctx: RunContext, failsRun: boolean, failed: number): RunReport["status"] {
  if (failsRun) return "failed";
  if (ctx.progress.settled.length === 0) return "nothing_due";
  const released = ctx.progress.settled.some(({ record }) => record.status === "pending");
  return failed > 0 || released ? "partial" : "ok";
}

// Up to the horizon, parked and waived ones apart: what is open, what waits for its next try, what others run.
function remainingOf(state: SyncState, open: OpenWindows | undefined): number {
  const planned = open === undefined ? [] : allOpen(open);
  const ids = new Set(planned.map(({ record }) => record?.runId));
  const waiting = state.records.filter((record) => {
    if (hasSucceeded(record) || isWaived(record) || isParked(record, state.spec)) return false;
    return (record.status === "failed" || record.status === "running") && !ids.has(record.runId);
  });
  return planned.length + waiting.length;
}

function parkedOf(state: SyncState): readonly FailedRecord[] {
  return state.records
    .filter((record) => record.status === "failed")
    .filter((record) => isParked(record, state.spec));
}

function faultsOf(ctx: RunContext, states: readonly SyncState[]): readonly string[] {
  const stopped = [...ctx.progress.stopped].map(([id, why]) => `${id} is stopped: ${why}`);
  const closed = [...ctx.sessions].flatMap(([name, session]) =>
    session.isFaulted && session.closed !== undefined
      ? [`source ${name} is closed for this run: ${session.closed.message}`]
      : [],
  );
  const parked = states.flatMap((state) =>
    redParked(ctx, state).map(
      (record) =>
        `${record.runId} is parked; remedy: ${mayHelpToRerun(record) ? `tidemark rerun ${record.runId}, or ` : ""}waive it with a reason`,
    ),
  );
  return [...ctx.progress.faults, ...stopped, ...closed, ...parked];
}

// Of all syncs of the run's sources, whatever it was started for. A source on which another run is at work is not one
// of this run's: that run will say how it went.
function stalledSyncs(
  ctx: RunContext,
  states: readonly SyncState[],
  now: Instant,
): readonly string[] {
  return states
    .filter((state) => foreignClaim(ctx, ctx.snapshot, state.spec.source, now) === undefined)
    .filter((state) => isStalled(state, openWindows(state, now, ctx.startedAt), now))
    .map(({ spec }) => `${spec.id} is stalled: nothing newer is covered although windows are due`);
}

// Parked windows keep runs red until rerun or waived; `retention` and `rejected` only in the run that wrote them.
function redParked(ctx: RunContext, state: SyncState): readonly FailedRecord[] {
  return parkedOf(state).filter((record) => {
    const isOnce = record.error.code === "retention" || record.error.code === "rejected";
    return !isOnce || record.finishedAt >= ctx.startedAt;
  });
}
