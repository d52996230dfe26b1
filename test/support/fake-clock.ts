// Virtual time: a clock that moves from timer to timer when told to, so that tests wait for nothing. Between two
// timers all pending microtasks run; a real setImmediate, taken before any fake timers, waits for them.

import type { Clock } from "../../src/ports/clock.ts";

export interface FakeClock extends Clock {
  /** Fires every timer up to `at` on mono, in order, then stands at `at`. */
  advanceTo(at: number): Promise<void>;
  /** Fires timers until the work settles; fails when it waits with nothing scheduled. */
  run<Value>(work: Promise<Value>): Promise<Value>;
  /** Moves the wall clock, never mono. */
  jumpWall(ms: number): void;
  /** Timers outstanding. */
  scheduled(): number;
}

interface Timer {
  readonly at: number;
  readonly fire: () => void;
}

const realSetImmediate = setImmediate;

/** `shiftMs` makes a timer late, or early when negative: then by at most half of a distance of 1 ms or more, so that time goes on. */
export function createFakeClock(
  options: { readonly mono?: number; readonly wall?: number; readonly shiftMs?: () => number } = {},
): FakeClock {
  let now = options.mono ?? 0;
  let offset = (options.wall ?? Date.UTC(2026, 10, 25)) - now;
  const timers = createTimerQueue();
  const drain = (): Promise<void> => new Promise((resolve) => realSetImmediate(resolve));

  function fireNext(): void {
    const timer = timers.removeFirst();
    now = Math.max(now, timer.at);
    timer.fire();
  }

  return {
    mono: () => now,
    wall: () => now + offset,
    wake(at, stop) {
      if (stop?.aborted === true) return Promise.resolve();
      const shift = options.shiftMs?.() ?? 0;
      const due = Math.max(now, at, shift < 0 ? -Infinity : at + shift);
      const isEarly = shift < 0 && due - now >= 1;
      const fireAt = isEarly ? Math.max(due + shift, (now + due) / 2) : due;
      return new Promise((resolve) => {
        const cancel = timers.add({ at: fireAt, fire });
        function fire(): void {
          stop?.removeEventListener("abort", abort);
          resolve();
        }
        function abort(): void {
          cancel();
          resolve();
        }
        stop?.addEventListener("abort", abort, { once: true });
      });
    },
    async advanceTo(at) {
      await drain();
      while ((timers.first()?.at ?? Infinity) <= at) {
        fireNext();
        await drain();
      }
      now = Math.max(now, at);
    },
    async run(work) {
      const state = { isSettled: false };
      const settle = (): void => {
        state.isSettled = true;
      };
      work.then(settle, settle);
      await drain();
      while (!state.isSettled) {
        if (timers.first() === undefined) throw new Error(`nothing is scheduled at ${now} ms`);
        fireNext();
        await drain();
      }
      return work;
    },
    jumpWall(ms) {
      offset += ms;
    },
    scheduled: () => timers.size(),
  };
}

/** Timers by instant, those of one instant in the order they were set. */
function createTimerQueue(): {
  size(): number;
  first(): Timer | undefined;
  removeFirst(): Timer;
  add(timer: Timer): () => void;
} {
  // Sorted from the latest to the first. Few timers are outstanding, so inserting is cheap.
  const sorted: Timer[] = [];
  return {
    size: () => sorted.length,
    first: () => sorted.at(-1),
    removeFirst() {
      const timer = sorted.pop();
      if (timer === undefined) throw new Error("no timer is outstanding");
      return timer;
    },
    add(timer) {
      let low = 0;
      let high = sorted.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((sorted[middle]?.at ?? 0) > timer.at) low = middle + 1;
        else high = middle;
      }
      sorted.splice(low, 0, timer);
      return () => {
        const index = sorted.indexOf(timer);
        if (index >= 0) sorted.splice(index, 1);
      };
    },
  };
}
