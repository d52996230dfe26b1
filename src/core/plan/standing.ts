// How a recorded window stands: parked, waived, held back. Derived, never stored (contract 1, 3.2).

import { type HistoryEntry, type RunRecord } from "../record/run-record.ts";
import type { SyncSpec } from "../sync/sync-spec.ts";
import { dayMicros } from "../time/duration.ts";
import { type Instant, instantOf } from "../time/instant.ts";
import { cutWindow } from "./split.ts";

/** A first zero is not asked again before this (contract 4.7): ten minutes. */
const zeroRecheckMicros = 600_000_000;

/** Whether the window waits for an operator: too many counted failures, or a code that no retry can mend. */
export function isParked(record: RunRecord, spec: SyncSpec): boolean {
  if (record.status !== "failed" || record.waived !== undefined) return false;
  const { code } = record.error;
  if (code === "retention" || code === "rejected" || code === "config") return true;
  if (code === "cap" && isOneUnit(record, spec)) return true;
  return record.failures >= spec.run.maxAttempts;
}

/** Whether the window cannot be cut: one unit of the watermark, which as a day may have 25 hours. */
export function isOneUnit(record: RunRecord, spec: SyncSpec): boolean {
  return cutWindow(record.window, 2, spec) === undefined;
}

/** Whether an operator gave the window up. */
export function isWaived(record: RunRecord): boolean {
  return record.waived !== undefined;
}

/** Whether a failed window may be tried again by a plain run now. */
export function mayRetry(record: RunRecord, spec: SyncSpec, now: Instant): boolean {
  if (record.status !== "failed" || isWaived(record) || isParked(record, spec)) return false;
  if (record.error.code === "anomaly") return record.finishedAt + zeroRecheckMicros <= now;
  return true;
}

/** The last success of a window, in the record itself or its history; undefined if it was never covered. */
export function lastSuccess(
  record: RunRecord,
): Pick<HistoryEntry, "mappingDigest" | "receipt" | "finishedAt"> | undefined {
  if (record.status === "succeeded") return record;
  return record.history.findLast((entry) => entry.status === "succeeded");
}

/** Whether the last success was delivered under another mapping (contract 1, stale). */
export function isStale(record: RunRecord, mappingDigest: string): boolean {
  const success = lastSuccess(record);
  return success !== undefined && success.mappingDigest !== mappingDigest;
}

/** Whether an attempt that began after the instant ended as succeeded or failed (contract 3.4, done). */
export function wasAttemptedAfter(record: RunRecord, at: Instant): boolean {
  const ended = record.status === "succeeded" || record.status === "failed";
  if (ended && record.startedAt !== undefined && record.startedAt > at) return true;
  return record.history.some(
    (entry) =>
      (entry.status === "succeeded" || entry.status === "failed") &&
      entry.startedAt !== undefined &&
      entry.startedAt > at,
  );
}

/**
 * Until when a record holds its whole source back (P16): its `resume_after`, code `quota` apart, but never later than
 * 24 hours after it was written (G17). A record from the future counts as written when it was committed, or now.
 */
export function holdsSourceUntil(
  record: RunRecord,
  now: Instant,
  committedAt: Instant = now,
): Instant | undefined {
  if (record.status !== "failed" || record.error.code === "quota") return undefined;
  const { resumeAfter } = record.error;
  if (resumeAfter === undefined) return undefined;
  return instantOf(
    Math.min(resumeAfter, Math.min(record.finishedAt, committedAt, now) + dayMicros),
  );
}

/** Whether a fault of its source is newer than every success of a sync; the sync then comes last (contract 3.2). */
export function endedBySourceFault(records: readonly RunRecord[]): boolean {
  let fault: Instant | undefined;
  let success: Instant | undefined;
  for (const { status, code, finishedAt } of records.flatMap(endedOf)) {
    if (status === "succeeded") success = laterOf(success, finishedAt);
    else if (code === "auth" || (status === "released" && code !== undefined))
      fault = laterOf(fault, finishedAt);
  }
  return fault !== undefined && (success === undefined || fault > success);
}

// A release names a code only when a source fault was the reason.
function endedOf(
  record: RunRecord,
): readonly Pick<HistoryEntry, "status" | "code" | "finishedAt">[] {
  if (record.status === "pending" || record.status === "running") return record.history;
  const code = record.status === "failed" ? record.error.code : undefined;
  return [...record.history, { status: record.status, code, finishedAt: record.finishedAt }];
}

function laterOf(known: Instant | undefined, at: Instant): Instant {
  return known === undefined || at > known ? at : known;
}
