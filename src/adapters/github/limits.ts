// When GitHub may be asked again after it said that it is asked too often (section 12): `retry-after`, else the reset
// of a bucket that is empty, else a minute that doubles. Going on in spite of it can get an integration banned. REST and
// GraphQL have buckets of their own, which other workflows empty too; every other limit is meant for both.

import type { Clock } from "../../ports/clock.ts";
import { type RawAnswer, wholeNumber } from "./judge-answer.ts";

/** GitHub's limits as one client has met them. */
export interface Limits {
  /** In ms on `mono`: before it nothing of this kind is sent. */
  freeAt(isGraphql: boolean): number;
  /** GitHub refused for a limit. */
  met(raw: RawAnswer, isGraphql: boolean): void;
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
  const bucketFreeAt = { graphql: -Infinity, rest: -Infinity };
  let inRow = 0;

  return {
    freeAt: (isGraphql) => Math.max(freeAt, bucketFreeAt[isGraphql ? "graphql" : "rest"]),
    met: (raw, isGraphql) => {
      const resetMs = resetWaitOf(raw, clock);
      const waitMs =
        retryAfterOf(raw) ?? resetMs ?? Math.min(firstWaitMs * 2 ** inRow, longestWaitMs);
      const at = clock.mono() + Math.max(waitMs, shortestWaitMs);
      inRow += 1;
      const bucket = isGraphql ? "graphql" : "rest";
      if (retryAfterOf(raw) === undefined && resetMs !== undefined)
        bucketFreeAt[bucket] = Math.max(bucketFreeAt[bucket], at);
      else freeAt = Math.max(freeAt, at);
    },
    passed: () => {
      inRow = 0;
    },
  };
}

function retryAfterOf({ headers }: RawAnswer): number | undefined {
  const seconds = wholeNumber(headers["retry-after"]);
  return seconds === undefined ? undefined : seconds * 1000;
}

// By GitHub's own clock where the answer tells it: that of a runner may be hours off.
function resetWaitOf({ headers }: RawAnswer, clock: Clock): number | undefined {
  const reset = wholeNumber(headers["x-ratelimit-reset"]);
  if (headers["x-ratelimit-remaining"] !== "0" || reset === undefined) return undefined;
  const told = Date.parse(headers["date"] ?? "");
  return reset * 1000 - (Number.isNaN(told) ? clock.wall() : told);
}
