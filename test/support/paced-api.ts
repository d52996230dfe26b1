// A rate-limited server and endless demand on virtual time: the model behind the table of P7. One-way delays of 30 to
// 130 ms, service of 0 to 40 ms, timers up to 1 ms late, all from one seed; every event goes into a trace.

import { createPacer } from "../../src/app/pacer.ts";
import type { LimitsSpec } from "../../src/core/sync/sync-spec.ts";
import type { PacerReport } from "../../src/ports/pacer.ts";
import type { TraceEvent } from "../sim/trace.ts";
import { limitsOf } from "./builders.ts";
import { createFakeClock } from "./fake-clock.ts";
import { seededRandom } from "./seeded-random.ts";

/** Whether a server accepts the request that it counts at that instant. */
export type Limiter = (at: number) => boolean;

/** At most `requests` tries, refused ones included, in any half-open period. */
export function slidingLog(requests: number, perMs: number): Limiter {
  const counted: number[] = [];
  return (at) => {
    while ((counted[0] ?? Infinity) <= at - perMs) counted.shift();
    if (counted.length >= requests) return false;
    counted.push(at);
    return true;
  };
}

/** At most `requests` in each of the periods that follow each other from `offsetMs`. */
export function fixedPeriod(requests: number, perMs: number, offsetMs: number): Limiter {
  let period = -Infinity;
  let count = 0;
  return (at) => {
    const current = Math.floor((at - offsetMs) / perMs);
    if (current !== period) count = 0;
    period = current;
    count += 1;
    return count <= requests;
  };
}

/** A bucket that starts full and refills at `requests` per period. */
export function tokenBucket(requests: number, perMs: number, size: number): Limiter {
  let tokens = size;
  let last = 0;
  return (at) => {
    tokens = Math.min(size, tokens + ((at - last) * requests) / perMs);
    last = at;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}

/** One run of the model. */
export interface Demand {
  readonly limits: Partial<LimitsSpec>;
  readonly limiter: Limiter;
  readonly seed: number;
  readonly lastMs: number;
  /** Requests that want to go at the same time. */
  readonly walkers: number;
  /** Between the shortest and the longest one-way delay; 100 unless given. */
  readonly spreadMs?: number;
  /** Share of one-way delays that are up to ten times longer. */
  readonly slowShare?: number;
  readonly retryAfterMs?: number;
}

export interface DemandResult {
  readonly trace: readonly TraceEvent[];
  readonly report: PacerReport;
  readonly meanResponseMs: number;
  /** Accepted tries, by the instant at which they were counted. */
  readonly acceptedAt: readonly number[];
  readonly tries: number;
  readonly refused: number;
}

/** Sends for `lastMs` and waits for the last answers. */
export async function runDemand(demand: Demand): Promise<DemandResult> {
  const random = seededRandom(demand.seed);
  const clock = createFakeClock();
  const timers = createLateClock(clock, () => random.next());
  const pacer = createPacer(limitsOf({ concurrency: demand.walkers, ...demand.limits }), {
    clock: timers,
  });
  const trace: TraceEvent[] = [];
  const acceptedAt: number[] = [];
  let responseMs = 0;
  let refused = 0;

  function oneWayMs(): number {
    const delayMs = 30 + random.next() * (demand.spreadMs ?? 100);
    return random.next() < (demand.slowShare ?? 0) ? delayMs * (1 + 9 * random.next()) : delayMs;
  }

  async function tryOnce(request: number): Promise<void> {
    const log = (event: Pick<TraceEvent, "kind" | "class" | "pauseMs">): void => {
      trace.push({ run: "run", request, try: 1, at: clock.mono(), ...event });
    };
    log({ kind: "asked" });
    const permit = await pacer.take(new AbortController().signal);
    const sentAt = clock.mono();
    permit.sent();
    log({ kind: "sent" });
    await clock.wake(sentAt + oneWayMs());
    const accepted = demand.limiter(clock.mono());
    log({ kind: "counted" });
    if (accepted) acceptedAt.push(clock.mono());
    else refused += 1;
    await clock.wake(clock.mono() + random.next() * 40 + oneWayMs());
    responseMs += clock.mono() - sentAt;
    const how = accepted ? "ok" : "throttle";
    log({ kind: "answered", class: how });
    const pauseMs = accepted ? undefined : demand.retryAfterMs;
    if (pauseMs !== undefined) log({ kind: "pause", pauseMs });
    permit.answered(how, pauseMs === undefined ? undefined : { pauseMs, atMost: undefined });
  }

  let requests = 0;
  async function walk(): Promise<void> {
    while (clock.mono() < demand.lastMs) await tryOnce((requests += 1));
  }
  await clock.run(Promise.all(Array.from({ length: demand.walkers }, walk)));
  const tries = trace.filter((event) => event.kind === "sent").length;
  return {
    trace,
    report: pacer.report(),
    meanResponseMs: responseMs / tries,
    acceptedAt,
    tries,
    refused,
  };
}

/** Accepted tries of a stretch by what the entry allows in it. */
export function useOf(
  result: DemandResult,
  entry: { readonly requests: number; readonly perMs: number },
  stretch: { readonly fromMs: number; readonly toMs: number },
): number {
  const accepted = result.acceptedAt.filter((at) => at >= stretch.fromMs && at < stretch.toMs);
  return accepted.length / (((stretch.toMs - stretch.fromMs) * entry.requests) / entry.perMs);
}

/** The same clock for the pacer alone, whose timers are up to 1 ms late. */
function createLateClock(
  clock: ReturnType<typeof createFakeClock>,
  random: () => number,
): ReturnType<typeof createFakeClock> {
  return { ...clock, wake: (at, stop) => clock.wake(at + random(), stop) };
}
