// Into how many parts a window is cut, and where.

import { expect, test } from "vitest";

import { cutWindow, partCount } from "../../../src/core/plan/split.ts";
import { instantOf } from "../../../src/core/time/instant.ts";
import { tiles } from "../../../src/core/window/window.ts";
import { at, syncOf, windowOf } from "../../support/builders.ts";
import { day } from "../../support/record-of.ts";

const dayMicros = 86_400_000_000;
const spec = syncOf();
const daily = syncOf({
  watermark: { ...spec.watermark, precisionMicros: dayMicros, timezone: "Europe/Berlin" },
  window: { ...spec.window, start: at("2025-12-31T23:00:00Z"), timezone: "Europe/Berlin" },
});

test.for([
  [{ spentMs: 600, shareRead: 1, budgetMs: 1200 }, 2],
  [{ spentMs: 600, shareRead: 0.5, budgetMs: 1200 }, 2],
  [{ spentMs: 601, shareRead: 0.5, budgetMs: 1200 }, 4],
  [{ spentMs: 1200, shareRead: 0.5, budgetMs: 1200 }, 4],
  [{ spentMs: 1200, shareRead: 0.25, budgetMs: 1200 }, 8],
  [{ spentMs: 1200, shareRead: 0.2, budgetMs: 1200 }, 16],
  [{ spentMs: 1200, shareRead: 0.001, budgetMs: 1200 }, 64],
  [{ spentMs: 1200, shareRead: 7, budgetMs: 1200 }, 2],
  [{ spentMs: 1200, shareRead: undefined, budgetMs: 1200 }, 2],
  [{ spentMs: 1200, shareRead: 0, budgetMs: 1200 }, 2],
  [{ spentMs: 1200, shareRead: 0.5, budgetMs: 0 }, 2],
  [{ spentMs: 0, shareRead: 0.5, budgetMs: 1200 }, 2],
] as const)("%j is cut into %i parts", ([progress, count]) => {
  expect(partCount(progress)).toBe(count);
});

test("a day in four parts has edges every six hours", () => {
  expect(cutWindow(day(1), 4, spec)).toEqual([
    windowOf("2026-11-01", "2026-11-01T06:00:00Z"),
    windowOf("2026-11-01T06:00:00Z", "2026-11-01T12:00:00Z"),
    windowOf("2026-11-01T12:00:00Z", "2026-11-01T18:00:00Z"),
    windowOf("2026-11-01T18:00:00Z", "2026-11-02"),
  ]);
});

test("three units in two parts are one and two units, never a half (S43)", () => {
  const window = windowOf("2026-11-01", "2026-11-01T00:00:00.003Z");
  const parts = cutWindow(window, 2, spec);
  expect(parts?.map(({ start, end }) => end - start)).toEqual([2000, 1000]);
});

test("more parts than units are as many parts as units (S43)", () => {
  const window = windowOf("2026-11-01", "2026-11-01T00:00:00.003Z");
  const parts = cutWindow(window, 64, spec);
  expect(parts?.map(({ start, end }) => end - start)).toEqual([1000, 1000, 1000]);
});

test.for([
  ["a millisecond", windowOf("2026-11-01", "2026-11-01T00:00:00.001Z"), spec],
  ["a day of 25 hours", windowOf("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"), daily],
  ["a day of 23 hours", windowOf("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"), daily],
] as const)("%s is one unit and cannot be cut (S43)", ([, window, sync]) => {
  expect([2, 4, 64].map((count) => cutWindow(window, count, sync))).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test("days are cut at midnights of the zone, also where clocks change (S43)", () => {
  const window = windowOf("2026-10-23T22:00:00Z", "2026-10-26T23:00:00Z");
  expect(cutWindow(window, 4, daily)).toEqual([
    windowOf("2026-10-23T22:00:00Z", "2026-10-24T22:00:00Z"),
    windowOf("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"),
    windowOf("2026-10-25T23:00:00Z", "2026-10-26T23:00:00Z"),
  ]);
});

test("the parts of any window tile it, on whole units (L1, S43)", () => {
  const units = [1, 1000, 1_000_000, 60_000_000];
  const lengths = [2, 3, 7, 64, 65, 1000, 86_401];
  const broken = units.flatMap((precisionMicros) =>
    lengths.flatMap((length) =>
      [2, 3, 16, 64].flatMap((count) => {
        const sync = syncOf({ watermark: { ...spec.watermark, precisionMicros } });
        const start = at("2026-11-01");
        const window = { start, end: instantOf(start + length * precisionMicros) };
        const parts = cutWindow(window, count, sync);
        const isWhole =
          parts?.every((part) => (part.start - start) % precisionMicros === 0) ?? false;
        const isFine = parts !== undefined && tiles(window, parts) && isWhole;
        return isFine && parts.length === Math.min(count, length)
          ? []
          : [{ precisionMicros, length, count }];
      }),
    ),
  );
  expect(broken).toEqual([]);
});
