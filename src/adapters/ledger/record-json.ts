// A run record as text and back (contract 3.1). Reading also judges what one file can show: that it agrees with itself,
// with its path (L1) and with the balance law (L9). Nothing here looks at a second file.

import { invariant } from "../../core/failure/assert.ts";
import { imbalance } from "../../core/record/counts.ts";
import { formatDigest, type Receipt } from "../../core/record/receipt.ts";
import { parseRecordPath, runIdOf } from "../../core/record/run-id.ts";
import {
  type HistoryEntry,
  recordSchema,
  type RecordError,
  type RunRecord,
  type SeenItem,
} from "../../core/record/run-record.ts";
import { formatInstant, type Instant } from "../../core/time/instant.ts";
import { decodeText, formatJson, parseJson, read, type Reading, refuse } from "./json-text.ts";
import { recordFromJson } from "./record-reading.ts";
import { upgradeRecord } from "./record-versions.ts";
import { writtenCounts } from "./written-counts.ts";

/** The record of a file; the path is relative to the ledger folder. */
export function readRecordFile(path: string, bytes: Uint8Array): Reading<RunRecord> {
  const text = decodeText(bytes);
  const record = text.ok ? parseRecordText(text.value) : text;
  if (!record.ok) return record;
  const parts = parseRecordPath(path);
  const named = parts === undefined ? undefined : runIdOf(parts.syncId, parts.window);
  return named === record.value.runId
    ? record
    : refuse(
        `run_id: expected the one of its path, found ${record.value.runId}; move the file back or restore it`,
      );
}

/** The record of a text, or what is wrong with it. */
export function parseRecordText(text: string): Reading<RunRecord> {
  const value = parseJson(text);
  if (!value.ok) return value;
  const upgraded = upgradeRecord(value.value);
  if (!upgraded.ok) return upgraded;
  const record = recordFromJson(upgraded.value);
  if (!record.ok) return record;
  const flaw = flawOf(record.value);
  return flaw === undefined ? read(record.value) : refuse(flaw);
}

/** The record's file in its canonical form. InvariantError when it could not be read back. */
export function formatRecord(record: RunRecord): string {
  const text = formatJson(recordToJson(record));
  const back = parseRecordText(text);
  invariant(back.ok, `a record that is written can be read: ${back.ok ? "" : back.reason}`);
  return text;
}

/** The record as one line of a monthly file. */
export function formatRecordLine(record: RunRecord): string {
  return `${JSON.stringify(recordToJson(record))}\n`;
}

function flawOf(record: RunRecord): string | undefined {
  if (runIdOf(record.runId.split("/")[0] ?? "", record.window) !== record.runId)
    return `run_id: expected the one of its window, found ${record.runId}`;
  const counts = record.status === "succeeded" ? imbalance(record.itemCounts) : undefined;
  if (counts !== undefined)
    return `item_counts: expected balanced counts (L9), found ${counts}; restore the file from git`;
  return flawOfAttempts(record);
}

function flawOfAttempts(record: RunRecord): string | undefined {
  if (record.status === "running" && record.claim.epoch !== record.attempt)
    return `claim.epoch: expected the attempt ${record.attempt} (L7), found ${record.claim.epoch}`;
  if ((record.status === "running" || record.status === "succeeded") && record.attempt < 1)
    return `attempt: expected at least 1 for ${record.status}, found ${record.attempt}`;
  if (record.waived !== undefined && record.status !== "failed")
    return `waived: expected only with status failed (L8), found ${record.status}`;
  // A pending or expired record has ended its last attempt already; the others are in the middle or at its end.
  const open = record.status === "running" || record.status === "succeeded";
  const newest = open ? record.attempt - 1 : record.attempt;
  let before = 0;
  for (const [index, entry] of record.history.entries()) {
    if (entry.attempt < before || entry.attempt > newest)
      return `history.${index}.attempt: expected ${before} to ${newest} (L8), found ${entry.attempt}`;
    before = entry.attempt;
  }
  return undefined;
}

/** The keys in their fixed order. */
function recordToJson(record: RunRecord): object {
  return {
    schema: recordSchema,
    run_id: record.runId,
    sync: record.sync,
    source: record.source,
    destination: record.destination,
    window_start: formatInstant(record.window.start),
    window_end: formatInstant(record.window.end),
    watermark_field: record.watermarkField,
    status: record.status,
    reason: record.reason,
    attempt: record.attempt,
    failures: record.failures,
    item_counts: writtenCounts(record.itemCounts),
    planned_at: formatInstant(record.plannedAt),
    ...outcomeToJson(record),
    split_from: record.splitFrom ?? null,
    staged: null,
    waived:
      record.waived === undefined
        ? null
        : { at: formatInstant(record.waived.at), reason: record.waived.reason },
    requests: requestsToJson(record.requests),
    delivery: null,
    first_seen: seenToJson(record.firstSeen),
    last_seen: seenToJson(record.lastSeen),
    receipt: receiptToJson(record.receipt),
    late: {
      seen: record.late.seen,
      records: record.late.records,
      max_delay_s: record.late.maxDelayS,
    },
    snapshot: snapshotToJson(record.snapshot),
    error: record.status === "failed" ? errorToJson(record.error) : null,
    failed_items: record.failedItems.map(({ key, stage, code, message }) => ({
      key,
      stage,
      code,
      message,
    })),
    failed_items_omitted: record.failedItemsOmitted,
    warnings: record.warnings.map(({ code, count, message }) => ({ code, count, message })),
    mapping_digest: record.mappingDigest,
    config_commit: record.configCommit ?? null,
    version: record.version,
    run_url: record.runUrl ?? null,
    history: record.history.map(historyToJson),
    history_folded: foldedToJson(record.historyFolded),
  };
}

function outcomeToJson(record: RunRecord): object {
  const startedAt = record.status === "pending" ? undefined : record.startedAt;
  const ended = record.status === "succeeded" || record.status === "failed";
  return {
    started_at: orNull(startedAt),
    finished_at: ended ? formatInstant(record.finishedAt) : null,
    claim:
      record.status === "running"
        ? {
            holder: record.claim.holder,
            epoch: record.claim.epoch,
            lease_until: formatInstant(record.claim.leaseUntil),
          }
        : null,
  };
}

function requestsToJson(requests: RunRecord["requests"]): object {
  return {
    sent: requests.sent,
    retried: requests.retried,
    throttled: requests.throttled,
    bytes: requests.bytes,
    slowest_ms: requests.slowestMs,
    last_at: orNull(requests.lastAt),
  };
}

function snapshotToJson(snapshot: RunRecord["snapshot"]): object | null {
  if (snapshot === undefined) return null;
  const { listed, missing, deleted, withheld } = snapshot;
  return { listed, missing, deleted, withheld };
}

function errorToJson(error: RecordError): object {
  return {
    code: error.code,
    message: error.message,
    most_common:
      error.mostCommon === undefined
        ? null
        : { status: error.mostCommon.status, count: error.mostCommon.count },
    retryable: error.retryable,
    ...(error.resumeAfter === undefined ? {} : { resume_after: formatInstant(error.resumeAfter) }),
  };
}

function historyToJson(entry: HistoryEntry): object {
  const { fetched, processed, failed } = entry.itemCounts;
  return {
    attempt: entry.attempt,
    status: entry.status,
    started_at: orNull(entry.startedAt),
    finished_at: formatInstant(entry.finishedAt),
    code: entry.code ?? null,
    item_counts: { fetched, processed, failed },
    requests: { sent: entry.requests.sent, last_at: orNull(entry.requests.lastAt) },
    ...(entry.status === "succeeded"
      ? {
          receipt: entry.receipt === undefined ? null : receiptToJson(entry.receipt),
          mapping_digest: entry.mappingDigest ?? null,
        }
      : {}),
  };
}

function foldedToJson(folded: RunRecord["historyFolded"]): object | null {
  if (folded === undefined) return null;
  return { attempts: folded.attempts, requests: folded.requests, last_at: orNull(folded.lastAt) };
}

function seenToJson(seen: SeenItem | undefined): object | null {
  return seen === undefined ? null : { watermark: formatInstant(seen.watermark), key: seen.key };
}

function receiptToJson(receipt: Receipt): object {
  return { records: receipt.records, digest: formatDigest(receipt.digest) };
}

function orNull(instant: Instant | undefined): string | null {
  return instant === undefined ? null : formatInstant(instant);
}
