// When a refused or failed try may be sent again (P18, P19), for step 3 FETCH. Pure: chance comes in as a number,
// the waiting is the caller's, and a retry still needs a permit like any first try.

/**
 * Milliseconds to wait before retry number `retry` of a request (1 is the first): full jitter, so that tries
 * refused together do not come back together (P18). `random` lies in [0, 1).
 */
export function backoffMs(options: {
  readonly retry: number;
  readonly baseMs: number;
  readonly maxMs: number;
  readonly random: number;
}): number {
  const { retry, baseMs, maxMs, random } = options;
  return random * Math.min(maxMs, baseMs * 2 ** (retry - 1));
}

const retriesAlwaysAllowed = 10;
const firstTriesPerRetry = 5;

/**
 * Whether one more retry keeps `retries <= 10 + 0.2 x first tries` of the run and pacer (P19): when a source
 * refuses everything, retries die out instead of multiplying. Both counts are those before the retry.
 */
export function mayRetry(counts: {
  readonly retries: number;
  readonly firstTries: number;
}): boolean {
  return counts.retries + 1 <= retriesAlwaysAllowed + counts.firstTries / firstTriesPerRetry;
}
