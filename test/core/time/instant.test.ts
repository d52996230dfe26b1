import { expect, test } from "vitest";

import {
  formatCompact,
  formatInstant,
  instantMax,
  instantMin,
  instantOf,
  instantOfMs,
  msOf,
  parseCompact,
  parseInstant,
  plusMicros,
} from "../../../src/core/time/instant.ts";

test.for([
  ["1970-01-01T00:00:00Z", 0],
  ["1969-12-31T23:59:59.999999Z", -1],
  ["2026-11-23T00:00:00Z", Date.UTC(2026, 10, 23) * 1000],
  ["2026-11-23T00:00:00.5Z", Date.UTC(2026, 10, 23) * 1000 + 500_000],
  ["2026-11-23T00:00:00.000001Z", Date.UTC(2026, 10, 23) * 1000 + 1],
  ["2024-02-29T12:30:15.123Z", Date.UTC(2024, 1, 29, 12, 30, 15, 123) * 1000],
  ["2000-02-29T00:00:00Z", Date.UTC(2000, 1, 29) * 1000],
] as const)("%s is %i microseconds from the epoch", ([text, micros]) => {
  expect(parseInstant(text)).toBe(micros);
});

test.each([
  "",
  "2026-11-23",
  "2026-11-23T00:00Z",
  "2026-11-23T00:00:00",
  "2026-11-23T00:00:00z",
  "2026-11-23t00:00:00Z",
  "2026-11-23 00:00:00Z",
  "2026-11-23T00:00:00+00:00",
  "2026-11-23T00:00:00.Z",
  "2026-11-23T00:00:00,5Z",
  "2026-11-23T00:00:00.1234567Z",
  "2026-11-23T24:00:00Z",
  "2026-11-23T23:60:00Z",
  "2026-11-23T23:59:60Z",
  "2026-13-01T00:00:00Z",
  "2026-00-01T00:00:00Z",
  "2026-01-00T00:00:00Z",
  "2026-04-31T00:00:00Z",
  "2026-02-29T00:00:00Z",
  "1900-02-29T00:00:00Z",
  "26-11-23T00:00:00Z",
  "+002026-11-23T00:00:00Z",
  "-2026-11-23T00:00:00Z",
  " 2026-11-23T00:00:00Z",
  "2026-11-23T00:00:00Z\n",
  "٢٠٢٦-11-23T00:00:00Z",
])("%j is not an instant", (text) => {
  expect(parseInstant(text)).toBeUndefined();
});

test.for([
  ["2026-11-23T00:00:00Z", "20261123T000000Z"],
  ["2026-11-23T00:00:00.123Z", "20261123T000000.123Z"],
  ["2026-11-23T00:00:00.123456Z", "20261123T000000.123456Z"],
  ["2026-11-23T00:00:00.000001Z", "20261123T000000.000001Z"],
] as const)("%s is %s in paths", ([text, compact]) => {
  expect([formatCompact(parseInstant(text)!), parseCompact(compact)]).toEqual([
    compact,
    parseInstant(text),
  ]);
});

test.each([
  "2026-11-23T00:00:00Z",
  "20261123T000000",
  "20261123T000000.Z",
  "20261123T000000.1Z",
  "20261123T000000.12Z",
  "20261123T000000.000Z",
  "20261123T000000.123000Z",
  "20261123T000000.1234567Z",
  "20261323T000000Z",
  "20260229T000000Z",
  "20261123T240000Z",
])("%j is not the form of paths", (text) => {
  expect(parseCompact(text)).toBeUndefined();
});

test.for([
  [0, "1970-01-01T00:00:00Z"],
  [1, "1970-01-01T00:00:00.000001Z"],
  [1000, "1970-01-01T00:00:00.001Z"],
  [500_000, "1970-01-01T00:00:00.500Z"],
  [999_999, "1970-01-01T00:00:00.999999Z"],
  [-1000, "1969-12-31T23:59:59.999Z"],
] as const)(
  "%i microseconds are written with the fewest of 0, 3, 6 decimals (S31)",
  ([micros, text]) => {
    expect(formatInstant(instantOf(micros))).toBe(text);
  },
);

test("milliseconds are cut towards the past on both sides of the epoch", () => {
  expect([1999, 1000, 0, -1, -1000, -1001].map((micros) => msOf(instantOf(micros)))).toEqual([
    1, 1, 0, -1, -1, -2,
  ]);
});

test("a fraction of a millisecond keeps its microseconds", () => {
  expect([instantOfMs(1.5), instantOfMs(-0.001), plusMicros(instantOfMs(2), 7)]).toEqual([
    1500, -1, 2007,
  ]);
});

test("the bounds of window edges are exact and lie in 1684 and 2255", () => {
  expect([instantMin, instantMax].map(formatInstant)).toEqual([
    "1684-07-28T00:12:25.260Z",
    "2255-06-05T23:47:34.740Z",
  ]);
});
