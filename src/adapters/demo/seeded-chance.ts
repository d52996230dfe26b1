// Chance that is the same on every run of the demo. Serves no step; never used outside of the demo.

/** The next number in [0, 1). */
export type Chance = () => number;

/** A sequence of numbers that only depends on its seed (mulberry32). */
export function seededChance(seed: number): Chance {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number of `[from, below)`. */
export function wholeBetween(chance: Chance, from: number, below: number): number {
  return from + Math.floor(chance() * (below - from));
}
