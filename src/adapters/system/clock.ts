// Real time, behind the port `clock`; the one place that reads it. Serves all steps.

import type { Clock } from "../../ports/clock.ts";

/** setTimeout takes no more than 31 bits of milliseconds; a longer wait ends early and its caller asks again. */
const sleepMsMax = 2_147_483_647;

/** The system's clock. With `startAtMs` the wall starts there and runs on, for a rehearsal in another fortnight. */
export function systemClock(startAtMs?: number): Clock {
  const aheadMs = startAtMs === undefined ? 0 : startAtMs - Date.now();
  return {
    mono: () => performance.now(),
    wall: () => Date.now() + aheadMs,
    wake: async (at, stop) => {
      const waitMs = Math.min(Math.max(at - performance.now(), 0), sleepMsMax);
      if (stop?.aborted === true) return;
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          stop?.removeEventListener("abort", wake);
          resolve();
        };
        // Timers fire in whole milliseconds and early; rounding up saves a second sleep.
        const timer = setTimeout(wake, Math.ceil(waitMs));
        stop?.addEventListener("abort", wake);
      });
    },
  };
}
