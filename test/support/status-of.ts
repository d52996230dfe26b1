// A view of `status` in which everything occurs once: what its text and its JSON are compared with.

import type { SyncState } from "../../src/core/plan/sync-state.ts";
import { emptyFold } from "../../src/core/record/fold-record.ts";
import { addToFold, describeMonth } from "../../src/core/record/fold.ts";
import { waive } from "../../src/core/record/transitions.ts";
import type { StatusView } from "../../src/core/report/status-view.ts";
import { syncStatus } from "../../src/core/report/sync-status.ts";
import type { Instant } from "../../src/core/time/instant.ts";
import { at, syncOf } from "./builders.ts";
import {
  failedRecord,
  orderOf,
  pendingRecord,
  runningRecord,
  someMapping,
  succeededRecord,
} from "./record-builders.ts";
import { day, stateOf } from "./record-of.ts";

const otherMapping = `sha256:${"b2".repeat(32)}`;

/** Noon of 16 November 2026: the fifteen windows of the month so far may be read. */
const statusNow: Instant = at("2026-11-16T12:00:00Z");

function failedOn(nth: number, overrides: Parameters<typeof failedRecord>[1] = {}) {
  return failedRecord(day(nth), { finishedAt: at("2026-11-16T02:00:00Z"), ...overrides });
}

function errorOf(code: "retention" | "quota", message: string) {
  return { code, message, mostCommon: undefined, retryable: true, resumeAfter: undefined };
}

/** A sync with a window in every state there is. */
function everyState(): SyncState {
  const folded = [
    succeededRecord(day(1)),
    succeededRecord(day(2), { mappingDigest: otherMapping }),
  ];
  const months = [describeMonth("2026-11", folded, "00".repeat(32))];
  return stateOf({
    fold: addToFold(emptyFold, { folded, replaced: [], months, now: statusNow }),
    records: [
      succeededRecord(day(3), { finishedAt: at("2026-11-04T00:01:40Z") }),
      succeededRecord(day(4), {
        mappingDigest: otherMapping,
        finishedAt: at("2026-11-05T00:02:20Z"),
      }),
      failedOn(5, { error: errorOf("retention", "the source no longer has it"), failures: 0 }),
      waive(failedOn(6), "the vendor lost that day", at("2026-11-15T09:00:00Z")),
      failedOn(7, { failures: 5, attempt: 5 }),
      failedOn(8, { attempt: 2, failures: 2 }),
      pendingRecord(day(9)),
      runningRecord(day(10), {
        attempt: 3,
        startedAt: at("2026-11-16T11:50:00Z"),
        claim: { holder: "local:0a1b2c3d", epoch: 3, leaseUntil: at("2026-11-16T12:20:00Z") },
      }),
      runningRecord(day(11), {
        startedAt: at("2026-11-16T02:00:00Z"),
        claim: { holder: "local:99887766", epoch: 1, leaseUntil: at("2026-11-16T02:25:00Z") },
      }),
      succeededRecord(day(13), { finishedAt: at("2026-11-14T00:02:00Z") }),
    ],
    orders: [
      orderOf({
        from: at("2026-10-30"),
        to: at("2026-11-01"),
        orderedAt: at("2026-11-16"),
        reason: "the year before",
      }),
    ],
    mappingDigest: someMapping,
  });
}

/** All of it, with a stopped sync and a retired folder. */
export function everyStatus(): StatusView {
  return {
    now: statusNow,
    commit: "0123456789abcdef0123456789abcdef01234567",
    syncs: [
      {
        kind: "sound",
        status: syncStatus(everyState(), statusNow),
        heldUntil: at("2026-11-16T12:30:00Z"),
      },
      {
        kind: "stopped",
        spec: syncOf({ name: "deals", id: "deals", table: "deals" }),
        problems: [
          {
            path: "ledger/deals/2026/11/20261101T000000Z--20261102T000000Z.json",
            reason: "expected JSON, found conflict markers of git; keep one side and commit it",
          },
        ],
      },
    ],
    retired: [{ id: "old", records: 2, folded: 40, newestCovered: at("2026-06-01"), problems: [] }],
  };
}
