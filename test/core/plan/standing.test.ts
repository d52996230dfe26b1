// How a recorded window stands: parked, retried, stale, holding its source back.

import { expect, test } from "vitest";

import type { FailureCode } from "../../../src/core/failure/failure.ts";
import { failureCodes } from "../../../src/core/failure/failure.ts";
import {
  endedBySourceFault,
  holdsSourceUntil,
  isOneUnit,
  isParked,
  isStale,
  isWaived,
  lastSuccess,
  mayRetry,
  wasAttemptedAfter,
} from "../../../src/core/plan/standing.ts";
import type { RecordError } from "../../../src/core/record/run-record.ts";
import { type Instant, plusMicros } from "../../../src/core/time/instant.ts";
import { at, syncOf, windowOf } from "../../support/builders.ts";
import {
  endedAttempt,
  failedRecord,
  pendingRecord,
  runningRecord,
  someMapping,
  succeededRecord,
} from "../../support/record-builders.ts";
import { day, now } from "../../support/record-of.ts";

const minute = 60_000_000;
const dayMicros = 86_400_000_000;
const spec = syncOf();
const daily = syncOf({
  watermark: { ...spec.watermark, precisionMicros: dayMicros, timezone: "Europe/Berlin" },
  window: { ...spec.window, start: at("2025-12-31T23:00:00Z"), timezone: "Europe/Berlin" },
});

function errorOf(code: FailureCode, resumeAfter?: Instant): RecordError {
  return { code, message: "why", mostCommon: undefined, retryable: true, resumeAfter };
}

test("parked at once are retention, rejected and config (S33), every other code by its failures", () => {
  const parked = failureCodes.filter((code) =>
    isParked(failedRecord(day(1), { error: errorOf(code) }), spec),
  );
  expect(parked).toEqual(["config", "retention", "rejected"]);
});

test.for([
  [4, false],
  [5, true],
  [6, true],
])("with %i of five failures a window is parked: %s", ([failures, parked]) => {
  const record = failedRecord(day(1), { failures: failures as number });
  expect([isParked(record, spec), mayRetry(record, spec, now)]).toEqual([parked, !parked]);
});

test.for([
  ["a millisecond", windowOf("2026-11-01", "2026-11-01T00:00:00.001Z"), spec, true],
  ["two milliseconds", windowOf("2026-11-01", "2026-11-01T00:00:00.002Z"), spec, false],
  ["a day of 25 hours", windowOf("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"), daily, true],
  ["two days", windowOf("2026-10-24T22:00:00Z", "2026-10-26T23:00:00Z"), daily, false],
] as const)(
  "a cap on %s parks at once if nothing smaller can be asked for",
  ([, window, sync, parked]) => {
    const record = failedRecord(window, { error: errorOf("cap") });
    expect([isOneUnit(record, sync), isParked(record, sync)]).toEqual([parked, parked]);
  },
);

test("a waived window is neither parked nor retried", () => {
  const record = failedRecord(day(1), { failures: 5, waived: { at: now, reason: "gone" } });
  expect([isWaived(record), isParked(record, spec), mayRetry(record, spec, now)]).toEqual([
    true,
    false,
    false,
  ]);
});

test("a first zero is asked again ten minutes later and not before", () => {
  const record = failedRecord(day(1), { error: errorOf("anomaly"), failures: 0, finishedAt: now });
  const asked = [0, 10 * minute - 1, 10 * minute].map((micros) =>
    mayRetry(record, spec, plusMicros(now, micros)),
  );
  expect(asked).toEqual([false, false, true]);
});

test("only failed windows are retried", () => {
  const records = [
    pendingRecord(day(1)),
    runningRecord(day(1)),
    succeededRecord(day(1)),
    failedRecord(day(1)),
  ];
  expect(records.map((record) => mayRetry(record, spec, now))).toEqual([false, false, false, true]);
});

test("the last success is the record's own or the newest of its history (L2)", () => {
  const older = endedAttempt({ status: "succeeded", attempt: 1, mappingDigest: "sha256:1" });
  const newer = endedAttempt({ status: "succeeded", attempt: 3, mappingDigest: "sha256:3" });
  const failed = failedRecord(day(1), { history: [older, endedAttempt({ attempt: 2 }), newer] });
  const own = succeededRecord(day(1), { history: [older] });
  expect([lastSuccess(failed), lastSuccess(own), lastSuccess(failedRecord(day(1)))]).toEqual([
    newer,
    own,
    undefined,
  ]);
});

test("stale is a window whose last success carries another mapping, whatever came after", () => {
  const old = endedAttempt({ status: "succeeded", mappingDigest: "sha256:old" });
  const current = endedAttempt({ status: "succeeded", mappingDigest: someMapping });
  const records = [
    succeededRecord(day(1)),
    succeededRecord(day(1), { mappingDigest: "sha256:old", history: [current] }),
    failedRecord(day(1), { history: [old] }),
    failedRecord(day(1), { history: [old, current] }),
    failedRecord(day(1)),
    runningRecord(day(1), { history: [old] }),
  ];
  expect(records.map((record) => isStale(record, someMapping))).toEqual([
    false,
    true,
    true,
    false,
    false,
    true,
  ]);
});

test("an attempt after the order counts when it began later and ended, released ones apart", () => {
  const ordered = at("2026-11-20");
  const later = { startedAt: at("2026-11-20T00:00:01Z") };
  const records = [
    succeededRecord(day(1), later),
    failedRecord(day(1), later),
    succeededRecord(day(1), { startedAt: ordered }),
    runningRecord(day(1), later),
    pendingRecord(day(1), { history: [endedAttempt({ ...later, status: "released" })] }),
    pendingRecord(day(1), { history: [endedAttempt({ ...later, status: "failed" })] }),
    runningRecord(day(1), { history: [endedAttempt({ ...later, status: "succeeded" })] }),
    failedRecord(day(1), { startedAt: undefined }),
    runningRecord(day(1), { history: [endedAttempt({ startedAt: ordered })] }),
  ];
  expect(records.map((record) => wasAttemptedAfter(record, ordered))).toEqual([
    true,
    true,
    false,
    false,
    false,
    true,
    true,
    false,
    false,
  ]);
});

test.for([
  ["its resume_after", "throttled", "2026-11-25T13:00:00Z", "2026-11-25T13:00:00Z"],
  [
    "a day at most after it was written",
    "throttled",
    "2027-11-25T00:00:00Z",
    "2026-11-26T11:00:00Z",
  ],
  ["nothing for a quota, which is computed anew", "quota", "2026-11-25T13:00:00Z", undefined],
  ["nothing without resume_after", "throttled", undefined, undefined],
] as const)("a record holds its source back until %s (P16)", ([, code, resume, until]) => {
  const error = errorOf(code, resume === undefined ? undefined : at(resume));
  const record = failedRecord(day(24), { error, finishedAt: at("2026-11-25T11:00:00Z") });
  expect(holdsSourceUntil(record, now)).toBe(until === undefined ? undefined : at(until));
});

test("a record dated in the future counts as written now (P16)", () => {
  const error = errorOf("throttled", at("2028-01-01"));
  const record = failedRecord(day(24), { error, finishedAt: at("2027-01-01") });
  expect(holdsSourceUntil(record, now)).toBe(plusMicros(now, dayMicros));
});

test.for([
  ["no attempt", [], false],
  ["a source fault", ["fault 1"], true],
  ["auth after an accepted page", ["auth 1"], true],
  ["a fault and then a success", ["fault 1", "success 2"], false],
  ["a success and then a fault", ["success 1", "fault 2"], true],
  ["a fault and then another failure", ["fault 1", "failure 2"], true],
  ["auth and then another failure", ["auth 1", "failure 2"], true],
  ["a fault and then a plain release", ["fault 1", "release 2"], true],
  ["a failure of a window", ["failure 1"], false],
  ["a plain release", ["release 1"], false],
] as const)("a sync with %s comes last until it succeeds", ([, ends, last]) => {
  const history = ends.map((end) => {
    const [kind, nth] = end.split(" ");
    const finishedAt = at(`2026-11-2${nth}`);
    if (kind === "success") return endedAttempt({ status: "succeeded", finishedAt });
    if (kind === "failure") return endedAttempt({ finishedAt });
    if (kind === "auth") return endedAttempt({ code: "auth", finishedAt });
    return endedAttempt({
      status: "released",
      code: kind === "fault" ? "network" : undefined,
      finishedAt,
    });
  });
  expect(endedBySourceFault([pendingRecord(day(1), { history })])).toBe(last);
  const records = history.map((entry, nth) => pendingRecord(day(nth + 1), { history: [entry] }));
  expect(endedBySourceFault(records.toReversed())).toBe(last);
});

test("a settled record's own outcome counts like one of its history", () => {
  const fault = pendingRecord(day(1), {
    history: [endedAttempt({ status: "released", code: "auth", finishedAt: at("2026-11-21") })],
  });
  const auth = failedRecord(day(2), { error: errorOf("auth"), finishedAt: at("2026-11-22") });
  const success = succeededRecord(day(3), { finishedAt: at("2026-11-23") });
  expect([[fault], [auth], [fault, auth, success], [success]].map(endedBySourceFault)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
