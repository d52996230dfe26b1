// The rate factor f of a pacer (P22): slower after a throttle answer, back in small steps while answers are accepted.
// Pure values in and out; f scales the interval T and nothing else.

/** f and what its next change depends on; instants are milliseconds on `mono`. */
export interface RateFactor {
  /** 0.02 to 1. */
  readonly factor: number;
  readonly lowest: number;
  readonly loweredAt: number;
  readonly grownAt: number;
  /** g of P22. */
  readonly growthMs: number;
}

const factorMin = 0.02;

/** Full rate; `periodsMs` are the periods of all entries (P22). */
export function fullRate(now: number, periodsMs: readonly number[]): RateFactor {
  const shortestMs = periodsMs.length === 0 ? 0 : Math.min(...periodsMs);
  return {
    factor: 1,
    lowest: 1,
    loweredAt: -Infinity,
    grownAt: now,
    growthMs: Math.max(1000, shortestMs / 60),
  };
}

/** After a throttle answer: refusals of tries sent before the last decrease belong to the same congestion (P22). */
export function lowerRate(rate: RateFactor, sentAt: number, now: number): RateFactor {
  if (sentAt <= rate.loweredAt) return rate;
  const factor = Math.max(factorMin, rate.factor * 0.85);
  return { ...rate, factor, lowest: Math.min(rate.lowest, factor), loweredAt: now };
}

/** After an accepted answer: by the time since the last growth, at most one step however long nothing was sent (P22). */
export function raiseRate(rate: RateFactor, now: number): RateFactor {
  const step = (0.01 * Math.min(now - rate.grownAt, rate.growthMs)) / rate.growthMs;
  return { ...rate, factor: Math.min(1, rate.factor + step), grownAt: now };
}
