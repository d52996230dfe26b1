// The waits between two tries to publish: GitHub may lag behind itself for a moment (github.md section 11). Serves the
// commit step; waits through the clock only, and not at all once the process is to end (G28).

import type { Clock } from "../../ports/clock.ts";

const firstWaitMs = 1000;

/** Waits before a round, the first one being 0: not at all, then 1 s, 2 s, 4 s. */
export async function waitForRound(
  round: number,
  { clock, cancel }: { readonly clock: Clock; readonly cancel: AbortSignal },
): Promise<void> {
  if (round === 0) return;
  const at = clock.mono() + firstWaitMs * 2 ** (round - 1);
  while (clock.mono() < at && !cancel.aborted) await clock.wake(at, cancel);
}
