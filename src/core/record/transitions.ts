// Every edge between statuses, and nothing else (contract 3.2). 2 CLAIM and 5 SETTLE of a run, and what recovery,
// operators and retention do. All are pure: the caller knows the time, the holder and what happened.

import { invariant } from "../failure/assert.ts";
import type { FailureCode } from "../failure/failure.ts";
import type { Instant } from "../time/instant.ts";
import { tiles, type Window } from "../window/window.ts";
import { type ItemCounts, noCounts } from "./counts.ts";
import { lostError, retentionError } from "./edge-errors.ts";
import { endedAttempts, noHistory, remember } from "./history.ts";
import { emptyReceipt, type Receipt } from "./receipt.ts";
import { runIdOf } from "./run-id.ts";
import {
  type Claim,
  type FailedItem,
  type FailedRecord,
  type HistoryEntry,
  hasSucceeded,
  type Late,
  noRequests,
  type PendingRecord,
  type PlanReason,
  type RecordError,
  type Requests,
  type RunningRecord,
  type RunRecord,
  type SeenItem,
  type Snapshot,
  type SucceededRecord,
  type Warning,
} from "./run-record.ts";

/** What every new attempt writes anew: where rows come from, go to, and by what program. */
export interface RecordIdentity {
  readonly sync: string;
  readonly source: string;
  readonly destination: string;
  readonly watermarkField: string;
  readonly mappingDigest: string;
  readonly configCommit: string | undefined;
  readonly version: string;
  readonly runUrl: string | undefined;
}

/** What an attempt has measured so far; stored in window rows while it runs and in the record when it ends. */
export interface Measured {
  readonly itemCounts: ItemCounts;
  readonly requests: Requests;
  readonly firstSeen: SeenItem | undefined;
  readonly lastSeen: SeenItem | undefined;
  readonly receipt: Receipt;
  readonly late: Late;
  readonly snapshot: Snapshot | undefined;
  readonly failedItems: readonly FailedItem[];
  readonly failedItemsOmitted: number;
  readonly warnings: readonly Warning[];
}

/** An attempt that has measured nothing. */
export const nothingMeasured: Measured = {
  itemCounts: noCounts,
  requests: noRequests,
  firstSeen: undefined,
  lastSeen: undefined,
  receipt: emptyReceipt,
  late: { seen: 0, records: 0, maxDelayS: 0 },
  snapshot: undefined,
  failedItems: [],
  failedItemsOmitted: 0,
  warnings: [],
};

/** What `claim` is told besides the record. */
export interface Claiming {
  readonly id: string;
  readonly window: Window;
  readonly reason: PlanReason;
  readonly identity: RecordIdentity;
  readonly holder: string;
  readonly leaseUntil: Instant;
  readonly now: Instant;
  /** The greatest epoch that the destination knows of this window; 0 without window rows. */
  readonly destinationEpoch: number;
}

/**
 * Edges *claim*, *retry* and *rerun*: none, pending, failed or succeeded to running. The attempt is one more
 * than the record's and the destination's, so that it is a fencing epoch nobody has used (L7, L8); a final
 * outcome moves into `history`; a rerun starts the count of failures anew and clears a waiver.
 */
export function claim(previous: RunRecord | undefined, claiming: Claiming): RunningRecord {
  invariant(previous?.status !== "running", "claim: a running record is recovered, never claimed");
  const isRerun = isOperators(claiming.reason);
  const hasOutcome = previous?.status === "succeeded" || previous?.status === "failed";
  const isRetry = previous?.status === "failed" && claiming.reason === "retry";
  invariant(!hasOutcome || isRetry || isRerun, "claim: an outcome is left by a retry or a rerun");
  const waived = claiming.reason === "rerun" ? undefined : previous?.waived;
  invariant(waived === undefined, "claim: a waived window is only claimed by a rerun by id");
  const past = previous === undefined ? noHistory : endedAttempts(previous);
  const attempt = 1 + Math.max(previous?.attempt ?? 0, claiming.destinationEpoch);
  const holding: Claim = {
    holder: claiming.holder,
    epoch: attempt,
    leaseUntil: claiming.leaseUntil,
  };
  return {
    ...nothingMeasured,
    ...claiming.identity,
    runId: runIdOf(claiming.id, claiming.window),
    window: claiming.window,
    status: "running",
    reason: claiming.reason,
    attempt,
    failures: isRerun ? 0 : (previous?.failures ?? 0),
    plannedAt: claiming.now,
    startedAt: undefined,
    claim: holding,
    splitFrom: previous?.splitFrom,
    waived,
    ...past,
  };
}

/** Sets `started_at` when the turn of a claimed window comes, and renews its lease. */
export function start(record: RunningRecord, now: Instant, leaseUntil: Instant): RunningRecord {
  invariant(record.status === "running", "start: the window is not claimed");
  return { ...record, startedAt: now, claim: { ...record.claim, leaseUntil } };
}

/** How an attempt ended: accepted, or failed with a reason that counts or not. */
export type Verdict =
  | { readonly kind: "succeeded"; readonly warnings: readonly Warning[] }
  | { readonly kind: "failed"; readonly error: RecordError; readonly counted: boolean };

/** Edges *settle* and *adopt*: running to succeeded or failed, by the holder of the epoch only (L7, L9). */
export function settle(
  record: RunningRecord,
  measured: Measured,
  verdict: Verdict,
  finishedAt: Instant,
): SucceededRecord | FailedRecord {
  const { claim: _held, status: _status, startedAt, ...rest } = record;
  invariant(record.status === "running", "settle: an outcome is edited by a new attempt only (L8)");
  invariant(startedAt !== undefined, "settle: the window was never started");
  if (verdict.kind === "succeeded") {
    const warnings = [...measured.warnings, ...verdict.warnings];
    return {
      ...rest,
      ...measured,
      warnings,
      status: "succeeded",
      failures: 0,
      startedAt,
      finishedAt,
    };
  }
  const failures = record.failures + (verdict.counted ? 1 : 0);
  return {
    ...rest,
    ...measured,
    status: "failed",
    error: verdict.error,
    failures,
    startedAt,
    finishedAt,
  };
}

/**
 * Edge *release*: running to pending, uncounted; the attempt number stays, the attempt joins `history`, with the
 * code of the source fault that ended it, if one did.
 */
export function release(
  record: RunningRecord,
  ended: {
    readonly requests: Requests;
    readonly now: Instant;
    readonly code: FailureCode | undefined;
  },
): PendingRecord {
  invariant(record.status === "running", "release: only a running record is released");
  const { claim: _held, startedAt, ...rest } = record;
  const entry: HistoryEntry = {
    attempt: record.attempt,
    status: "released",
    startedAt,
    finishedAt: ended.now,
    code: ended.code,
    itemCounts: { fetched: 0, processed: 0, failed: 0 },
    requests: { sent: ended.requests.sent, lastAt: ended.requests.lastAt },
    receipt: undefined,
    mappingDigest: undefined,
  };
  return { ...rest, ...nothingMeasured, status: "pending", ...remember(record, entry) };
}

/** Edge *lose*: the holder is dead and nothing can be adopted; what it may have sent is estimated (P12). */
export function lose(record: RunningRecord, estimated: Requests, now: Instant): FailedRecord {
  const warning = {
    code: "requests_estimated",
    count: estimated.sent,
    message: "requests of the lost attempt are estimated from its pace and its peers",
  };
  const measured = { ...nothingMeasured, requests: estimated, warnings: [warning] };
  const verdict: Verdict = { kind: "failed", error: lostError, counted: true };
  const failed = settle(record, measured, verdict, now);
  invariant(failed.status === "failed", "lose: settles as failed");
  return failed;
}

/** Edge *expire*: one record for a contiguous run of cells that end at or before the edge of retention. */
export function expire(
  id: string,
  window: Window,
  identity: RecordIdentity,
  pending: PendingRecord | undefined,
  now: Instant,
): FailedRecord {
  const isOpen = pending === undefined || pending.status === "pending";
  invariant(isOpen, "expire: a window with an outcome keeps it");
  return {
    ...nothingMeasured,
    ...identity,
    runId: runIdOf(id, window),
    window,
    status: "failed",
    reason: pending?.reason ?? "catch_up",
    attempt: pending?.attempt ?? 0,
    failures: pending?.failures ?? 0,
    plannedAt: pending?.plannedAt ?? now,
    startedAt: undefined,
    finishedAt: now,
    splitFrom: pending?.splitFrom,
    waived: undefined,
    history: pending?.history ?? [],
    historyFolded: pending?.historyFolded,
    error: retentionError,
  };
}

/** Whether edge *unexpire* may remove the record: expired without an attempt. */
export function isExpiredUntouched(record: RunRecord): boolean {
  return record.status === "failed" && record.error.code === "retention" && record.attempt === 0;
}

/** Edge *split*: a failed or pending window that was never covered becomes pending parts that tile it. */
export function split(
  record: FailedRecord | PendingRecord,
  parts: readonly Window[],
  now: Instant,
): readonly PendingRecord[] {
  invariant(mayBeSplit(record), "split: only an open window that was never covered is split");
  invariant(tiles(record.window, parts), "split: the parts tile their parent");
  const past = endedAttempts(record);
  const id = record.sync;
  const { runId, source, destination, watermarkField, attempt } = record;
  const { mappingDigest, configCommit, version, runUrl } = record;
  const shared = {
    source,
    destination,
    watermarkField,
    mappingDigest,
    configCommit,
    version,
    runUrl,
  };
  return parts.map((window, index) => ({
    ...nothingMeasured,
    ...shared,
    sync: id,
    runId: runIdOf(id, window),
    window,
    status: "pending",
    reason: record.reason === "backfill" ? "backfill" : "catch_up",
    attempt,
    failures: 0,
    plannedAt: now,
    splitFrom: runId,
    waived: undefined,
    ...(index === 0 ? past : noHistory),
  }));
}

/** Edge *waive*: an operator gives the window up with a reason; no coverage, listed, alarms no more. */
export function waive(record: FailedRecord, reason: string, now: Instant): FailedRecord {
  invariant(record.status === "failed", "waive: only a failed window is given up");
  return { ...record, waived: { at: now, reason } };
}

/** Reasons that name a rerun: given by an operator or an order, not by the clock. */
function isOperators(reason: PlanReason): boolean {
  return reason === "rerun" || reason === "backfill" || reason === "reread";
}

function mayBeSplit(record: RunRecord): boolean {
  if (record.status !== "failed" && record.status !== "pending") return false;
  return !hasSucceeded(record) && record.waived === undefined && !isExpiredUntouched(record);
}
