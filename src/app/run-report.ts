// What a run came to: status, counts, gaps, and why it is red (contract 4, 4.7, 6, 9). One model for every door.

import { allOpen, countOpen, type OpenWindows, openWindows } from "../core/plan/open-windows.ts";
import { isParked, isWaived } from "../core/plan/standing.ts";
import { coverageOf, type SyncState, syncHorizon } from "../core/plan/sync-state.ts";
import { hasSucceeded, type RunRecord } from "../core/record/run-record.ts";
import type { Gap, RunReport } from "../core/report/run-report.ts";
import { longestMicros } from "../core/time/duration.ts";
import type { Instant } from "../core/time/instant.ts";
import { gaps, newestCovered } from "../core/window/coverage.ts";
import { compareWindows, intersect } from "../core/window/window.ts";
import { nowOf, type RunContext } from "./run-context.ts";
import { readStates, selectedIds } from "./steps/plan.ts";

/** Sums the run up on the ledger as it is now. */
export async function reportRun(ctx: RunContext): Promise<RunReport> {
  const now = nowOf(ctx);
  const selected = selectedIds(ctx);
  const syncs = ctx.project.syncs.filter((sync) => selected.has(sync.id));
  const states = await readStates(ctx, ctx.snapshot, syncs, []);
  const opens = states.map((state) => openWindows(state, now));
  const settled = ctx.progress.settled.map(({ record }) => record);
  const faults = faultsOf(ctx, states, opens, now);
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
  };
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

/** What coverage lacks in `[window.start, horizon)`, cut by the records that stand in it (contract 1, gap). */
export function gapsOf(state: SyncState, now: Instant): readonly Gap[] {
  const { spec } = state;
  const missing = gaps(coverageOf(state), spec.window.start, syncHorizon(spec, now));
  return missing.flatMap((range) => {
    const recorded = state.records
      .map((record) => ({ record, part: intersect(record.window, range) }))
      .filter((one) => one.part !== undefined);
    const found: Gap[] = [];
    let from = range.start;
    for (const { record, part } of recorded) {
      if (part === undefined) continue;
      if (from < part.start)
        found.push({ sync: spec.id, window: { start: from, end: part.start }, state: "open" });
      found.push({ sync: spec.id, window: part, state: gapState(record, state) });
      from = part.end;
    }
    if (from < range.end)
      found.push({ sync: spec.id, window: { start: from, end: range.end }, state: "open" });
    return found.toSorted((a, b) => compareWindows(a.window, b.window));
  });
}

function gapState(record: RunRecord, state: SyncState): Gap["state"] {
  if (isWaived(record)) return "waived";
  if (record.status === "running") return "running";
  if (record.status !== "failed") return "open";
  if (record.error.code === "retention") return "lost";
  return isParked(record, state.spec) ? "parked" : "failed";
}

function parkedOf(state: SyncState): readonly RunRecord[] {
  return state.records.filter((record) => isParked(record, state.spec));
}

function faultsOf(
  ctx: RunContext,
  states: readonly SyncState[],
  opens: readonly OpenWindows[],
  now: Instant,
): readonly string[] {
  const stopped = [...ctx.progress.stopped].map(([id, why]) => `${id} is stopped: ${why}`);
  const closed = [...ctx.sessions].flatMap(([name, session]) =>
    session.isFaulted && session.closed !== undefined
      ? [`source ${name} is closed for this run: ${session.closed.message}`]
      : [],
  );
  const parked = states.flatMap((state) =>
    redParked(ctx, state).map(
      (record) =>
        `${record.runId} is parked; remedy: tidemark rerun ${record.runId}, or waive it with a reason`,
    ),
  );
  const stalled = states.flatMap((state, index) => {
    const open = opens[index];
    return open !== undefined && isStalled(state, open, now)
      ? [`${state.spec.id} is stalled: nothing newer is covered although windows are due`]
      : [];
  });
  return [...ctx.progress.faults, ...stopped, ...closed, ...parked, ...stalled];
}

// Parked windows keep runs red until rerun or waived; `retention` and `rejected` only in the run that wrote them.
function redParked(ctx: RunContext, state: SyncState): readonly RunRecord[] {
  return parkedOf(state).filter((record) => {
    if (record.status !== "failed") return false;
    const isOnce = record.error.code === "retention" || record.error.code === "rejected";
    return !isOnce || record.finishedAt >= ctx.startedAt;
  });
}

/** Contract 1: a due window, and the newest covered instant older than `step + delay + 3 x every`. */
export function isStalled(state: SyncState, open: OpenWindows, now: Instant): boolean {
  if (countOpen(open) === 0) return false;
  const { window, run } = state.spec;
  const newest = newestCovered(coverageOf(state)) ?? window.start;
  const covered = Math.max(newest, window.start);
  const allowed = longestMicros(window.step) + window.delayMicros + 3 * longestMicros(run.every);
  return now - covered > allowed;
}
