// How many tries the server said it would still accept, and until when (P28). Signals only slow down (P23).

/** At most `left` more tries before `until` (milliseconds on `mono`). */
export interface Allowance {
  readonly left: number;
  readonly until: number;
}

const allowancesMax = 8;

/**
 * The allowances with one more. Those that another makes superfluous, by being as strict for as long, are gone;
 * so are the most lenient beyond eight, since every answer brings a new one.
 */
export function addAllowance(
  held: readonly Allowance[],
  added: Allowance,
  now: number,
): readonly Allowance[] {
  const live = [...held, added].filter((allowance) => allowance.until > now);
  const strict = live.filter(
    (one, index) => !live.some((other, at) => covers(other, one, at - index)),
  );
  return strict.toSorted((a, b) => a.left - b.left).slice(0, allowancesMax);
}

/** The allowances after `count` more sends, or fewer when negative. */
export function spendAllowance(held: readonly Allowance[], count: number): readonly Allowance[] {
  return held.map((allowance) => ({ ...allowance, left: allowance.left - count }));
}

/** When the next try may go by what the server said; -Infinity when it may now. */
export function allowedAt(held: readonly Allowance[], now: number): number {
  return held
    .filter((allowance) => allowance.left <= 0 && allowance.until > now)
    .reduce((latest, allowance) => Math.max(latest, allowance.until), -Infinity);
}

/** Of two equal ones the first covers the second. */
function covers(other: Allowance, one: Allowance, distance: number): boolean {
  if (distance === 0 || other.left > one.left || other.until < one.until) return false;
  return other.left < one.left || other.until > one.until || distance < 0;
}
