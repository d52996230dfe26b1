// The pace of ledger commits on GitHub (section 12): one second apart, 20 a minute, 300 an hour. The last commit of a
// run goes at once all the same (contract 4, step 6), so claims end before the hour is used up.

import type { Clock } from "../../ports/clock.ts";

export interface CommitPace {
  /** In ms on `mono`: when the next commit may go. */
  nextAt(): number;
  /** A commit was sent. */
  sent(): void;
  /** Until when, on `mono`, what is left of the hour is kept for settling; undefined while there is enough. */
  keptUntil(): number | undefined;
}

const apartMs = 1000;

const limits: readonly { readonly commits: number; readonly perMs: number }[] = [
  { commits: 20, perMs: 60_000 },
  { commits: 300, perMs: 3_600_000 },
];

/** A claim takes up to 20 windows, and each may need a commit of its own. */
const kept = 25;

export function openCommitPace(clock: Clock): CommitPace {
  const sentAt: number[] = [];

  /** When fewer than `commits` lie within the period. */
  const freeAt = (commits: number, perMs: number): number => {
    const first = sentAt.at(-commits);
    return first === undefined ? -Infinity : first + perMs;
  };

  return {
    nextAt: () =>
      Math.max(
        (sentAt.at(-1) ?? -Infinity) + apartMs,
        ...limits.map(({ commits, perMs }) => freeAt(commits, perMs)),
      ),
    sent: () => {
      sentAt.push(clock.mono());
      if (sentAt.length > 300) sentAt.shift();
    },
    keptUntil: () => {
      const at = freeAt(300 - kept, 3_600_000);
      return at > clock.mono() ? at : undefined;
    },
  };
}
