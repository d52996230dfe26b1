// How a recorded window stands: parked, waived, held back. Derived, never stored (contract 1, 3.2).

import { type HistoryEntry, type RunRecord } from "../record/run-record.ts";
import type { SyncSpec } from "../sync/sync-spec.ts";
import { dayMicros } from "../time/duration.ts";
import { type Instant, instantOf } from "../time/instant.ts";

/** A first zero is not asked again before this (contract 4.7): ten minutes. */
export const zeroRecheckMicros = 600_000_000;

/** Whether the window waits for an operator: too many counted failures, or a code that no retry can mend. */
export function isParked(record: RunRecord, spec: SyncSpec): boolean {
  if (record.status !== "failed" || record.waived !== undefined) return false;
  const { code } = record.error;
  if (code === "retention" || code === "rejected" || code === "config") return true;
  if (code === "cap" && isOneUnit(record, spec)) return true;
  return record.failures >= spec.run.maxAttempts;
}

/** Whether the window cannot be cut: no longer than one unit of the watermark. */
export function isOneUnit(record: RunRecord, spec: SyncSpec): boolean {
  return record.window.end - record.window.start <= spec.watermark.precisionMicros;
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
 * Until when a record holds its whole source back (P16): its `resume_after`, code `quota` apart, but never
 * later than 24 hours after it was written, and a record from the future counts as written now.
 */
export function holdsSourceUntil(record: RunRecord, now: Instant): Instant | undefined {
  if (record.status !== "failed" || record.error.code === "quota") return undefined;
  const { resumeAfter } = record.error;
  if (resumeAfter === undefined) return undefined;
  return instantOf(Math.min(resumeAfter, Math.min(record.finishedAt, now) + dayMicros));
}

/** Whether the newest ended attempt of a sync was a fault of its source; its sync then comes last. */
export function endedBySourceFault(records: readonly RunRecord[]): boolean {
  let newest: { at: Instant; fault: boolean } | undefined;
  for (const record of records) {
    for (const entry of record.history) {
      const fault = entry.status === "released" && entry.code !== undefined;
      if (newest === undefined || entry.finishedAt > newest.at)
        newest = { at: entry.finishedAt, fault };
    }
    if (record.status !== "succeeded" && record.status !== "failed") continue;
    const fault = record.status === "failed" && record.error.code === "auth";
    if (newest === undefined || record.finishedAt >= newest.at)
      newest = { at: record.finishedAt, fault };
  }
  return newest?.fault ?? false;
}
