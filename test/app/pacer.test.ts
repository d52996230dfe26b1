import { describe, expect, it } from "vitest";

import { createPacer } from "../../src/app/pacer.ts";
import type { Hint } from "../../src/core/pace/rate-headers.ts";
import type { LimitsSpec, PaceEntry } from "../../src/core/sync/sync-spec.ts";
import type { Pacer } from "../../src/ports/pacer.ts";
import { limitsOf } from "../support/builders.ts";
import { createFakeClock, type FakeClock } from "../support/fake-clock.ts";

const safe: PaceEntry = { requests: 10, perMs: 1000, mode: "safe", burst: 1 };
const fast: PaceEntry = { ...safe, mode: "fast" };
const never = new AbortController().signal;

function paced(limits: Partial<LimitsSpec>): { readonly clock: FakeClock; readonly pacer: Pacer } {
  const clock = createFakeClock();
  return { clock, pacer: createPacer(limitsOf({ concurrency: 100, ...limits }), { clock }) };
}

function pauseOf(pauseMs: number): Hint {
  return { pauseMs, atMost: undefined };
}

/** Sends `count` tries, each answered at once, and tells when (to 0.1 ms). */
async function sendAll(
  { clock, pacer }: ReturnType<typeof paced>,
  count: number,
): Promise<readonly number[]> {
  const sends: number[] = [];
  while (sends.length < count) {
    const permit = await clock.run(pacer.take(never));
    permit.sent();
    permit.answered("fault", undefined);
    sends.push(Math.round(clock.mono() * 10) / 10);
  }
  return sends;
}

describe("pacer", () => {
  it("admits nothing before the end of a pause, then T/f apart (P20, P22)", async () => {
    const world = paced({ pace: [{ ...fast, burst: 5 }] });
    const first = await world.clock.run(world.pacer.take(never));
    first.sent();
    first.answered("throttle", pauseOf(3000));
    const interval = 1005 / 6 / 0.85;
    expect(await sendAll(world, 3)).toEqual(
      [0, 1, 2].map((count) => Math.round((3000 + count * interval) * 10) / 10),
    );
    expect(world.pacer.report()).toMatchObject({ sent: 4, pauses: 1, lowestFactor: 0.85 });
  });

  it("stops for the longest of the pauses it is told, whichever try heard of it (P20)", async () => {
    const world = paced({});
    const permits = [];
    for (let count = 0; count < 3; count += 1) {
      const permit = await world.clock.run(world.pacer.take(never));
      permit.sent();
      permits.push(permit);
    }
    for (const [index, pauseMs] of [500, 2000, 100].entries())
      permits[index]?.answered("throttle", pauseOf(pauseMs));
    expect(await sendAll(world, 1)).toEqual([2000]);
    expect(world.pacer.report().pauses).toBe(1);
  });

  it("lets an aborted waiter go at once and serves the next (P24)", async () => {
    const { clock, pacer } = paced({ concurrency: 1 });
    const held = await clock.run(pacer.take(never));
    const gone = new AbortController();
    const aborted = pacer.take(gone.signal);
    const next = pacer.take(never);
    gone.abort(new Error("given up"));
    await expect(aborted).rejects.toThrow("given up");
    held.release();
    (await clock.run(next)).release();
    expect(clock.scheduled()).toBe(0);
  });

  it("leaves no timer behind the last waiter that gave up (P24)", async () => {
    const world = paced({ pace: [safe] });
    await sendAll(world, 1);
    const gone = new AbortController();
    const aborted = world.pacer.take(gone.signal);
    expect(world.clock.scheduled()).toBe(1);
    gone.abort(new Error("given up"));
    await expect(aborted).rejects.toThrow("given up");
    expect(world.clock.scheduled()).toBe(0);
  });

  it("refuses a waiter that has given up before it came (P24)", async () => {
    const { pacer } = paced({});
    await expect(pacer.take(AbortSignal.abort(new Error("given up")))).rejects.toThrow("given up");
    expect(pacer.report().sent).toBe(0);
  });

  it("undoes the charge of a permit that is granted and aborted in the same turn (P24)", async () => {
    const world = paced({ pace: [safe, { ...fast, requests: 2 }] });
    const gone = new AbortController();
    const taken = world.pacer.take(gone.signal);
    gone.abort(new Error("given up"));
    await expect(taken).rejects.toThrow("given up");
    expect(await sendAll(world, 2)).toEqual([0, 497.5]);
  });

  it("undoes the charge of a permit that is released unsent (P24)", async () => {
    const world = paced({ pace: [safe], concurrency: 1 });
    (await world.clock.run(world.pacer.take(never))).release();
    expect(await sendAll(world, 2)).toEqual([0, 95.5]);
    expect(world.pacer.report().sent).toBe(2);
  });

  it("lets idle time buy nothing but the burst (P5)", async () => {
    const world = paced({ pace: [{ ...fast, burst: 2 }] });
    await world.clock.advanceTo(3_600_000);
    const from = 3_600_000;
    const interval = 1005 / 9;
    expect((await sendAll(world, 4)).map((at) => Math.round(at - from))).toEqual(
      [0, 0, interval - 5, 2 * interval - 5].map(Math.round),
    );
  });

  it.for<readonly [PaceEntry, number]>([
    [{ ...safe, requests: 2 }, 1001.1],
    [{ ...fast, requests: 2 }, 502.5 - 5],
  ])("does not start full after a run that has just ended, %j (P11)", async ([entry, seededAt]) => {
    const world = paced({ pace: [entry] });
    world.pacer.seed([{ sent: 2, lastAtMs: world.clock.wall() + 60_000 }]);
    const now = paced({ pace: [entry] });
    now.pacer.seed([{ sent: 2, lastAtMs: now.clock.wall() - 100 }]);
    const old = paced({ pace: [entry] });
    old.pacer.seed([{ sent: 2, lastAtMs: old.clock.wall() - 6000 }]);
    const first = [await sendAll(world, 1), await sendAll(now, 1), await sendAll(old, 1)];
    expect(first).toEqual([[seededAt], [seededAt], [0]]);
  });

  it("counts an earlier send five seconds later than its clock said (P11)", async () => {
    const world = paced({ pace: [{ ...safe, requests: 1, perMs: 60_000 }] });
    world.pacer.seed([
      { sent: 1, lastAtMs: world.clock.wall() - 30_000 },
      { sent: 9, lastAtMs: world.clock.wall() - 70_000 },
    ]);
    expect(await sendAll(world, 1)).toEqual([35_007]);
  });

  it("is seeded before its first permit only (P11)", async () => {
    const world = paced({});
    await sendAll(world, 1);
    expect(() => world.pacer.seed([])).toThrow("seeded before its first permit");
  });

  it("keeps a try without a response until its timeout and then W' (P8)", async () => {
    const { clock, pacer } = paced({ pace: [{ ...safe, requests: 1 }], timeoutMs: 4000 });
    const silent = await clock.run(pacer.take(never));
    silent.sent();
    silent.answered("no_response", undefined);
    await clock.run(pacer.take(never));
    expect(clock.mono()).toBeCloseTo(4000 + 1001.1, 6);
  });

  it("sends what the server still accepts, less those in flight, then waits (P28)", async () => {
    const world = paced({});
    const { clock, pacer } = world;
    const [first, second] = [
      await clock.run(pacer.take(never)),
      await clock.run(pacer.take(never)),
    ];
    for (const permit of [first, second]) permit.sent();
    first.answered("ok", { pauseMs: undefined, atMost: { requests: 3, forMs: 800 } });
    expect(await sendAll(world, 3)).toEqual([0, 0, 800]);
  });

  it("slows down without a wait when nothing is left and nobody says for how long (P28)", async () => {
    const { clock, pacer } = paced({ pace: [fast] });
    const first = await clock.run(pacer.take(never));
    first.sent();
    first.answered("ok", { pauseMs: undefined, atMost: undefined });
    expect(pacer.report()).toMatchObject({ lowestFactor: 0.85, pauses: 0 });
  });

  it("tells when the next of several waiters may go at the earliest (P21)", async () => {
    const world = paced({ pace: [safe] });
    await sendAll(world, 1);
    const gone = new AbortController();
    const waiting = [world.pacer.take(gone.signal), world.pacer.take(gone.signal)];
    expect(Math.round(world.pacer.nextAt() * 10) / 10).toBe(296.5);
    gone.abort(new Error("given up"));
    expect((await Promise.allSettled(waiting)).map((one) => one.status)).toEqual([
      "rejected",
      "rejected",
    ]);
  });

  it("reports for what its waiters waited (P25)", async () => {
    const world = paced({ pace: [{ ...fast, requests: 2 }], concurrency: 1 });
    const { clock, pacer } = world;
    const first = await clock.run(pacer.take(never));
    first.sent();
    const second = pacer.take(never);
    await clock.advanceTo(800);
    first.answered("throttle", pauseOf(200));
    (await clock.run(second)).release();
    await sendAll(world, 2);
    const { waitedMs } = pacer.report();
    expect({ ...waitedMs, pace: Math.round(waitedMs.pace * 10) / 10 }).toEqual({
      concurrency: 800,
      pause: 200,
      pace: Math.round((502.5 / 0.85) * 10) / 10,
    });
  });

  it("ends a permit once", async () => {
    const { clock, pacer } = paced({});
    const sent = await clock.run(pacer.take(never));
    sent.sent();
    const unsent = await clock.run(pacer.take(never));
    expect(() => sent.sent()).toThrow("sends one try");
    expect(() => sent.release()).toThrow("before its try is sent");
    expect(() => unsent.answered("ok", undefined)).toThrow("after its try was sent");
    sent.answered("ok", undefined);
    unsent.release();
    expect(() => sent.answered("ok", undefined)).toThrow("ends once");
    expect(() => unsent.release()).toThrow("at most once");
  });
});
