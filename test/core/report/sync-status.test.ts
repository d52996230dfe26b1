// What `status` works out of a sync, where a record of its own and the fold say different things.

import { expect, test } from "vitest";

import { emptyFold } from "../../../src/core/record/fold-record.ts";
import { addToFold, describeMonth } from "../../../src/core/record/fold.ts";
import { remainingOf, syncStatus } from "../../../src/core/report/sync-status.ts";
import { at } from "../../support/builders.ts";
import {
  endedAttempt,
  failedRecord,
  runningRecord,
  someMapping,
  succeededRecord,
} from "../../support/record-builders.ts";
import { day, stateOf } from "../../support/record-of.ts";

const now = at("2026-11-04T06:00:00Z");
const folded = [1, 2, 3].map((nth) =>
  succeededRecord(day(nth), { mappingDigest: `sha256:${"b2".repeat(32)}` }),
);
const months = [describeMonth("2026-11", folded, "00".repeat(32))];
const fold = addToFold(emptyFold, { folded, replaced: [], months, now });

test("a folded window that was read again with the mapping of now is not stale", () => {
  const again = succeededRecord(day(2), { attempt: 2, mappingDigest: someMapping });
  const { stale } = syncStatus(stateOf({ fold, records: [again] }), now);
  expect(stale).toEqual([day(1), day(3)]);
});

test("typical is the median of the last twenty successes, folded ones included", () => {
  const slow = Array.from({ length: 15 }, (_, nth) =>
    succeededRecord(day(nth + 4), {
      startedAt: at("2026-11-25T00:00:00Z"),
      finishedAt: at("2026-11-25T00:00:30Z"),
    }),
  );
  const of = (count: number): number | undefined =>
    syncStatus(stateOf({ fold, records: slow.slice(0, count) }), now).typicalMs;
  expect([of(2), of(3), of(15)]).toEqual([0, 15_000, 30_000]);
  expect(syncStatus(stateOf(), now).typicalMs).toBeUndefined();
});

test("what remains is open, waits for its next try or runs elsewhere, covered windows apart", () => {
  const odd = {
    finishedAt: at("2026-11-04T05:59:00Z"),
    error: {
      code: "anomaly" as const,
      message: "no records",
      mostCommon: undefined,
      retryable: true,
      resumeAfter: undefined,
    },
  };
  const history = [endedAttempt({ status: "succeeded" })];
  const records = [
    failedRecord(day(1), odd),
    failedRecord(day(2), { ...odd, attempt: 2, history }),
    runningRecord(day(3), { attempt: 2, history }),
  ];
  expect(remainingOf(syncStatus(stateOf({ records }), now))).toBe(1);
  expect(remainingOf(syncStatus(stateOf({ records: records.slice(0, 1) }), now))).toBe(3);
  expect(remainingOf(syncStatus(stateOf({ records: [runningRecord(day(3))] }), now))).toBe(3);
});
