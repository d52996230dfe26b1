import { describe, expect, it } from "vitest";

import { createPacer } from "../../src/app/pacer.ts";
import type { PaceEntry } from "../../src/core/sync/sync-spec.ts";
import { limitsOf } from "../support/builders.ts";
import { createFakeClock } from "../support/fake-clock.ts";

const entry: PaceEntry = { requests: 10, perMs: 1000, mode: "safe", burst: 1 };
const never = new AbortController().signal;

describe("pacer", () => {
  it("admits nothing before the end of a pause, whichever try heard of it (P20)", async () => {
    const clock = createFakeClock();
    const pacer = createPacer(limitsOf({ pace: [entry], concurrency: 4 }), { clock });
    const first = await clock.run(pacer.take(never));
    first.sent();
    first.answered("throttle", { pauseMs: 3000, atMost: undefined });
    const second = await clock.run(pacer.take(never));
    expect({ at: clock.mono(), pauses: pacer.report().pauses }).toEqual({ at: 3000, pauses: 1 });
    second.release();
  });

  it("lets an aborted waiter go at once and serves the next (P24)", async () => {
    const clock = createFakeClock();
    const pacer = createPacer(limitsOf({ concurrency: 1 }), { clock });
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

  it("does not start full after a run that has just ended (P11)", async () => {
    const clock = createFakeClock();
    const pacer = createPacer(limitsOf({ pace: [entry] }), { clock });
    pacer.seed([{ sent: 10, lastAtMs: clock.wall() }]);
    await clock.run(pacer.take(never));
    expect(clock.mono()).toBeGreaterThanOrEqual(1000);
  });
});
