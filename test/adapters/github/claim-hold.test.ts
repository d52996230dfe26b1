// Why a run claims nothing more (G18, G24).

import { expect, test } from "vitest";

import { claimHoldOf, type HoldFacts } from "../../../src/adapters/github/claim-hold.ts";
import { createFakeClock } from "../../support/fake-clock.ts";

const start = Date.UTC(2026, 10, 25);

function facts(overrides: Partial<HoldFacts> & { readonly remaining?: number }): HoldFacts {
  const { remaining = 1000, ...rest } = overrides;
  return {
    client: { rateLeft: () => ({ remaining, resetAt: start + 60_000 }) },
    clock: createFakeClock(),
    runBranch: "main",
    config: { moved: [], foreign: [] },
    keptUntil: undefined,
    runsUntil: Infinity,
    ...rest,
  };
}

test("holds no claim back while all is well", () => {
  expect(claimHoldOf(facts({ remaining: 50 }))).toBe(undefined);
  expect(claimHoldOf(facts({ client: { rateLeft: () => undefined } }))).toBe(undefined);
});

test("keeps the last 50 points for settling, until they are back (G24)", () => {
  expect(claimHoldOf(facts({ remaining: 49 }))).toEqual({
    kind: "limited",
    message:
      "GitHub: expected room for more windows, found 49 points left of its limit; a run after 2026-11-25T00:01:00.000Z goes on",
  });
  const clock = createFakeClock({ wall: start + 60_000 });
  expect(claimHoldOf(facts({ remaining: 0, clock }))).toBe(undefined);
});

test("keeps the last commits of the hour for settling, unless the run outlasts the hour", () => {
  expect(claimHoldOf(facts({ keptUntil: 3_600_000, runsUntil: 3_000_000 }))).toEqual({
    kind: "limited",
    message:
      "GitHub: expected room for more windows, found nearly all commits made that a run may make in an hour; " +
      "a run after 2026-11-25T01:00:00.000Z goes on",
  });
  expect(claimHoldOf(facts({ keptUntil: 3_600_000, runsUntil: 18_000_000 }))).toBe(undefined);
});

test("a configuration that moved goes before any limit (G18)", () => {
  expect(
    claimHoldOf(facts({ config: { moved: ["a.yml", "b.mts"], foreign: [] }, remaining: 1 })),
  ).toEqual({
    kind: "moved",
    message:
      "a.yml, b.mts: expected the version of the event's commit at the tip of main, found another; " +
      "start a new run instead of re-running",
  });
});
