// The laws of P2, P3, P5, P6, P8, P9 and P24, whatever arrives, is answered and wakes up when.

import {
  array,
  assert,
  asyncProperty,
  constantFrom,
  integer,
  nat,
  oneof,
  record,
} from "fast-check";
import { describe, expect, it } from "vitest";

import { createPacer } from "../../src/app/pacer.ts";
import type { PaceEntry } from "../../src/core/sync/sync-spec.ts";
import { limitsOf } from "../support/builders.ts";
import { createFakeClock } from "../support/fake-clock.ts";

const never = new AbortController().signal;
const timeoutMs = 700;

/** One request: when it comes after the one before, and what becomes of it. Permille are of its response time. */
interface Scripted {
  readonly gapMs: number;
  readonly responseMs: number;
  readonly countedPermille: number;
  readonly end:
    | "ok"
    | "throttle"
    | "fault"
    | "no_response"
    | "pause"
    | "bound"
    | "unsent"
    | "given_up";
}

interface Scenario {
  readonly entry: PaceEntry;
  readonly concurrency: number;
  readonly script: readonly Scripted[];
  /** Lateness of each timer in turn; negative is early. */
  readonly shifts: readonly number[];
}

interface Sent {
  readonly request: number;
  readonly sentAt: number;
  readonly countedAt: number;
  /** When it counts as answered (P8). */
  readonly answeredAt: number;
  readonly endedAt: number;
}

const gapMs = oneof(constantFrom(0, 0, 0, 5000), nat({ max: 300 }));
const scripted = record({
  gapMs,
  responseMs: oneof(nat({ max: 40 }), nat({ max: 1500 })),
  countedPermille: nat({ max: 1000 }),
  end: constantFrom<Scripted["end"]>(
    ...(["ok", "ok", "ok", "throttle", "fault", "no_response"] as const),
    ...(["pause", "bound", "unsent", "given_up"] as const),
  ),
});
const scenario = record({
  requests: integer({ min: 1, max: 8 }),
  perMs: constantFrom(1, 100, 1000),
  mode: constantFrom<PaceEntry["mode"]>("safe", "fast"),
  burst: integer({ min: 1, max: 4 }),
  concurrency: integer({ min: 1, max: 6 }),
  script: array(scripted, { minLength: 1, maxLength: 40 }),
  shifts: array(integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 7 }),
}).map(({ requests, perMs, mode, burst, ...rest }): Scenario => ({
  entry: { requests, perMs, mode, burst: Math.min(burst, Math.max(1, Math.floor(requests / 2))) },
  ...rest,
}));

/** Plays the script on virtual time; the sends in their order. */
async function play(
  { entry, concurrency, script, shifts }: Scenario,
  wallJumpsMs: readonly number[] = [],
): Promise<readonly Sent[]> {
  let timers = 0;
  const shiftMs = (): number => shifts[(timers += 1) % shifts.length] ?? 0;
  const clock = createFakeClock({ shiftMs });
  const pacer = createPacer(limitsOf({ pace: [entry], concurrency, timeoutMs }), { clock });
  const sends: Sent[] = [];

  async function request(index: number, one: Scripted): Promise<void> {
    const stop = new AbortController();
    const taken = pacer.take(one.end === "given_up" ? stop.signal : never);
    if (one.end === "given_up") {
      taken.catch(() => undefined);
      await clock.wake(clock.mono() + one.responseMs);
      stop.abort(new Error("given up"));
      const granted = await taken.catch(() => undefined);
      return granted?.release();
    }
    const permit = await taken;
    if (one.end === "unsent") {
      await clock.wake(clock.mono() + Math.min(3, one.responseMs));
      return permit.release();
    }
    const sentAt = clock.mono();
    permit.sent();
    await clock.wake(sentAt + one.responseMs);
    const endedAt = clock.mono();
    const isSilent = one.end === "no_response";
    const answeredAt = isSilent ? Math.max(endedAt, sentAt + timeoutMs) : endedAt;
    const countedAt = sentAt + ((answeredAt - sentAt) * one.countedPermille) / 1000;
    sends.push({ request: index, sentAt, countedAt, answeredAt, endedAt });
    if (one.end === "pause") permit.answered("throttle", { pauseMs: 400, atMost: undefined });
    else if (one.end === "bound")
      permit.answered("ok", { pauseMs: undefined, atMost: { requests: 2, forMs: 300 } });
    else permit.answered(one.end, undefined);
  }

  const requests: Promise<void>[] = [];
  async function arrive(): Promise<void> {
    for (const [index, one] of script.entries()) {
      if (one.gapMs > 0) await clock.wake(clock.mono() + one.gapMs);
      clock.jumpWall(wallJumpsMs[index % Math.max(1, wallJumpsMs.length)] ?? 0);
      requests.push(request(index, one));
    }
    await Promise.all(requests);
  }
  await clock.run(arrive());
  expect(clock.scheduled()).toBe(0);
  return sends.toSorted((a, b) => a.sentAt - b.sentAt || a.request - b.request);
}

/** The most instants in any half-open period. */
function mostWithin(instants: readonly number[], perMs: number): number {
  const sorted = instants.toSorted((a, b) => a - b);
  let first = 0;
  let most = 0;
  for (const [index, at] of sorted.entries()) {
    while ((sorted[first] ?? at) <= at - perMs) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

async function holds(check: (played: readonly Sent[], of: Scenario) => void): Promise<void> {
  await assert(
    asyncProperty(scenario, async (of) => {
      check(await play(of), of);
    }),
  );
}

describe("pacer, whatever happens", () => {
  it("sends at most N in any half-open period (P3, P5)", async () => {
    await holds((sends, { entry }) => {
      const sentAt = sends.map((one) => one.sentAt);
      expect(mostWithin(sentAt, entry.perMs)).toBeLessThanOrEqual(entry.requests);
    });
  });

  it("lets no server count more than N in any half-open period in safe mode (P6, P8)", async () => {
    await holds((sends, { entry }) => {
      if (entry.mode === "fast") return;
      const countedAt = sends.map((one) => one.countedAt);
      expect(mostWithin(countedAt, entry.perMs)).toBeLessThanOrEqual(entry.requests);
    });
  });

  it("sends only while fewer than N are unanswered or answered less than W' ago (P6, P8)", async () => {
    await holds((sends, { entry }) => {
      if (entry.mode === "fast") return;
      const keptMs = entry.perMs * 1.0001 + 1;
      const held = sends.map(
        (one, index) =>
          sends.slice(0, index).filter((other) => other.answeredAt + keptMs > one.sentAt).length,
      );
      expect(Math.max(0, ...held)).toBeLessThanOrEqual(entry.requests - 1);
    });
  });

  it("keeps at most `concurrency` tries in flight, first come, first served (P9, P24)", async () => {
    await holds((sends, { concurrency }) => {
      const inFlight = sends.map(
        (one, index) => sends.slice(0, index).filter((other) => other.endedAt > one.sentAt).length,
      );
      expect(Math.max(0, ...inFlight)).toBeLessThan(concurrency);
      expect(sends.map((one) => one.request)).toEqual(
        sends.map((one) => one.request).toSorted((a, b) => a - b),
      );
    });
  });

  it("sends nothing inside a pause that an earlier answer began (P20)", async () => {
    await holds((sends, { script }) => {
      const pauses = sends.filter((one) => script[one.request]?.end === "pause");
      const inside = sends.filter((one) =>
        pauses.some((p) => p.endedAt < one.sentAt && one.sentAt < p.endedAt + 400),
      );
      expect(inside).toEqual([]);
    });
  });

  it("sends everything that is not given up, and at the same instants when the wall clock jumps (P2)", async () => {
    const jumps = array(integer({ min: -1e12, max: 1e12 }), { minLength: 1, maxLength: 5 });
    await assert(
      asyncProperty(scenario, jumps, async (of, wallJumpsMs) => {
        const steady = await play(of);
        expect(await play(of, wallJumpsMs)).toEqual(steady);
        const due = of.script.filter((one) => one.end !== "unsent" && one.end !== "given_up");
        expect(steady.length).toBe(due.length);
      }),
    );
  });
});
