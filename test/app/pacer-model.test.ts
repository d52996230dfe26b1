// The numbers that pacing.md promises, measured on the real pacer against servers that limit in different ways.

import { describe, expect, it } from "vitest";

import type { PaceEntry } from "../../src/core/sync/sync-spec.ts";
import { checkTrace } from "../sim/trace-checker.ts";
import {
  type DemandResult,
  fixedPeriod,
  type Limiter,
  runDemand,
  slidingLog,
  tokenBucket,
  useOf,
} from "../support/paced-api.ts";

const seeds = [1, 2, 3, 4, 5];

function entryOf(requests: number, perMs: number, mode: "safe" | "fast"): PaceEntry {
  return { requests, perMs, mode, burst: 1 };
}

/** The findings of the checker and the use of each seed, after the first 2 W or 10 s. */
async function measure(
  entry: PaceEntry,
  limiterOf: (seed: number) => Limiter,
  options: { readonly lastMs: number; readonly slowShare?: number },
): Promise<{
  findings: readonly string[];
  refused: number;
  tries: number;
  uses: number[];
  bounds: number[];
}> {
  const results: DemandResult[] = [];
  const walkers = Math.max(4, Math.ceil((entry.requests / entry.perMs) * 600));
  for (const seed of seeds) {
    const limiter = limiterOf(seed);
    results.push(
      await runDemand({ limits: { pace: [entry] }, limiter, seed, walkers, ...options }),
    );
  }
  const bounds = {
    entries: [entry],
    concurrency: walkers,
    timeoutMs: 60_000,
    triesMax: 5,
    slackMs: 2,
  };
  const stretch = { fromMs: Math.max(2 * entry.perMs, 10_000), toMs: options.lastMs };
  return {
    findings: results.flatMap((result) => checkTrace(result.trace, bounds)),
    refused: results.reduce((sum, result) => sum + result.refused, 0),
    tries: results.reduce((sum, result) => sum + result.tries, 0),
    uses: results.map((result) => useOf(result, entry, stretch)),
    bounds: results.map((result) => entry.perMs / (entry.perMs + result.meanResponseMs)),
  };
}

// A bucket of two has no room for tries that jitter brings together; P6 promises nothing about buckets.
const servers: readonly (readonly [string, (n: number, w: number, seed: number) => Limiter])[] = [
  ["a sliding log", (n, w) => slidingLog(n, w)],
  ["a fixed period", (n, w, seed) => fixedPeriod(n, w, (w * seed) / 7)],
  ["a full token bucket", (n, w) => tokenBucket(n, w, n)],
  ["a small token bucket", (n, w) => tokenBucket(n, w, Math.max(3, n / 5))],
];

describe("pacer in virtual time", () => {
  for (const [name, limiterOf] of servers) {
    for (const [requests, perMs, lastMs] of [
      [50, 1000, 30_000],
      [10, 1000, 60_000],
      [100, 10_000, 60_000],
    ] as const) {
      it(`is never refused by ${name} of ${requests} per ${perMs} ms in safe mode, and uses it (P6, P7)`, async () => {
        const entry = entryOf(requests, perMs, "safe");
        const found = await measure(entry, (seed) => limiterOf(requests, perMs, seed), { lastMs });
        expect({ findings: found.findings, refused: found.refused }).toEqual({
          findings: [],
          refused: 0,
        });
        expect(found.uses.filter((use, i) => use < 0.95 * (found.bounds[i] ?? 1))).toEqual([]);
      });
    }
    it(`uses 99 % of 100 per 60 s of ${name} in safe mode without a refusal (P6, P7)`, async () => {
      const entry = entryOf(100, 60_000, "safe");
      const found = await measure(entry, (seed) => limiterOf(100, 60_000, seed), {
        lastMs: 1_200_000,
      });
      expect({ findings: found.findings, refused: found.refused }).toEqual({
        findings: [],
        refused: 0,
      });
      expect(found.uses.filter((use) => use < 0.99)).toEqual([]);
    });
  }

  it("is never refused in safe mode when some delays are ten times longer (P6)", async () => {
    const entry = entryOf(50, 1000, "safe");
    const found = await measure(entry, () => slidingLog(50, 1000), {
      lastMs: 30_000,
      slowShare: 0.05,
    });
    expect({ findings: found.findings, refused: found.refused }).toEqual({
      findings: [],
      refused: 0,
    });
    expect(found.uses.filter((use, i) => use < 0.95 * (found.bounds[i] ?? 1))).toEqual([]);
  });

  it.for([
    [50, 50],
    [50, 10],
    [10, 10],
    [4, 4],
  ] as const)(
    "uses 99 percent of a bucket of %i per second with room for %i in fast mode (P5, P7)",
    async ([n, size]) => {
      const entry = entryOf(n, 1000, "fast");
      const found = await measure(entry, () => tokenBucket(n, 1000, size), { lastMs: 60_000 });
      expect({ findings: found.findings, refused: found.refused }).toEqual({
        findings: [],
        refused: 0,
      });
      expect(found.uses.filter((use) => use < 0.99)).toEqual([]);
    },
  );

  it("uses 85 % of a sliding log in fast mode and is refused at most once in a hundred (P7, P22)", async () => {
    const entry = entryOf(50, 1000, "fast");
    const found = await measure(entry, () => slidingLog(50, 1000), { lastMs: 60_000 });
    expect(found.findings).toEqual([]);
    expect(found.refused / found.tries).toBeLessThanOrEqual(0.01);
    expect(found.uses.filter((use) => use < 0.85)).toEqual([]);
  });

  it("follows a capacity that halves and comes back, without any hint (P22)", async () => {
    const capacity = 40 * 90 + 20 * 60 + 40 * 90;
    for (const seed of seeds) {
      const high = tokenBucket(40, 1000, 8);
      const low = tokenBucket(20, 1000, 4);
      const result = await runDemand({
        limits: { pace: [entryOf(50, 1000, "fast")] },
        limiter: (at) => (at >= 90_000 && at < 150_000 ? low(at) : high(at)),
        seed,
        lastMs: 240_000,
        walkers: 40,
      });
      expect(result.acceptedAt.length / capacity).toBeGreaterThanOrEqual(0.92);
      expect(result.refused / result.tries).toBeLessThanOrEqual(0.01);
    }
  });
});
