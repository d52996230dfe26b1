// A clock beside real requests: time runs as it does, but whoever waits for the clock does not wait, time jumps there.
// Only for the one who waits: a time limit of requests under way needs a real clock.

import type { Clock } from "../../src/ports/clock.ts";

export interface SkippingClock extends Clock {
  /** Milliseconds that were skipped, one entry a wait. */
  readonly skipped: number[];
}

export function createSkippingClock(real: Clock): SkippingClock {
  let ahead = 0;
  const skipped: number[] = [];
  return {
    skipped,
    mono: () => real.mono() + ahead,
    wall: () => real.wall() + ahead,
    wake: (at) => {
      const ms = Math.max(0, at - real.mono() - ahead);
      ahead += ms;
      skipped.push(Math.round(ms));
      return Promise.resolve();
    },
  };
}
