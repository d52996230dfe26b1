// The cells of a sync where clocks change, months differ and days are missing.

import { expect, test } from "vitest";

import { type Duration, elapsed } from "../../../src/core/time/duration.ts";
import { formatInstant, instantFromFields } from "../../../src/core/time/instant.ts";
import { instantsFromLocal } from "../../../src/core/time/zone.ts";
import {
  cellsTouching,
  edgeAt,
  edgeIndexAtOrBefore,
  type Grid,
  horizonOf,
} from "../../../src/core/window/grid.ts";
import { formatWindow, tiles, type Window } from "../../../src/core/window/window.ts";
import { at, hours, windowOf } from "../../support/builders.ts";

const oneDay: Duration = { months: 0, days: 1, micros: 0 };
const oneMonth: Duration = { months: 1, days: 0, micros: 0 };
const hourMicros = 3_600_000_000;

function midnight(zone: string, year: number, month = 1, day = 1): Grid["start"] {
  const fields = { year, month, day, hour: 0, minute: 0, second: 0, micro: 0 };
  const [instant] = instantsFromLocal(zone, fields);
  if (instant === undefined) throw new Error(`${zone} has no midnight then`);
  return instant;
}

function yearOf(zone: string, step: Duration): readonly Window[] {
  const range = { start: midnight(zone, 2026), end: midnight(zone, 2027) };
  const cells = cellsTouching({ start: range.start, step, timezone: zone }, range);
  expect(tiles(range, cells)).toBe(true);
  return cells;
}

function lengths(cells: readonly Window[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { start, end } of cells) {
    const length = `${(end - start) / hourMicros} h`;
    counts[length] = (counts[length] ?? 0) + 1;
  }
  return counts;
}

test.for([
  ["Europe/Berlin", { "24 h": 363, "23 h": 1, "25 h": 1 }],
  ["Africa/Cairo", { "24 h": 363, "23 h": 1, "25 h": 1 }],
  ["Australia/Lord_Howe", { "24 h": 363, "24.5 h": 1, "23.5 h": 1 }],
  ["UTC", { "24 h": 365 }],
] as const)(
  "the days of 2026 in %s tile the year without an empty one (T10, L1)",
  ([zone, expected]) => {
    expect(lengths(yearOf(zone, oneDay))).toEqual(expected);
  },
);

test.for(["Europe/Berlin", "Africa/Cairo", "Australia/Lord_Howe"])(
  "24h in %s is always 24 hours (T10)",
  (zone) => {
    expect(lengths(yearOf(zone, hours(24)))).toEqual({ "24 h": 365 });
  },
);

test("the 24th of April has no midnight in Cairo and begins at one", () => {
  const grid = { start: midnight("Africa/Cairo", 2026), step: oneDay, timezone: "Africa/Cairo" };
  const cells = cellsTouching(grid, windowOf("2026-04-23T12:00:00Z", "2026-04-24T12:00:00Z"));
  expect(cells.map(formatWindow)).toEqual([
    "[2026-04-22T22:00:00Z, 2026-04-23T22:00:00Z)",
    "[2026-04-23T22:00:00Z, 2026-04-24T21:00:00Z)",
  ]);
});

test("the day that Apia skipped is an empty cell and is dropped", () => {
  const zone = "Pacific/Apia";
  const grid = { start: midnight(zone, 2011, 12, 28), step: oneDay, timezone: zone };
  const range = { start: grid.start, end: midnight(zone, 2012, 1, 2) };
  expect(cellsTouching(grid, range).map(formatWindow)).toEqual([
    "[2011-12-28T10:00:00Z, 2011-12-29T10:00:00Z)",
    "[2011-12-29T10:00:00Z, 2011-12-30T10:00:00Z)",
    "[2011-12-30T10:00:00Z, 2011-12-31T10:00:00Z)",
    "[2011-12-31T10:00:00Z, 2012-01-01T10:00:00Z)",
  ]);
  expect([edgeAt(grid, 2), edgeAt(grid, 3)].map(formatInstant)).toEqual([
    "2011-12-30T10:00:00Z",
    "2011-12-30T10:00:00Z",
  ]);
});

test("months from the 31st end on the last day of each month and never drift", () => {
  const grid = { start: at("2026-01-31"), step: oneMonth, timezone: "UTC" };
  const cells = cellsTouching(grid, windowOf("2026-01-31", "2026-06-30"));
  expect(cells.map(formatWindow)).toEqual([
    "[2026-01-31T00:00:00Z, 2026-02-28T00:00:00Z)",
    "[2026-02-28T00:00:00Z, 2026-03-31T00:00:00Z)",
    "[2026-03-31T00:00:00Z, 2026-04-30T00:00:00Z)",
    "[2026-04-30T00:00:00Z, 2026-05-31T00:00:00Z)",
    "[2026-05-31T00:00:00Z, 2026-06-30T00:00:00Z)",
  ]);
});

test("the grid extends to both sides of its start", () => {
  const grid = { start: at("2026-01-01"), step: oneDay, timezone: "UTC" };
  const cells = cellsTouching(grid, windowOf("2025-12-31T23:59:59Z", "2026-01-01T00:00:01Z"));
  expect(cells.map(formatWindow)).toEqual([
    "[2025-12-31T00:00:00Z, 2026-01-01T00:00:00Z)",
    "[2026-01-01T00:00:00Z, 2026-01-02T00:00:00Z)",
  ]);
});

test("touching is not sharing an instant", () => {
  const grid = { start: at("2026-01-01"), step: oneDay, timezone: "UTC" };
  expect(cellsTouching(grid, windowOf("2026-01-02", "2026-01-03"))).toEqual([
    windowOf("2026-01-02", "2026-01-03"),
  ]);
});

test.for([
  ["right after the end and the delay", "2026-11-25T00:05:00Z", "2026-11-25"],
  ["a microsecond before it", "2026-11-25T00:04:59.999999Z", "2026-11-24"],
  ["at noon no window is cut", "2026-11-25T12:00:00Z", "2026-11-25"],
  ["before the start", "2025-12-30T12:00:00Z", "2025-12-30"],
] as const)("the horizon %s (T14)", ([, now, horizon]) => {
  const grid = { start: at("2026-01-01"), step: oneDay, timezone: "UTC" };
  expect(horizonOf(grid, at(now), 300_000_000)).toBe(at(horizon));
});

test("a delay longer than a step leaves several cells beyond the horizon (T14)", () => {
  const grid = { start: at("2026-11-01"), step: elapsed(900_000_000), timezone: "UTC" };
  expect(formatInstant(horizonOf(grid, at("2026-11-25T12:07:00Z"), hourMicros))).toBe(
    "2026-11-25T11:00:00Z",
  );
});

test("edges of a daily grid never decrease, in every zone, from 1970 to 2100", () => {
  const zones = Intl.supportedValuesOf("timeZone");
  const falling = zones.filter((zone, nth) => {
    const start = instantFromFields({
      year: 1970,
      month: 1,
      day: 1,
      hour: nth % 24,
      minute: 30,
      second: 0,
      micro: 0,
    });
    const grid = { start: start ?? at("1970-01-01"), step: oneDay, timezone: zone };
    // Every zone on a stretch of its own, and all on the same one: 130 years have 47,482 days.
    const from = (nth * 997) % 47_000;
    return !rises(grid, from, from + 120) || !rises(grid, 15_000, 15_400);
  });
  expect(falling).toEqual([]);
});

function rises(grid: Grid, from: number, to: number): boolean {
  let before = edgeAt(grid, from);
  for (let k = from + 1; k <= to; k += 1) {
    const edge = edgeAt(grid, k);
    if (edge < before || edgeIndexAtOrBefore(grid, edge) < k) return false;
    before = edge;
  }
  return true;
}
