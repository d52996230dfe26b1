import { describe, expect, it } from "vitest";

import { fullRate, lowerRate, raiseRate } from "../../../src/core/pace/adapt.ts";

/** Full rate at 0 whose growth step takes `growthMs`. */
function rateOf(growthMs: number): ReturnType<typeof fullRate> {
  return fullRate(0, [growthMs * 60]);
}

describe("rate factor", () => {
  it("starts full and grows by one step per second or sixtieth of the shortest period (P22)", () => {
    const steps = [[], [1000], [60_000], [3_600_000, 86_400_000]].map(
      (periodsMs) => fullRate(5, periodsMs).growthMs,
    );
    expect({ rate: fullRate(5, [1000]), steps }).toEqual({
      rate: { factor: 1, lowest: 1, loweredAt: -Infinity, grownAt: 5, growthMs: 1000 },
      steps: [1000, 1000, 1000, 60_000],
    });
  });

  it("multiplies by 0.85 after a refusal, and by nothing for older tries of the same congestion (P22)", () => {
    const once = lowerRate(rateOf(1000), 10, 50);
    const older = [0, 49, 50].map((sentAt) => lowerRate(once, sentAt, 90));
    const twice = lowerRate(once, 51, 90);
    expect({ once, older, twice: [twice.factor, twice.lowest, twice.loweredAt] }).toEqual({
      once: { ...rateOf(1000), factor: 0.85, lowest: 0.85, loweredAt: 50 },
      older: [once, once, once],
      twice: [0.85 * 0.85, 0.85 * 0.85, 90],
    });
  });

  it("never falls below 0.02 (P22)", () => {
    let rate = rateOf(1000);
    for (let at = 1; at <= 100; at += 1) rate = lowerRate(rate, at, at);
    expect([rate.factor, rate.lowest]).toEqual([0.02, 0.02]);
  });

  it("adds by the time since the last growth, at most one step after idle time (P22)", () => {
    const low = { ...rateOf(2000), factor: 0.5, lowest: 0.5 };
    const grown = [0, 500, 2000, 1_000_000].map((now) => raiseRate(low, now));
    expect(grown).toEqual([
      { ...low, factor: 0.5, grownAt: 0 },
      { ...low, factor: 0.5 + 0.0025, grownAt: 500 },
      { ...low, factor: 0.5 + 0.01, grownAt: 2000 },
      { ...low, factor: 0.5 + 0.01, grownAt: 1_000_000 },
    ]);
  });

  it("grows as much by many answers as by few, and never above 1 (P22)", () => {
    let many = { ...rateOf(1000), factor: 0.5 };
    for (let now = 1; now <= 10_000; now += 1) many = raiseRate(many, now);
    let few = { ...rateOf(1000), factor: 0.5 };
    for (let now = 1000; now <= 10_000; now += 1000) few = raiseRate(few, now);
    expect(many.factor).toBeCloseTo(few.factor, 9);
    expect(raiseRate({ ...many, factor: 0.995 }, 11_000).factor).toBe(1);
  });

  it("keeps the lowest factor it had (P25)", () => {
    const low = lowerRate(rateOf(1000), 1, 2);
    expect(raiseRate(low, 60_000).lowest).toBe(0.85);
  });
});
