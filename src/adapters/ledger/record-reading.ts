// From the JSON of a record to the record: the strict schema of contract 3.1, every key in the order of the file, then
// the one of four statuses that its fields allow. Writing is record-json.ts.

import * as v from "valibot";

import { failureCodes } from "../../core/failure/failure.ts";
import {
  failedItemsMax,
  type HistoryEntry,
  historyMax,
  planReasons,
  recordSchema,
  type RunRecord,
} from "../../core/record/run-record.ts";
import { matchSchema, read, type Reading, refuse } from "./json-text.ts";
import {
  count,
  instant,
  itemCounts,
  mappingDigest,
  name,
  orNull,
  receipt,
  runId,
} from "./schema-parts.ts";

const seenPart = orNull(v.strictObject({ watermark: instant, key: v.string() }));

const claimPart = v.strictObject({
  // No host or user names (G15).
  holder: v.pipe(v.string(), v.regex(/^(?:local|actions):[0-9A-Za-z._/-]{1,200}$/, "a holder")),
  epoch: count,
  lease_until: instant,
});

const requestsPart = v.strictObject({
  sent: count,
  retried: count,
  throttled: count,
  bytes: count,
  slowest_ms: v.pipe(v.number(), v.minValue(0, "a number from 0")),
  last_at: orNull(instant),
});

const errorPart = v.strictObject({
  code: v.picklist(failureCodes),
  message: v.string(),
  most_common: orNull(v.strictObject({ status: count, count })),
  retryable: v.boolean(),
  resume_after: v.optional(instant),
});

const endedCommon = {
  attempt: count,
  started_at: orNull(instant),
  finished_at: instant,
  code: orNull(v.picklist(failureCodes)),
  item_counts: v.strictObject({ fetched: count, processed: count, failed: count }),
  requests: v.strictObject({ sent: count, last_at: orNull(instant) }),
};

// Only a success keeps what coverage needs of it.
const endedPart = v.variant("status", [
  v.strictObject({
    ...endedCommon,
    status: v.literal("succeeded"),
    receipt,
    mapping_digest: mappingDigest,
  }),
  v.strictObject({ ...endedCommon, status: v.picklist(["failed", "released", "staged"]) }),
]);

/** One record file, or one line of a monthly file. */
const writtenRecord = v.strictObject({
  schema: v.literal(recordSchema),
  run_id: runId,
  sync: name,
  source: name,
  destination: name,
  window_start: instant,
  window_end: instant,
  watermark_field: v.string(),
  status: v.picklist(["pending", "running", "succeeded", "failed"]),
  reason: v.picklist(planReasons),
  attempt: count,
  failures: count,
  item_counts: itemCounts,
  planned_at: instant,
  started_at: orNull(instant),
  finished_at: orNull(instant),
  claim: orNull(claimPart),
  split_from: orNull(runId),
  // Reviews and http destinations are not written yet; whoever wrote one is a later Tidemark.
  staged: v.null(),
  waived: orNull(v.strictObject({ at: instant, reason: v.string() })),
  requests: requestsPart,
  delivery: v.null(),
  first_seen: seenPart,
  last_seen: seenPart,
  receipt,
  late: v.strictObject({ seen: count, records: count, max_delay_s: count }),
  snapshot: orNull(
    v.strictObject({ listed: count, missing: count, deleted: count, withheld: count }),
  ),
  error: orNull(errorPart),
  failed_items: v.pipe(
    v.array(
      v.strictObject({
        key: v.string(),
        stage: v.picklist(["fetch", "transform", "upsert"]),
        code: v.string(),
        message: v.string(),
      }),
    ),
    v.maxLength(failedItemsMax, `at most ${failedItemsMax} items (L12)`),
  ),
  failed_items_omitted: count,
  warnings: v.array(v.strictObject({ code: v.string(), count, message: v.string() })),
  mapping_digest: mappingDigest,
  config_commit: orNull(v.string()),
  version: v.string(),
  run_url: orNull(v.string()),
  history: v.pipe(
    v.array(endedPart),
    v.maxLength(historyMax, `at most ${historyMax} entries (L12)`),
  ),
  history_folded: orNull(
    v.strictObject({ attempts: count, requests: count, last_at: orNull(instant) }),
  ),
});

/** Checked values under the names of the file. */
type WrittenRecord = v.InferOutput<typeof writtenRecord>;

/** The record, or the first thing that schema or status do not allow. */
export function recordFromJson(value: unknown): Reading<RunRecord> {
  const matched = matchSchema(writtenRecord, value);
  if (!matched.ok) return matched;
  const written = matched.value;
  if (written.window_start >= written.window_end)
    return refuse("window_end: expected an instant after window_start, found one that is not");
  const { status } = written;
  const ended = status === "succeeded" || status === "failed";
  const wrong =
    oneOf("claim", written.claim, status === "running", status) ??
    oneOf("finished_at", written.finished_at, ended, status) ??
    oneOf("error", written.error, status === "failed", status) ??
    (status === "pending" ? oneOf("started_at", written.started_at, false, status) : undefined) ??
    (status === "succeeded" ? oneOf("started_at", written.started_at, true, status) : undefined);
  if (wrong !== undefined) return refuse(wrong);
  const record = withStatus(written, commonOf(written));
  return record === undefined
    ? refuse(`status: expected its fields, found ${status}`)
    : read(record);
}

function oneOf(field: string, value: unknown, needed: boolean, status: string): string | undefined {
  if ((value !== undefined) === needed) return undefined;
  return needed
    ? `${field}: expected a value with status ${status}, found null`
    : `${field}: expected null with status ${status}, found a value`;
}

function withStatus(
  written: WrittenRecord,
  common: ReturnType<typeof commonOf>,
): RunRecord | undefined {
  const { claim, error, started_at: startedAt, finished_at: finishedAt } = written;
  switch (written.status) {
    case "pending":
      return { ...common, status: "pending" };
    case "running":
      if (claim === undefined) return undefined;
      return {
        ...common,
        status: "running",
        claim: { holder: claim.holder, epoch: claim.epoch, leaseUntil: claim.lease_until },
        startedAt,
      };
    case "succeeded":
      if (startedAt === undefined || finishedAt === undefined) return undefined;
      return { ...common, status: "succeeded", startedAt, finishedAt };
    case "failed":
      if (error === undefined || finishedAt === undefined) return undefined;
      return {
        ...common,
        status: "failed",
        startedAt,
        finishedAt,
        error: {
          code: error.code,
          message: error.message,
          mostCommon: error.most_common,
          retryable: error.retryable,
          resumeAfter: error.resume_after,
        },
      };
  }
}

type Common = Omit<Extract<RunRecord, { status: "pending" }>, "status">;

function commonOf(written: WrittenRecord): Common {
  const { requests, late, history_folded: folded } = written;
  return {
    runId: written.run_id,
    sync: written.sync,
    source: written.source,
    destination: written.destination,
    window: { start: written.window_start, end: written.window_end },
    watermarkField: written.watermark_field,
    reason: written.reason,
    attempt: written.attempt,
    failures: written.failures,
    itemCounts: written.item_counts,
    plannedAt: written.planned_at,
    splitFrom: written.split_from,
    waived: written.waived,
    requests: {
      sent: requests.sent,
      retried: requests.retried,
      throttled: requests.throttled,
      bytes: requests.bytes,
      slowestMs: requests.slowest_ms,
      lastAt: requests.last_at,
    },
    firstSeen: written.first_seen,
    lastSeen: written.last_seen,
    receipt: written.receipt,
    late: { seen: late.seen, records: late.records, maxDelayS: late.max_delay_s },
    snapshot: written.snapshot,
    failedItems: written.failed_items,
    failedItemsOmitted: written.failed_items_omitted,
    warnings: written.warnings,
    mappingDigest: written.mapping_digest,
    configCommit: written.config_commit,
    version: written.version,
    runUrl: written.run_url,
    history: written.history.map(historyFrom),
    historyFolded:
      folded === undefined
        ? undefined
        : { attempts: folded.attempts, requests: folded.requests, lastAt: folded.last_at },
  };
}

function historyFrom(entry: WrittenRecord["history"][number]): HistoryEntry {
  const success = entry.status === "succeeded" ? entry : undefined;
  return {
    attempt: entry.attempt,
    status: entry.status,
    startedAt: entry.started_at,
    finishedAt: entry.finished_at,
    code: entry.code,
    itemCounts: entry.item_counts,
    requests: { sent: entry.requests.sent, lastAt: entry.requests.last_at },
    receipt: success?.receipt,
    mappingDigest: success?.mapping_digest,
  };
}
