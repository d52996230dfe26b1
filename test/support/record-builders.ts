// Run records and orders for tests; each builder names only what matters and gives a record that the codec accepts.

import type { Order } from "../../src/core/plan/order-record.ts";
import { noCounts } from "../../src/core/record/counts.ts";
import { emptyReceipt } from "../../src/core/record/receipt.ts";
import { runIdOf } from "../../src/core/record/run-id.ts";
import {
  type FailedRecord,
  type HistoryEntry,
  noRequests,
  type PendingRecord,
  type RunningRecord,
  type SucceededRecord,
} from "../../src/core/record/run-record.ts";
import type { Window } from "../../src/core/window/window.ts";
import { at, windowOf } from "./builders.ts";

export const someMapping: string = `sha256:${"a1".repeat(32)}`;

/** The window of a UTC day. */
export function dayOf(date: string): Window {
  const start = at(date);
  return { start, end: at(new Date(start / 1000 + 86_400_000).toISOString().slice(0, 10)) };
}

type Common = Omit<PendingRecord, "status">;

function common(window: Window, overrides: Partial<Common> & { syncId?: string }): Common {
  const { syncId = "contacts", ...rest } = overrides;
  return {
    runId: runIdOf(syncId, window),
    sync: syncId,
    source: "crm",
    destination: "local",
    window,
    watermarkField: "/updatedAt",
    reason: "due",
    attempt: 1,
    failures: 0,
    itemCounts: noCounts,
    plannedAt: window.end,
    splitFrom: undefined,
    waived: undefined,
    requests: noRequests,
    firstSeen: undefined,
    lastSeen: undefined,
    receipt: emptyReceipt,
    late: { seen: 0, records: 0, maxDelayS: 0 },
    snapshot: undefined,
    failedItems: [],
    failedItemsOmitted: 0,
    warnings: [],
    mappingDigest: someMapping,
    configCommit: undefined,
    version: "0.1.0",
    runUrl: undefined,
    history: [],
    historyFolded: undefined,
    ...rest,
  };
}

export function pendingRecord(
  window: Window,
  overrides: Partial<PendingRecord> & { syncId?: string } = {},
): PendingRecord {
  return { ...common(window, { attempt: 0, ...overrides }), status: "pending" };
}

export function runningRecord(
  window: Window,
  overrides: Partial<RunningRecord> & { syncId?: string } = {},
): RunningRecord {
  const base = common(window, overrides);
  return {
    startedAt: window.end,
    claim: { holder: "local:0a1b2c3d", epoch: base.attempt, leaseUntil: window.end },
    ...base,
    status: "running",
  };
}

/** Succeeded with `records` inserted. */
export function succeededRecord(
  window: Window,
  overrides: Partial<SucceededRecord> & { syncId?: string; records?: number } = {},
): SucceededRecord {
  const { records = 3, ...rest } = overrides;
  return {
    ...common(window, {
      itemCounts: { ...noCounts, fetched: records, processed: records, inserted: records },
      receipt: { records, digest: BigInt(records) },
      requests: { ...noRequests, sent: 2, lastAt: window.end },
      ...rest,
    }),
    startedAt: rest.startedAt ?? window.end,
    finishedAt: rest.finishedAt ?? window.end,
    status: "succeeded",
  };
}

export function failedRecord(
  window: Window,
  overrides: Partial<FailedRecord> & { syncId?: string } = {},
): FailedRecord {
  return {
    startedAt: window.end,
    finishedAt: window.end,
    error: {
      code: "timeout",
      message: "crm: expected an answer within 60 s, found none; try again later",
      mostCommon: undefined,
      retryable: true,
      resumeAfter: undefined,
    },
    ...common(window, { failures: 1, ...overrides }),
    ...(overrides.error === undefined ? {} : { error: overrides.error }),
    status: "failed",
  };
}

/** An ended attempt. */
export function endedAttempt(overrides: Partial<HistoryEntry> = {}): HistoryEntry {
  const success = overrides.status === "succeeded";
  return {
    attempt: 1,
    status: "failed",
    startedAt: at("2026-11-24T01:00:00Z"),
    finishedAt: at("2026-11-24T01:05:00Z"),
    code: success ? undefined : "timeout",
    itemCounts: { fetched: 0, processed: 0, failed: 0 },
    requests: { sent: 1, lastAt: undefined },
    receipt: success ? emptyReceipt : undefined,
    mappingDigest: success ? someMapping : undefined,
    ...overrides,
  };
}

export function orderOf(overrides: Partial<Order> = {}): Order {
  return {
    id: "20261125T000000Z-0a1b",
    from: windowOf("2025-12-01", "2026-01-01").start,
    to: at("2026-01-01"),
    step: { months: 0, days: 1, micros: 0 },
    reprocess: "missing",
    direction: "oldest",
    orderedAt: at("2026-11-25"),
    reason: undefined,
    estimate: { windows: 31, requests: 62, minutes: 4 },
    ...overrides,
  };
}
