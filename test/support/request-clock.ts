// Virtual time beside real requests: while one is on its way time stands still, and when none is, it jumps to the next
// instant that somebody waits for. So a time limit of requests never fires, and every other wait is over at once.

import type { Clock } from "../../src/ports/clock.ts";

export interface RequestClock extends Clock {
  /** A fetch whose requests hold the time; bodies are read whole. */
  readonly fetch: typeof fetch;
  /** Goes on by that much, as if work had taken it. */
  pass(ms: number): void;
}

interface Timer {
  readonly at: number;
  readonly fire: () => void;
}

/** Turns of the event loop without a request after which nothing is under way any more. */
const quietTurns = 8;

export function createRequestClock(
  start: number = Date.UTC(2026, 10, 25),
  real: typeof fetch = globalThis.fetch,
): RequestClock {
  const timers = new Set<Timer>();
  let now = 0;
  let underWay = 0;
  let isRunning = false;

  async function run(): Promise<void> {
    if (isRunning) return;
    isRunning = true;
    while (timers.size > 0) {
      for (let quiet = 0; quiet < quietTurns; quiet = underWay > 0 ? 0 : quiet + 1)
        await new Promise((resolve) => setImmediate(resolve));
      const [first] = [...timers].toSorted((a, b) => a.at - b.at);
      if (first === undefined) break;
      timers.delete(first);
      now = Math.max(now, first.at);
      first.fire();
    }
    isRunning = false;
  }

  return {
    mono: () => now,
    wall: () => start + now,
    pass: (ms) => {
      now += ms;
    },
    wake: async (at, stop) => {
      if (stop?.aborted === true || at <= now) return;
      await new Promise<void>((resolve) => {
        const timer = {
          at,
          fire: () => {
            stop?.removeEventListener("abort", abort);
            resolve();
          },
        };
        const abort = (): void => {
          timers.delete(timer);
          resolve();
        };
        timers.add(timer);
        stop?.addEventListener("abort", abort, { once: true });
        void run();
      });
    },
    fetch: async (input, init) => {
      underWay += 1;
      try {
        const response = await real(input, init);
        const body = await response.arrayBuffer();
        const { status, headers } = response;
        return new Response([204, 205, 304].includes(status) ? null : body, { status, headers });
      } finally {
        underWay -= 1;
      }
    },
  };
}
