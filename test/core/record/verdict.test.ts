// What succeeded requires, and which failures count.

import { expect, test } from "vitest";

import { InvariantError } from "../../../src/core/failure/errors.ts";
import { type Failure, failureCodes } from "../../../src/core/failure/failure.ts";
import { noCounts, type ItemCounts } from "../../../src/core/record/counts.ts";
import { exceeds, isRetryable, judgeFailure, judgeRead } from "../../../src/core/record/verdict.ts";
import type { Tolerance } from "../../../src/core/sync/sync-spec.ts";
import { at } from "../../support/builders.ts";
import { measuredOf } from "../../support/record-of.ts";

const none: Tolerance = { kind: "count", items: 0 };

/** `failed` items of `fetched`, the rest inserted. */
function counts(failed: number, fetched: number): ItemCounts {
  const processed = fetched - failed;
  return { ...noCounts, fetched, failed, processed, inserted: processed };
}

test("a balanced read without failed items succeeds without a warning (L9)", () => {
  expect(judgeRead(measuredOf(5), "ordinary", { tolerate: none })).toEqual({
    kind: "succeeded",
    warnings: [],
  });
});

test.for([
  ["fetched", { ...counts(0, 5), fetched: 6 }],
  ["processed", { ...counts(0, 5), inserted: 4 }],
] as const)("counts whose %s does not balance are a bug and no outcome (L9)", ([, itemCounts]) => {
  const measured = { ...measuredOf(5), itemCounts };
  expect(() => judgeRead(measured, "ordinary", { tolerate: none })).toThrow(InvariantError);
});

test.for([
  [0, 100, { kind: "count", items: 0 }, false],
  [1, 100, { kind: "count", items: 0 }, true],
  [5, 100, { kind: "count", items: 5 }, false],
  [6, 100, { kind: "count", items: 5 }, true],
  [1, 100, { kind: "share", share: 0.01 }, false],
  [2, 100, { kind: "share", share: 0.01 }, true],
  [0, 0, { kind: "share", share: 0 }, false],
] as const)(
  "%i failed items of %i exceed %j: %s (L9)",
  ([failed, fetched, tolerate, isTooMany]) => {
    const measured = { ...measuredOf(0), itemCounts: counts(failed, fetched) };
    const verdict = judgeRead(measured, "ordinary", { tolerate });
    expect([exceeds(measured.itemCounts, tolerate), verdict.kind]).toEqual([
      isTooMany,
      isTooMany ? "failed" : "succeeded",
    ]);
  },
);

test("too many failed items fail the window, counted, and name the remedy (L9)", () => {
  const measured = { ...measuredOf(0), itemCounts: counts(3, 40) };
  expect(judgeRead(measured, "ordinary", { tolerate: { kind: "share", share: 0.05 } })).toEqual({
    kind: "failed",
    counted: true,
    error: {
      code: "item_failures",
      message:
        "3 of 40 items failed; tolerate allows 5 %; see failed_items, mend the items or the mapping, or raise tolerate",
      mostCommon: undefined,
      retryable: true,
      resumeAfter: undefined,
    },
  });
});

test.for([
  ["accepted", "succeeded", undefined],
  ["suspect", "failed", false],
  ["unbelieved", "failed", false],
  ["refused", "failed", true],
] as const)("a zero that is %s ends the window as %s (L9)", ([zero, kind, counted]) => {
  const verdict = judgeRead(measuredOf(0), zero, { tolerate: none });
  const code = verdict.kind === "failed" ? verdict.error.code : verdict.warnings[0]?.code;
  expect([verdict.kind, verdict.kind === "failed" ? verdict.counted : undefined, code]).toEqual([
    kind,
    counted,
    kind === "failed" ? "anomaly" : "zero_accepted",
  ]);
});

test("failed items beyond tolerate fail the window whatever its zero means (L9)", () => {
  const measured = { ...measuredOf(0), itemCounts: counts(1, 1) };
  const verdict = judgeRead(measured, "accepted", { tolerate: none });
  expect(verdict.kind === "failed" ? verdict.error.code : "").toBe("item_failures");
});

function failureOf(overrides: Partial<Failure>): Failure {
  return { code: "timeout", message: "why", status: undefined, resumeAt: undefined, ...overrides };
}

const plain = { uncounted: false, mostCommon: undefined };

test("quota, throttled and cancelled never count, every other code does", () => {
  const uncounted = failureCodes.filter((code) => {
    const verdict = judgeFailure(failureOf({ code }), plain);
    return verdict.kind === "failed" && !verdict.counted;
  });
  expect(uncounted).toEqual(["throttled", "quota", "cancelled"]);
});

test("config, retention and rejected are not mended by another attempt", () => {
  expect(failureCodes.filter((code) => !isRetryable(code))).toEqual([
    "config",
    "retention",
    "rejected",
  ]);
});

test("what carries resume_after does not count, nor what the run calls uncounted", () => {
  const resumeAt = at("2026-11-25T13:00:00Z");
  const verdicts = [
    judgeFailure(failureOf({ resumeAt }), plain),
    judgeFailure(failureOf({}), { ...plain, uncounted: true }),
    judgeFailure(failureOf({}), plain),
  ];
  expect(verdicts.map((verdict) => verdict.kind === "failed" && verdict.counted)).toEqual([
    false,
    false,
    true,
  ]);
});

test("a failure is written with its message, most common answer and resume_after", () => {
  const resumeAt = at("2026-11-25T13:00:00Z");
  const mostCommon = { status: 503, count: 5 };
  expect(
    judgeFailure(failureOf({ code: "network", status: 503, resumeAt }), {
      uncounted: false,
      mostCommon,
    }),
  ).toEqual({
    kind: "failed",
    counted: false,
    error: { code: "network", message: "why", mostCommon, retryable: true, resumeAfter: resumeAt },
  });
});
