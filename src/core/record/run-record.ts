// The run record: one window's past and present (contract 3.1). Edges between statuses are transitions.ts:
//
//            claim                 settle, adopt
//   none ───────────► running ───────────────────► succeeded ──┐ rerun
//    │  ▲ ▲             │ │ ▲ ▲                                  │
//    │  │ └─ release ───┘ │ │ └──────────────────────────────────┘
//    │  └── pending ──────┘ └── retry, rerun ── failed ◄── settle, lose, expire
//    └─ expire ► failed(retention) ─ unexpire ► none;  failed, pending ─ split ► n pending;  failed ─ waive ► failed

import type { FailureCode } from "../failure/failure.ts";
import type { Instant } from "../time/instant.ts";
import type { Window } from "../window/window.ts";
import type { ItemCounts } from "./counts.ts";
import type { Receipt } from "./receipt.ts";
import type { RunId } from "./run-id.ts";

/** The version of the schema this program writes. */
export const recordSchema = 1;

/** Why a window was planned (contract 3.1). */
export const planReasons = ["due", "catch_up", "retry", "rerun", "backfill", "reread"] as const;
export type PlanReason = (typeof planReasons)[number];

/** Who may settle, and until when it is presumed alive. */
export interface Claim {
  readonly holder: string;
  /** The attempt number, which is also the fencing epoch. */
  readonly epoch: number;
  readonly leaseUntil: Instant;
}

/** Tries sent to a source, or as `delivery` to an `http` destination (P25). */
export interface Requests {
  readonly sent: number;
  readonly retried: number;
  readonly throttled: number;
  /** After decompression. */
  readonly bytes: number;
  readonly slowestMs: number;
  /** Wall instant of the last answer. */
  readonly lastAt: Instant | undefined;
}

/** No tries. */
export const noRequests: Requests = {
  sent: 0,
  retried: 0,
  throttled: 0,
  bytes: 0,
  slowestMs: 0,
  lastAt: undefined,
};

/** Tries of two parts of one attempt. */
export function addRequests(a: Requests, b: Requests): Requests {
  const later = a.lastAt === undefined || (b.lastAt !== undefined && b.lastAt > a.lastAt);
  return {
    sent: a.sent + b.sent,
    retried: a.retried + b.retried,
    throttled: a.throttled + b.throttled,
    bytes: a.bytes + b.bytes,
    slowestMs: Math.max(a.slowestMs, b.slowestMs),
    lastAt: later ? b.lastAt : a.lastAt,
  };
}

/** Key and watermark of a delivered record; the key as `item_keys` shows it. */
export interface SeenItem {
  readonly watermark: Instant;
  readonly key: string;
}

/** Records found by lookback: before `window_start`, at most `maxDelayS` seconds. */
export interface Late {
  readonly seen: number;
  readonly records: number;
  readonly maxDelayS: number;
}

/** A key comparison (S86 to S91); outside the balance law. */
export interface Snapshot {
  readonly listed: number;
  readonly missing: number;
  readonly deleted: number;
  readonly withheld: number;
}

/** Why the attempt ended as failed. */
export interface RecordError {
  readonly code: FailureCode;
  readonly message: string;
  /** The most common HTTP error of the attempt. */
  readonly mostCommon: { readonly status: number; readonly count: number } | undefined;
  readonly retryable: boolean;
  readonly resumeAfter: Instant | undefined;
}

/** One item that could not be delivered. */
export interface FailedItem {
  readonly key: string;
  readonly stage: "fetch" | "transform" | "upsert";
  readonly code: string;
  readonly message: string;
}

/** At most this many failed items are named; the rest are counted in `failedItemsOmitted`. */
export const failedItemsMax = 100;

export interface Warning {
  readonly code: string;
  readonly count: number;
  readonly message: string;
}

/** An ended attempt. Only `succeeded` ones keep `receipt` and `mappingDigest`. */
export interface HistoryEntry {
  readonly attempt: number;
  readonly status: "succeeded" | "failed" | "released" | "staged";
  readonly startedAt: Instant | undefined;
  readonly finishedAt: Instant;
  readonly code: FailureCode | undefined;
  readonly itemCounts: Pick<ItemCounts, "fetched" | "processed" | "failed">;
  readonly requests: Pick<Requests, "sent" | "lastAt">;
  readonly receipt: Receipt | undefined;
  readonly mappingDigest: string | undefined;
}

/** Ended attempts beyond the last 20, summed up. */
export interface HistoryFolded {
  readonly attempts: number;
  readonly requests: number;
  readonly lastAt: Instant | undefined;
}

/** At most this many ended attempts are kept one by one (contract 3.1). */
export const historyMax = 20;

interface RecordBase {
  readonly runId: RunId;
  readonly sync: string;
  readonly source: string;
  readonly destination: string;
  readonly window: Window;
  /** The watermark's pointer as written, e.g. `/updatedAt`. */
  readonly watermarkField: string;
  readonly reason: PlanReason;
  /** Number of the current or last attempt; 0 before the first. Never decreases (L8). */
  readonly attempt: number;
  /** Counted failed attempts since the last success, rerun or split. */
  readonly failures: number;
  readonly itemCounts: ItemCounts;
  readonly plannedAt: Instant;
  readonly splitFrom: RunId | undefined;
  readonly waived: { readonly at: Instant; readonly reason: string } | undefined;
  readonly requests: Requests;
  readonly firstSeen: SeenItem | undefined;
  readonly lastSeen: SeenItem | undefined;
  readonly receipt: Receipt;
  readonly late: Late;
  readonly snapshot: Snapshot | undefined;
  readonly failedItems: readonly FailedItem[];
  readonly failedItemsOmitted: number;
  readonly warnings: readonly Warning[];
  readonly mappingDigest: string;
  readonly configCommit: string | undefined;
  readonly version: string;
  readonly runUrl: string | undefined;
  /** Oldest first. */
  readonly history: readonly HistoryEntry[];
  readonly historyFolded: HistoryFolded | undefined;
}

/** Waits for its next attempt: released, or part of a split. */
export interface PendingRecord extends RecordBase {
  readonly status: "pending";
}

/** Claimed. `startedAt` is undefined until its turn comes; then it has counted nothing at the source. */
export interface RunningRecord extends RecordBase {
  readonly status: "running";
  readonly claim: Claim;
  readonly startedAt: Instant | undefined;
}

export interface SucceededRecord extends RecordBase {
  readonly status: "succeeded";
  readonly startedAt: Instant;
  readonly finishedAt: Instant;
}

/** `startedAt` is undefined for windows expired without an attempt. */
export interface FailedRecord extends RecordBase {
  readonly status: "failed";
  readonly startedAt: Instant | undefined;
  readonly finishedAt: Instant;
  readonly error: RecordError;
}

/** The record of one window, in one of the seed's four statuses. */
export type RunRecord = PendingRecord | RunningRecord | SucceededRecord | FailedRecord;

/** Whether the window counts in coverage: its outcome or any in its history is a success (L2). */
export function hasSucceeded(record: RunRecord): boolean {
  return (
    record.status === "succeeded" || record.history.some((entry) => entry.status === "succeeded")
  );
}
