import { describe, expect, it } from "vitest";

import { createPace, type Pace } from "../../../src/core/pace/pace.ts";
import type { PaceEntry } from "../../../src/core/sync/sync-spec.ts";

function entryOf(requests: number, perMs: number, other: Partial<PaceEntry> = {}): PaceEntry {
  return { requests, perMs, mode: "fast", burst: 1, ...other };
}

/** Sends as early as the pace admits, each answered `responseMs` later, and tells when (to 0.01 ms). */
function sendAll(
  pace: Pace,
  count: number,
  options: { readonly factor?: number; readonly from?: number; readonly responseMs?: number } = {},
): readonly number[] {
  const { factor = 1, from = 0, responseMs = 0 } = options;
  const sends: number[] = [];
  let now = from;
  while (sends.length < count) {
    now = Math.max(now, pace.nextAt(now, 0));
    pace.sent(pace.charge(now, factor), now);
    pace.answered(now + responseMs);
    sends.push(Math.round(now * 100) / 100);
  }
  return sends;
}

describe("pace", () => {
  it("sends T apart, and the tolerance of the allowance makes up for lateness once (P5)", () => {
    expect(sendAll(createPace([entryOf(10, 1000)]), 5)).toEqual([0, 95.5, 196, 296.5, 397]);
  });

  it("sends a burst at once and the rest T apart (P5)", () => {
    const pace = createPace([entryOf(10, 1000, { burst: 3 })]);
    const interval = 1005 / 8;
    expect(sendAll(pace, 5)).toEqual(
      [0, 0, 0, 3 * interval - 2 * interval - 5, 2 * interval - 5].map(
        (at) => Math.round(at * 100) / 100,
      ),
    );
  });

  it.for<readonly [number, number, number]>([
    [1, 1000, 1],
    [2, 1000, 1],
    [10, 1000, 1],
    [10, 1000, 5],
    [50, 1000, 25],
    [100, 60_000, 50],
    [1000, 3_600_000, 1],
    [3, 1, 1],
  ])(
    "holds at most %i sends in any half-open %i ms with a burst of %i (P5)",
    ([requests, perMs, burst]) => {
      const sends: number[] = [];
      const pace = createPace([entryOf(requests, perMs, { burst })]);
      let now = 1e10;
      while (sends.length < 3 * requests + 3) {
        now = Math.max(now, pace.nextAt(now, 0));
        pace.sent(pace.charge(now, 1), now);
        sends.push(now);
      }
      const spans = sends.slice(requests).map((at, index) => at - (sends[index] ?? 0));
      expect(Math.min(...spans)).toBeGreaterThanOrEqual(perMs);
      // As close as T allows: what is held back is paid for by use.
      expect(Math.min(...spans)).toBeLessThanOrEqual(perMs * 1.01 + 0.1 + perMs / requests);
    },
  );

  it("lengthens T and nothing else by the rate factor (P22)", () => {
    const pace = createPace([entryOf(10, 1000)]);
    expect(sendAll(pace, 4, { factor: 0.5 })).toEqual([0, 196, 397, 598]);
  });

  it("waits for the strictest entry and charges all of them (P4)", () => {
    const both = createPace([entryOf(10, 1000), entryOf(2, 10_000)]);
    expect(sendAll(both, 3)).toEqual([0, 4997.5, 10_000]);
    const [first, second] = [createPace([entryOf(10, 1000)]), createPace([])];
    expect([sendAll(first, 2), sendAll(second, 3)]).toEqual([
      [0, 95.5],
      [0, 0, 0],
    ]);
  });

  it("takes a charge back from all entries (P24)", () => {
    const pace = createPace([entryOf(10, 1000, { mode: "safe" }), entryOf(2, 10_000)]);
    const before = pace.nextAt(0, 0);
    pace.undo(pace.charge(0, 0.5));
    expect(sendAll(pace, 2)).toEqual([0, 4997.5]);
    expect(before).toBeLessThanOrEqual(0);
  });

  it("keeps a charge that a later one built on (P24)", () => {
    const pace = createPace([entryOf(10, 1000)]);
    const first = pace.charge(0, 1);
    pace.charge(1000, 1);
    pace.undo(first);
    expect(Math.round(pace.nextAt(1001, 0) * 10) / 10).toBe(1095.5);
  });

  it("keeps a pause that began while the undone charge was held (P20, P24)", () => {
    const pace = createPace([entryOf(10, 1000)]);
    const charge = pace.charge(0, 1);
    pace.pause(3000);
    pace.undo(charge);
    expect(pace.nextAt(10, 0)).toBe(3000);
  });

  it("counts a try from its sending when that is later than its charge (P5)", () => {
    const pace = createPace([entryOf(10, 1000)]);
    pace.sent(pace.charge(0, 1), 50);
    expect(Math.round(pace.nextAt(51, 0) * 10) / 10).toBe(145.5);
  });

  it("holds a safe entry until the first of N tries was answered W' ago (P6)", () => {
    const pace = createPace([entryOf(2, 1000, { mode: "safe", burst: 1 })]);
    for (const at of [0, 600]) pace.sent(pace.charge(at, 1), at);
    const unanswered = pace.nextAt(5000, 0);
    pace.answered(5000);
    const oneAnswered = pace.nextAt(5000, 0);
    pace.answered(5300);
    expect([unanswered, oneAnswered, pace.nextAt(6001.1, 0), pace.nextAt(6001.2, 0)]).toEqual([
      Infinity,
      6001.1,
      6001.1 - 5,
      6001.2 - 5,
    ]);
  });

  it("counts answers that overtake each other (P6)", () => {
    const pace = createPace([entryOf(2, 1000, { mode: "safe" })]);
    for (const at of [0, 600]) pace.sent(pace.charge(at, 1), at);
    pace.answered(9000);
    pace.answered(700);
    expect(pace.nextAt(1500, 0)).toBe(700 + 1001.1);
  });

  it("sends nothing inside a pause and T/f apart after it, never as a bunch (P20)", () => {
    const pace = createPace([entryOf(10, 1000, { burst: 5 })]);
    sendAll(pace, 1);
    pace.pause(3000);
    const interval = Math.round((1005 / 6 / 0.5) * 10) / 10;
    expect(sendAll(pace, 3, { factor: 0.5 })).toEqual([3000, 3000 + interval, 3000 + 2 * interval]);
  });

  it("starts with the sends of an earlier run counted (P11)", () => {
    const safe = createPace([entryOf(2, 1000, { mode: "safe" })]);
    const fast = createPace([entryOf(2, 1000)]);
    for (const pace of [safe, fast]) pace.seed({ sent: 7, at: 100 });
    // x + W' for the two that fill R, x + b T less the tolerance for the schedule.
    expect([safe.nextAt(200, 0), Math.round(fast.nextAt(200, 0) * 10) / 10]).toEqual([
      1101.1, 597.5,
    ]);
  });

  it("keeps the latest of many seeds and ignores empty ones (P11)", () => {
    const pace = createPace([entryOf(2, 1000, { mode: "safe" })]);
    for (const [sent, at] of [
      [1, 300],
      [1, -800],
      [1, 100],
      [0, 900],
    ] as const) {
      pace.seed({ sent, at });
    }
    expect(pace.nextAt(200, 0)).toBe(1101.1);
  });

  it("tells when the one behind others in line may go (P21)", () => {
    const pace = createPace([entryOf(10, 1000)]);
    expect(Math.round(pace.nextAt(0, 3) * 10) / 10).toBe(296.5);
  });
});
