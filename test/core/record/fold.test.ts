// Which windows are folded, and what fold.json says of them afterwards.

import { expect, test } from "vitest";

import { noCounts } from "../../../src/core/record/counts.ts";
import { emptyFold, type Fold } from "../../../src/core/record/fold-record.ts";
import {
  addToFold,
  baselinesMax,
  chooseForFold,
  describeMonth,
  mergeLines,
  monthOf,
  proveFold,
} from "../../../src/core/record/fold.ts";
import { noRequests, type SucceededRecord } from "../../../src/core/record/run-record.ts";
import { plusMicros } from "../../../src/core/time/instant.ts";
import { at, windowOf } from "../../support/builders.ts";
import {
  dayOf,
  endedAttempt,
  failedRecord,
  pendingRecord,
  runningRecord,
  someMapping,
  succeededRecord,
} from "../../support/record-builders.ts";

const days = Array.from({ length: 7 }, (_, index) =>
  succeededRecord(dayOf(`2026-11-0${index + 1}`), { records: index }),
);
const otherMapping = `sha256:${"b2".repeat(32)}`;
const now = at("2026-11-09");

function foldOf(
  fold: Fold,
  folded: readonly SucceededRecord[],
  lines: readonly SucceededRecord[] = [],
): Fold {
  const after = mergeLines(lines, folded);
  const names = [...new Set(after.map((record) => monthOf(record.window)))];
  const months = names.map((month) =>
    describeMonth(
      month,
      after.filter((record) => monthOf(record.window) === month),
      "0".repeat(64),
    ),
  );
  const ids = new Set(folded.map((record) => record.runId));
  const replaced = lines.filter((record) => ids.has(record.runId));
  return addToFold(fold, { folded, replaced, months, now });
}

test("folds nothing up to keep_files, then the oldest until half of it remain (3.5)", () => {
  expect(chooseForFold(days, 7)).toEqual([]);
  expect(chooseForFold(days.toReversed(), 6)).toEqual(days.slice(0, 4));
  expect(chooseForFold(days, 5)).toEqual(days.slice(0, 5));
});

test("never folds failed, pending and running records, nor counts them", () => {
  const others = [
    failedRecord(dayOf("2026-10-01")),
    pendingRecord(dayOf("2026-10-02")),
    runningRecord(dayOf("2026-10-03")),
  ];
  expect(chooseForFold([...others, ...days], 7)).toEqual([]);
  expect(chooseForFold([...others, ...days], 6)).toEqual(days.slice(0, 4));
});

test("merges coverage by mapping digest and sums windows and counts by month", () => {
  const old = succeededRecord(dayOf("2026-10-31"), { records: 5, mappingDigest: otherMapping });
  const fold = foldOf(emptyFold, [old, ...days.slice(0, 3)]);
  expect(fold.coverage).toEqual([
    { mappingDigest: someMapping, ranges: [windowOf("2026-11-01", "2026-11-04")] },
    { mappingDigest: otherMapping, ranges: [dayOf("2026-10-31")] },
  ]);
  expect(fold.months).toEqual([
    {
      month: "2026-10",
      windows: 1,
      itemCounts: { ...noCounts, fetched: 5, processed: 5, inserted: 5 },
      sha256: "0".repeat(64),
    },
    {
      month: "2026-11",
      windows: 3,
      itemCounts: { ...noCounts, fetched: 3, processed: 3, inserted: 3 },
      sha256: "0".repeat(64),
    },
  ]);
  expect(proveFold(fold, [old, ...days.slice(0, 3)])).toBeUndefined();
});

test("a window folded again under a new mapping leaves the old one's coverage", () => {
  const lines = days.slice(0, 3);
  const again = succeededRecord(dayOf("2026-11-02"), { attempt: 2, mappingDigest: otherMapping });
  const fold = foldOf(foldOf(emptyFold, lines), [again], lines);
  expect(fold.coverage).toEqual([
    { mappingDigest: someMapping, ranges: [dayOf("2026-11-01"), dayOf("2026-11-03")] },
    { mappingDigest: otherMapping, ranges: [dayOf("2026-11-02")] },
  ]);
  expect(proveFold(fold, mergeLines(lines, [again]))).toBeUndefined();
});

test("keeps the sends of the last 24 hours by minute and source, those of earlier attempts too (P14)", () => {
  const record = (minutesAgo: number, sent: number, source = "crm"): SucceededRecord =>
    succeededRecord(dayOf(`2026-11-0${(minutesAgo % 7) + 1}`), {
      source,
      requests: { ...noRequests, sent, lastAt: plusMicros(now, -minutesAgo * 60_000_000) },
    });
  const withPast = succeededRecord(dayOf("2026-11-06"), {
    attempt: 2,
    requests: { ...noRequests, sent: 1, lastAt: at("2026-11-08T12:00:30Z") },
    history: [endedAttempt({ requests: { sent: 4, lastAt: at("2026-11-08T12:00:10Z") } })],
  });
  const fold = foldOf(emptyFold, [record(1441, 9), record(1440, 7), record(5, 2, "erp"), withPast]);
  const minutes = [
    { minute: at("2026-11-08T00:00:00Z"), source: "crm", sent: 7 },
    { minute: at("2026-11-08T12:00:00Z"), source: "crm", sent: 5 },
    { minute: at("2026-11-08T23:55:00Z"), source: "erp", sent: 2 },
  ];
  expect(fold.sends).toEqual(minutes);
  const again = foldOf(fold, [withPast], [withPast]);
  expect(again.sends).toEqual(minutes);
});

test("keeps the newest 512 windows as baselines, accepted zeros apart (4.7)", () => {
  const hours = Array.from({ length: 600 }, (_, index) => {
    const start = plusMicros(at("2026-01-01"), index * 3_600_000_000);
    return succeededRecord({ start, end: plusMicros(start, 3_600_000_000) });
  });
  const zero = succeededRecord(dayOf("2026-02-01"), {
    records: 0,
    warnings: [{ code: "zero_accepted", count: 1, message: "nothing" }],
  });
  const { baselines } = foldOf(emptyFold, [...hours, zero]);
  expect(baselines.length).toBe(baselinesMax);
  expect(baselines.at(-1)).toEqual({
    window: hours.at(-1)?.window,
    records: 3,
    durationMs: 0,
    requests: 2,
  });
});

test("proving finds a window, a count or a range that the lines do not bear out", () => {
  const lines = days.slice(0, 3);
  const fold = foldOf(emptyFold, lines);
  const [month] = fold.months;
  if (month === undefined) throw new Error("no month");
  const edited = { ...month, itemCounts: { ...month.itemCounts, fetched: 4 } };
  expect([
    proveFold(fold, lines.slice(1)),
    proveFold({ ...fold, months: [edited] }, lines),
    proveFold(
      { ...fold, coverage: [{ mappingDigest: someMapping, ranges: [dayOf("2026-11-01")] }] },
      lines,
    ),
    proveFold({ ...fold, months: [] }, lines),
  ]).toEqual([
    "month 2026-11: expected 3 windows, found 2",
    "month 2026-11: expected the sum of its counts, found other counts",
    "coverage: expected that of the folded windows, found another",
    "expected 0 windows, found 3",
  ]);
});
