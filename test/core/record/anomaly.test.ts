// Zero where there always was something (contract 4.7).

import { expect, test } from "vitest";

import { baselineOf, judgeZero, median, zeroAccepted } from "../../../src/core/record/anomaly.ts";
import { at, windowOf } from "../../support/builders.ts";
import { failedRecord, pendingRecord, succeededRecord } from "../../support/record-builders.ts";
import { day } from "../../support/record-of.ts";

const tens = [10, 10, 10, 10, 10];

test.for([
  [
    "a window with records",
    { records: 1, mode: "fail", baseline: tens, control: undefined },
    "ordinary",
  ],
  [
    "zero where it is allowed",
    { records: 0, mode: "allow", baseline: tens, control: undefined },
    "ordinary",
  ],
  [
    "zero after four successes",
    { records: 0, mode: "confirm", baseline: tens.slice(1), control: undefined },
    "ordinary",
  ],
  [
    "zero after a median of nine and a half",
    { records: 0, mode: "confirm", baseline: [1, 9, 9, 10, 99, 99], control: undefined },
    "ordinary",
  ],
  ["a first zero", { records: 0, mode: "confirm", baseline: tens, control: undefined }, "suspect"],
  [
    "a zero while the control has records",
    { records: 0, mode: "confirm", baseline: tens, control: "records" },
    "accepted",
  ],
  [
    "a zero without a window to ask",
    { records: 0, mode: "confirm", baseline: tens, control: "none" },
    "accepted",
  ],
  [
    "a zero while the control is empty too",
    { records: 0, mode: "confirm", baseline: tens, control: "empty" },
    "unbelieved",
  ],
  [
    "a zero that is to fail",
    { records: 0, mode: "fail", baseline: tens, control: "records" },
    "refused",
  ],
  [
    "a zero that is to fail, without a baseline",
    { records: 0, mode: "fail", baseline: [], control: undefined },
    "ordinary",
  ],
] as const)("%s", ([, facts, verdict]) => {
  expect(judgeZero(facts)).toBe(verdict);
});

test.for([
  [[], 0],
  [[7], 7],
  [[9, 1, 5], 5],
  [[1, 2, 30, 4], 3],
] as const)("the median of %j is %s", ([values, middle]) => {
  expect(median(values)).toBe(middle);
});

test("the baseline are successes of the same length, accepted zeros and the window itself apart, newest first", () => {
  const records = [
    succeededRecord(day(1), { records: 1 }),
    succeededRecord(day(2), { records: 2 }),
    succeededRecord(windowOf("2026-11-03", "2026-11-03T12:00:00Z"), { records: 3 }),
    failedRecord(day(4)),
    pendingRecord(day(5)),
    succeededRecord(day(6), {
      records: 0,
      warnings: [{ code: zeroAccepted, count: 1, message: "none" }],
    }),
    succeededRecord(day(7), { records: 0 }),
    succeededRecord(day(8), { records: 8 }),
  ];
  expect(baselineOf(day(8), records, [])).toEqual([0, 2, 1]);
});

test("folded windows are a baseline too, unless a file of their own replaces their line (L1)", () => {
  const folded = [1, 2].map((nth) => ({
    window: day(nth),
    records: nth * 10,
    durationMs: 1,
    requests: 1,
  }));
  const again = succeededRecord(day(2), { records: 99 });
  expect(baselineOf(day(9), [again], folded)).toEqual([99, 10]);
});

test("the baseline are the last twenty", () => {
  const folded = Array.from({ length: 30 }, (_, nth) => ({
    window: {
      start: at(`2026-10-${String(nth + 1).padStart(2, "0")}`),
      end: at(`2026-10-${String(nth + 2).padStart(2, "0")}`),
    },
    records: nth,
    durationMs: 1,
    requests: 1,
  }));
  expect(baselineOf(day(9), [], folded)).toEqual(Array.from({ length: 20 }, (_, nth) => 29 - nth));
});
