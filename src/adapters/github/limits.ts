// When GitHub may be asked again after it said that it is asked too often (section 12): `retry-after`, else the reset
// of a bucket that is empty, else a minute that doubles. Going on in spite of it can get an integration banned.

import type { Clock } from "../../ports/clock.ts";
import { type RawAnswer, wholeNumber } from "./judge-answer.ts";

/** GitHub's limits as one client has met them. */
export interface Limits {
  /** In ms on `mono`: before it nothing is sent. */
  freeAt(): number;
  /** GitHub refused for a limit. */
  met(raw: RawAnswer): void;
  /** GitHub answered anything else. */
  passed(): void;
}

const firstWaitMs = 60_000;

/** The longest wait without a hint; a wait that outlasts its run is given up anyway. */
const longestWaitMs = 3_600_000;

/** Below it a wait is none: clocks differ by as much. */
const shortestWaitMs = 1000;

export function openLimits(clock: Clock): Limits {
  let freeAt = -Infinity;
  let inRow = 0;

  function waitOf(raw: RawAnswer): number {
    const retryAfter = wholeNumber(raw.headers["retry-after"]);
    if (retryAfter !== undefined) return retryAfter * 1000;
    const reset = wholeNumber(raw.headers["x-ratelimit-reset"]);
    if (raw.headers["x-ratelimit-remaining"] === "0" && reset !== undefined)
      return reset * 1000 - clock.wall();
    return Math.min(firstWaitMs * 2 ** inRow, longestWaitMs);
  }

  return {
    freeAt: () => freeAt,
    met: (raw) => {
      freeAt = Math.max(freeAt, clock.mono() + Math.max(waitOf(raw), shortestWaitMs));
      inRow += 1;
    },
    passed: () => {
      inRow = 0;
    },
  };
}
