// Waits between tries (section 8): never past what the caller is willing to wait, and none once the run is being
// cancelled (G13, G28).

import type { Clock } from "../../ports/clock.ts";
import type { Random } from "../../ports/random.ts";

export interface Waiting {
  readonly clock: Clock;
  readonly random: Random;
  readonly cancel: AbortSignal;
}

/** Waits of section 8, one after the other: 1, 2, 4 and 8 seconds. */
const waitsMax = 4;

/** Waits the nth of them, counted from 0, with jitter. Answers whether it was waited for. */
export async function waitNth(waiting: Waiting, nth: number, until: number): Promise<boolean> {
  const { clock, random } = waiting;
  if (nth >= waitsMax) return false;
  return await waitUntil(waiting, clock.mono() + 1000 * 2 ** nth * (1 + random.next() / 4), until);
}

/** Waits until an instant on `mono`; answers whether it has come. */
export async function waitUntil(
  { clock, cancel }: Waiting,
  at: number,
  until: number,
): Promise<boolean> {
  if (at > until) return false;
  while (clock.mono() < at && !cancel.aborted) await clock.wake(at, cancel);
  return !cancel.aborted;
}
