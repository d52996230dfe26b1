import { expect, test } from "vitest";

import {
  approximateMicros,
  dayMicros,
  type Duration,
  elapsed,
  formatDuration,
  isZero,
  longestMicros,
  parseDuration,
  shortestMicros,
} from "../../../src/core/time/duration.ts";

const second = 1_000_000;
const calendar = (months: number, days: number): Duration => ({ months, days, micros: 0 });

test.for([
  ["500ms", elapsed(500_000)],
  ["30s", elapsed(30 * second)],
  ["5m", elapsed(300 * second)],
  ["1h", elapsed(3600 * second)],
  ["24h", elapsed(86_400 * second)],
  ["0s", elapsed(0)],
  ["1d", calendar(0, 1)],
  ["7d", calendar(0, 7)],
  ["1mo", calendar(1, 0)],
  ["P1D", calendar(0, 1)],
  ["P2W", calendar(0, 14)],
  ["P1W2D", calendar(0, 9)],
  ["P1M", calendar(1, 0)],
  ["P1Y2M", calendar(14, 0)],
  ["PT1M", elapsed(60 * second)],
  ["PT24H", elapsed(86_400 * second)],
  ["PT1H30M", elapsed(5400 * second)],
  ["PT0.5S", elapsed(500_000)],
  ["PT0.000001S", elapsed(1)],
  ["PT1.5S", elapsed(1_500_000)],
] as const)("%s is read", ([text, duration]) => {
  expect(parseDuration(text)).toEqual(duration);
});

test("a day of the calendar is another duration than 24 hours", () => {
  expect(parseDuration("1d")).not.toEqual(parseDuration("24h"));
});

test.each([
  "",
  "1",
  "d",
  "1 d",
  " 1d",
  "1d ",
  "1D",
  "1.5h",
  "-1h",
  "+1h",
  "1h30m",
  "1w",
  "1y",
  "1min",
  "1month",
  "1e3s",
  "P",
  "PT",
  "P1DT",
  "P1",
  "p1d",
  "PT1D",
  "P1H",
  "P1DT12H",
  "P1M1D",
  "P1Y1D",
  "PT-1S",
  "PT1.5H",
  "PT0.1234567S",
  "P1.5D",
  "36601d",
  "1221mo",
  "999999999999h",
  "9999999999999s",
])("%j is not a duration", (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

test.for([
  [elapsed(0), "0s"],
  [elapsed(1), "1us"],
  [elapsed(1_500_000), "1500ms"],
  [elapsed(90 * second), "90s"],
  [elapsed(86_400 * second), "24h"],
  [calendar(0, 7), "7d"],
  [calendar(14, 0), "14mo"],
] as const)("%j is written %s", ([duration, text]) => {
  expect(formatDuration(duration)).toBe(text);
});

test("only nothing is zero", () => {
  const durations = [elapsed(0), calendar(0, 0), elapsed(1), calendar(0, 1), calendar(1, 0)];
  expect(durations.map(isZero)).toEqual([true, true, false, false, false]);
});

test("a month is 28 days at least, 31 at most, 30 about", () => {
  const month = calendar(1, 0);
  const days = [shortestMicros, approximateMicros, longestMicros].map(
    (of) => of(month) / dayMicros,
  );
  expect(days).toEqual([28, 30, 31]);
});
