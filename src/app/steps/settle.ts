// 5 SETTLE: what an ended attempt means for the ledger, on the tip that the settling commit expects. Pure but for the
// `files` destination, whose rows are upserted onto that very tip.

import type { Failure, Outcome } from "../../core/failure/failure.ts";
import { partCount, cutWindow } from "../../core/plan/split.ts";
import { baselineOf, judgeZero } from "../../core/record/anomaly.ts";
import { hasSucceeded, type FailedRecord, type RunRecord } from "../../core/record/run-record.ts";
import {
  type Measured,
  nothingMeasured,
  release,
  settle,
  split,
  type Verdict,
} from "../../core/record/transitions.ts";
import { judgeFailure, judgeRead } from "../../core/record/verdict.ts";
import type { FileChange, TipFiles } from "../../ports/ledger-store.ts";
import type { LedgerChange, LedgerSnapshot } from "../../ports/ledger.ts";
import type { Landed } from "../attempt.ts";
import { type RunContext, type Settled, specOf } from "../run-context.ts";
import type { AttemptEnd } from "../run-window.ts";
import { ledgerOf } from "./plan.ts";

/** What the settling commit contains, and what the run notes of it. */
export interface SettledAttempt extends Settled {
  readonly changes: readonly LedgerChange[];
  readonly files: readonly FileChange[];
  /** The parts that replaced the window, if it was split at once. */
  readonly parts: readonly RunRecord[];
}

/** Settles, releases or splits the window of an ended attempt (contract 3.2, 4.1). */
export async function settleAttempt(
  ctx: RunContext,
  end: AttemptEnd,
  snapshot: LedgerSnapshot,
  files: TipFiles,
): Promise<SettledAttempt> {
  const { record, outcome, requests } = end;
  const sourceFault = isSourceFault(ctx, end);
  if (!outcome.ok && isReleased(ctx, end, outcome.failure)) {
    const code = sourceFault ? outcome.failure.code : undefined;
    const pending = release(record, { requests, now: end.finishedAt, code });
    return written(pending, sourceFault, []);
  }
  const landed = await end.landOn(files);
  const { measured, changes }: Landed = landed.ok
    ? landed.value
    : { measured: { ...nothingMeasured, requests }, changes: [] };
  const verdict = judge(ctx, end, landed.ok ? outcome : landed, measured, snapshot);
  const settled = settle(record, measured, verdict, end.finishedAt);
  const failsRun =
    settled.status === "failed" &&
    (sourceFault || isCounted(verdict) || isUnbelieved(settled, end));
  if (settled.status !== "failed") return written(settled, false, changes);
  const parts = partsOf(ctx, end, settled);
  return parts.length === 0
    ? written(settled, failsRun, changes)
    : splitUp(settled, parts, failsRun, changes);
}

function written(
  record: RunRecord,
  failsRun: boolean,
  files: readonly FileChange[],
): SettledAttempt {
  return { record, failsRun, changes: [{ kind: "put_record", record }], files, parts: [] };
}

function splitUp(
  settled: FailedRecord,
  parts: readonly RunRecord[],
  failsRun: boolean,
  files: readonly FileChange[],
): SettledAttempt {
  const changes: LedgerChange[] = [
    { kind: "remove_record", runId: settled.runId },
    ...parts.map((record) => ({ kind: "put_record" as const, record })),
  ];
  return { record: settled, failsRun, changes, files, parts };
}

// Release: nothing was accepted, and the reason lies outside of the window.
function isReleased(ctx: RunContext, end: AttemptEnd, failure: Failure): boolean {
  if (end.acceptedPages > 0) return false;
  if (failure.code === "cancelled" || failure.code === "deadline") return true;
  return isSourceFault(ctx, end);
}

function isSourceFault(ctx: RunContext, end: AttemptEnd): boolean {
  if (end.outcome.ok) return false;
  const session = ctx.sessions.get(specOf(ctx, end.record.sync).source);
  return (
    session !== undefined && session.isFaulted && session.closed?.code === end.outcome.failure.code
  );
}

function judge(
  ctx: RunContext,
  end: AttemptEnd,
  outcome: Outcome<unknown>,
  measured: Measured,
  snapshot: LedgerSnapshot,
): Verdict {
  const sync = specOf(ctx, end.record.sync);
  if (!outcome.ok) {
    const uncounted = end.uncounted || isShortDeadline(ctx, end, outcome.failure);
    return judgeFailure(outcome.failure, { uncounted, mostCommon: end.mostCommon });
  }
  const { records, fold } = ledgerOf(snapshot, sync.id);
  const zero = judgeZero({
    records: measured.receipt.records,
    mode: sync.alerts.zero,
    baseline: baselineOf(end.record.window, records, fold.baselines),
    control: end.control,
  });
  return judgeRead(measured, zero, sync);
}

// A window that had less than half of the budget is not to blame for running out of it (contract 4.1).
function isShortDeadline(ctx: RunContext, end: AttemptEnd, failure: Failure): boolean {
  return failure.code === "deadline" && end.spentMs < ctx.deadline.budgetMs / 2;
}

function isCounted(verdict: Verdict): boolean {
  return verdict.kind === "failed" && verdict.counted;
}

// A zero whose control request was empty too is uncounted, but the run fails (contract 4.7).
function isUnbelieved(record: FailedRecord, end: AttemptEnd): boolean {
  return record.error.code === "anomaly" && end.control === "empty";
}

// After `deadline` or `cap`, at once; a covered window is not split, it is retried and parks.
function partsOf(ctx: RunContext, end: AttemptEnd, settled: FailedRecord): readonly RunRecord[] {
  const { code } = settled.error;
  if ((code !== "deadline" && code !== "cap") || hasSucceeded(settled)) return [];
  if (code === "deadline" && end.spentMs < ctx.deadline.budgetMs / 2) return [];
  const sync = specOf(ctx, settled.sync);
  const { spentMs, shareRead } = end;
  const count =
    code === "cap" ? 2 : partCount({ spentMs, shareRead, budgetMs: ctx.deadline.budgetMs });
  const parts = cutWindow(settled.window, count, sync);
  return parts === undefined ? [] : split(settled, parts, end.finishedAt);
}
