// The windows of a run that are in flight: started, not yet settled (`run.concurrency`). Which may fly together is
// turn.ts's; here they only end.

import type { RunningRecord } from "../core/record/run-record.ts";
import type { RunContext } from "./run-context.ts";
import { type AttemptEnd, runWindow } from "./run-window.ts";

export interface Flights {
  start(record: RunningRecord): void;
  /** Those that have ended, at least one; all of them once the run is to stop, so that one commit settles them. */
  landed(): Promise<readonly AttemptEnd[]>;
  /** Resolves when nothing flies any more; never throws. */
  over(): Promise<void>;
}

/** None yet; keeps `progress.flying` true. */
export function openFlights(ctx: RunContext): Flights {
  const flying = new Map<RunningRecord, Promise<void>>();
  let ended: AttemptEnd[] = [];
  const note = (): void => {
    ctx.progress.flying = [...flying.keys()];
  };
  return {
    start(record) {
      const flight = runWindow(ctx, record).then((end) => {
        ended.push(end);
      });
      flying.set(record, flight);
      note();
    },
    async landed() {
      await Promise.race(flying.values());
      if (ctx.deadline.stop.aborted) await Promise.all(flying.values());
      const landed = ended;
      ended = [];
      for (const { record } of landed) flying.delete(record);
      note();
      return landed;
    },
    async over() {
      await Promise.allSettled(flying.values());
    },
  };
}
