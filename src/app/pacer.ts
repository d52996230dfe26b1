// The pacer of one source: one queue, one timer, every try of step 3 FETCH takes a permit here (P1, P24). When a try
// may go is core/pace; this file waits, and after every wake-up it asks again (P3). It sends and retries nothing.

import { invariant } from "../core/failure/assert.ts";
import { fullRate, lowerRate, raiseRate } from "../core/pace/adapt.ts";
import { addAllowance, type Allowance, allowedAt, spendAllowance } from "../core/pace/allowance.ts";
import { type Charge, createPace } from "../core/pace/pace.ts";
import type { Hint } from "../core/pace/rate-headers.ts";
import type { LimitsSpec } from "../core/sync/sync-spec.ts";
import type { Clock } from "../ports/clock.ts";
import type { Pacer, PacerReport, Permit } from "../ports/pacer.ts";
import { createWaitingLine, type Place } from "./waiting-line.ts";

/** How a try ended. */
type Ending = Parameters<Permit["answered"]>[0];

/** What holds up the first waiter. */
type Cause = keyof PacerReport["waitedMs"];

/** A pacer that never starts full once it is seeded (P11). With an empty `pace`, concurrency and pauses alone count. */
export function createPacer(limits: LimitsSpec, deps: { readonly clock: Clock }): Pacer {
  const { clock } = deps;
  const line = createWaitingLine<(permit: Permit) => void>();
  const gate = createGate(limits, clock.mono());
  const timer = createTimer(clock, admit);
  const waiting = createStopwatch();
  let taken = false;

  /** Grants what may go now, then sleeps until the next may; bounded by the line. */
  function admit(): void {
    const now = clock.mono();
    waiting.stop(now);
    for (;;) {
      const first = line.first();
      if (first === undefined) return timer.disarm();
      const next = gate.next(now);
      if (next.at > now) {
        waiting.start(now, next.cause);
        return timer.arm(next.at);
      }
      line.leave(first);
      first.value(createPermit(gate.grant(now), { gate, clock, changed: admit }));
    }
  }

  async function take(stop: AbortSignal): Promise<Permit> {
    stop.throwIfAborted();
    taken = true;
    const permit = await new Promise<Permit>((resolve, reject) => {
      const place: Place<(permit: Permit) => void> = line.join((granted) => {
        stop.removeEventListener("abort", leave);
        resolve(granted);
      });
      function leave(): void {
        line.leave(place);
        reject(stop.reason as Error);
        admit();
      }
      stop.addEventListener("abort", leave, { once: true });
      admit();
    });
    // Granted and aborted in the same turn: the charge goes back (P24).
    if (stop.aborted) permit.release();
    stop.throwIfAborted();
    return permit;
  }

  return {
    seed(past) {
      invariant(!taken, "a pacer is seeded before its first permit (P11)");
      const now = clock.mono();
      gate.seed(past, { now, wall: clock.wall() });
    },
    take,
    nextAt() {
      const now = clock.mono();
      return gate.earliest(now, line.length());
    },
    report: () => gate.report(waiting.read(clock.mono())),
  };
}

/** One permit: granted, then either sent and answered, or released. */
function createPermit(
  charge: Charge,
  of: { readonly gate: Gate; readonly clock: Clock; readonly changed: () => void },
): Permit {
  const { gate, clock, changed } = of;
  let state: "granted" | "sent" | "ended" = "granted";
  let sentAt = 0;
  return {
    sent() {
      invariant(state === "granted", "a permit sends one try (P1)");
      state = "sent";
      sentAt = clock.mono();
      gate.sent(charge, sentAt);
    },
    answered(how, hint) {
      invariant(state === "sent", "a permit ends once, after its try was sent");
      state = "ended";
      gate.answered({ how, hint, sentAt }, clock.mono());
      changed();
    },
    release() {
      invariant(state === "granted", "a permit is released at most once, before its try is sent");
      state = "ended";
      gate.release(charge);
      changed();
    },
  };
}

/** All bounds of one pacer together, without waiting. */
interface Gate {
  /** Infinity: only an answer can tell. */
  next(now: number): { readonly at: number; readonly cause: Cause };
  earliest(now: number, ahead: number): number;
  grant(now: number): Charge;
  sent(charge: Charge, now: number): void;
  answered(
    end: { readonly how: Ending; readonly hint: Hint | undefined; readonly sentAt: number },
    now: number,
  ): void;
  release(charge: Charge): void;
  seed(
    past: Parameters<Pacer["seed"]>[0],
    at: { readonly now: number; readonly wall: number },
  ): void;
  report(waitedMs: PacerReport["waitedMs"]): PacerReport;
}

function createGate(limits: LimitsSpec, startedAt: number): Gate {
  const pace = createPace(limits.pace);
  const periodsMs = limits.pace.map((entry) => entry.perMs);
  let rate = fullRate(startedAt, periodsMs);
  let allowances: readonly Allowance[] = [];
  let pausedUntil = -Infinity;
  let pauses = 0;
  let inFlight = 0;
  let sends = 0;

  function heed(hint: Hint, now: number): void {
    if (hint.pauseMs !== undefined && now + hint.pauseMs > now) {
      if (pausedUntil <= now) pauses += 1;
      pausedUntil = Math.max(pausedUntil, now + hint.pauseMs);
      pace.pause(pausedUntil);
    }
    if (hint.atMost === undefined) return;
    const left = hint.atMost.requests - inFlight;
    allowances = addAllowance(allowances, { left, until: now + hint.atMost.forMs }, now);
  }

  return {
    next(now) {
      if (inFlight >= limits.concurrency) return { at: Infinity, cause: "concurrency" };
      const heldUntil = Math.max(pausedUntil, allowedAt(allowances, now));
      const paceAt = pace.nextAt(now, 0);
      if (heldUntil > now) return { at: Math.max(heldUntil, paceAt), cause: "pause" };
      return { at: paceAt, cause: "pace" };
    },
    earliest(now, ahead) {
      const paceAt = pace.nextAt(now, ahead);
      const heldUntil = Math.max(pausedUntil, allowedAt(allowances, now));
      return Math.max(now, heldUntil, paceAt === Infinity ? now : paceAt);
    },
    grant(now) {
      inFlight += 1;
      allowances = spendAllowance(allowances, 1);
      return pace.charge(now, rate.factor);
    },
    sent(charge, now) {
      sends += 1;
      pace.sent(charge, now);
    },
    answered({ how, hint, sentAt }, now) {
      inFlight -= 1;
      // Without a response the server may count the try as late as its timeout (P8).
      pace.answered(how === "no_response" ? Math.max(now, sentAt + limits.timeoutMs) : now);
      const spent = hint !== undefined && hint.pauseMs === undefined && hint.atMost === undefined;
      if (how === "throttle" || spent) rate = lowerRate(rate, sentAt, now);
      else if (how === "ok") rate = raiseRate(rate, now);
      if (hint !== undefined) heed(hint, now);
    },
    release(charge) {
      inFlight -= 1;
      allowances = spendAllowance(allowances, -1);
      pace.undo(charge);
    },
    seed(past, at) {
      const longestMs = Math.max(0, ...periodsMs);
      for (const { sent, lastAtMs } of past) {
        const countedAt = Math.min(at.now, lastAtMs + clockDifferenceMs - at.wall + at.now);
        if (countedAt > at.now - longestMs) pace.seed({ sent, at: countedAt });
      }
    },
    report: (waitedMs) => ({ sent: sends, lowestFactor: rate.lowest, pauses, waitedMs }),
  };
}

/** The clocks of two hosts differ by less than this (P11). */
const clockDifferenceMs = 5000;

/** One timer at a time; it may come early or late, which `due` finds out (P3). */
function createTimer(clock: Clock, due: () => void): { arm(at: number): void; disarm(): void } {
  let armed: { readonly at: number; readonly off: AbortController } | undefined;

  async function sleep(at: number, off: AbortController): Promise<void> {
    await clock.wake(at, off.signal);
    if (off.signal.aborted) return;
    armed = undefined;
    due();
  }

  function disarm(): void {
    armed?.off.abort();
    armed = undefined;
  }

  return {
    arm(at) {
      if (armed?.at === at) return;
      disarm();
      if (at === Infinity) return;
      armed = { at, off: new AbortController() };
      void sleep(at, armed.off);
    },
    disarm,
  };
}

/** Time during which somebody waited, by what held up the first in line. */
function createStopwatch(): {
  start(now: number, cause: Cause): void;
  stop(now: number): void;
  read(now: number): PacerReport["waitedMs"];
} {
  const totals = { pace: 0, pause: 0, concurrency: 0 };
  let since: { readonly at: number; readonly cause: Cause } | undefined;
  function stop(now: number): void {
    if (since !== undefined) totals[since.cause] += now - since.at;
    since = undefined;
  }
  return {
    start(now, cause) {
      since = { at: now, cause };
    },
    stop,
    read(now) {
      const running = since;
      stop(now);
      if (running !== undefined) since = { at: now, cause: running.cause };
      return { ...totals };
    },
  };
}
