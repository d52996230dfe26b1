// A clock for what waits around real requests: it stands still until somebody waits, and then it is there at once. Not
// for the requests themselves, whose time limits need a real clock; the two begin together, so that limits agree.

import type { Clock } from "../../src/ports/clock.ts";

export interface SkippingClock extends Clock {
  /** Milliseconds that were waited for, one entry a wait. */
  readonly skipped: number[];
}

export function createSkippingClock(real: Clock): SkippingClock {
  // Whole numbers, so that sums of waits are exact.
  const [mono, wall] = [Math.floor(real.mono()), real.wall()];
  let ahead = 0;
  const skipped: number[] = [];
  return {
    skipped,
    mono: () => mono + ahead,
    wall: () => wall + ahead,
    wake: (at) => {
      const ms = at - mono - ahead;
      ahead += ms;
      skipped.push(ms);
      return Promise.resolve();
    },
  };
}
