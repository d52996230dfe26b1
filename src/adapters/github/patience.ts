// How long readings wait for GitHub's limits: as long as the run lasts, as its newest commit told (G24); before the
// first one two minutes, since a run that begins later than that had better leave its windows to the next.

import type { Clock } from "../../ports/clock.ts";

export interface Patience {
  /** In ms on `mono`. */
  until(): number;
  /** When the run ends, as far as it is known; Infinity before its first commit. */
  runsUntil(): number;
  /** Told by each commit. */
  runEndsAt(at: number): void;
}

/** Shortest patience, also at the end of a run. */
const shortestMs = 120_000;

export function openPatience(clock: Clock): Patience {
  let endsAt: number | undefined;
  return {
    until: () => Math.max(endsAt ?? 0, clock.mono() + shortestMs),
    runsUntil: () => endsAt ?? Infinity,
    runEndsAt: (at) => {
      endsAt = at;
    },
  };
}
