// The pace of ledger commits on GitHub (section 12), on a fake clock.

import { expect, test } from "vitest";

import { openCommitPace } from "../../../src/adapters/github/commit-pace.ts";
import { createFakeClock } from "../../support/fake-clock.ts";

/** Seconds at which commits go that are always ready. */
async function commitTimes(count: number): Promise<readonly number[]> {
  const clock = createFakeClock();
  const pace = openCommitPace(clock);
  const times: number[] = [];
  for (let made = 0; made < count; made += 1) {
    await clock.advanceTo(Math.max(clock.mono(), pace.nextAt()));
    pace.sent();
    times.push(clock.mono() / 1000);
  }
  return times;
}

test("sends commits a second apart and 20 a minute", async () => {
  expect(await commitTimes(42)).toEqual([
    ...Array.from({ length: 20 }, (_, index) => index),
    ...Array.from({ length: 20 }, (_, index) => 60 + index),
    120,
    121,
  ]);
});

test("sends 300 commits an hour", async () => {
  const times = await commitTimes(302);
  expect(times.slice(299)).toEqual([14 * 60 + 19, 3600, 3601]);
});

test("keeps the last 25 commits of an hour for settling", async () => {
  const clock = createFakeClock();
  const pace = openCommitPace(clock);
  const kept: (number | undefined)[] = [];
  for (let made = 0; made < 275; made += 1) {
    kept.push(pace.keptUntil());
    await clock.advanceTo(Math.max(clock.mono(), pace.nextAt()));
    pace.sent();
  }
  expect([...new Set(kept)]).toEqual([undefined]);
  expect(pace.keptUntil()).toBe(3_600_000);
  await clock.advanceTo(3_600_000);
  expect(pace.keptUntil()).toBe(undefined);
});
