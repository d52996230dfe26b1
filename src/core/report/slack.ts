// How much time a run leaves itself: the typical time of a run against the time between runs, and what this run used
// of its budget. Pure arithmetic on what status and report know.

import { approximateMicros, longestMicros } from "../time/duration.ts";
import type { RunReport } from "./run-report.ts";
import type { SyncStatus } from "./sync-status.ts";
import { lengthText } from "./words.ts";

/** What a typical run of a sync takes of the time between two runs. */
export interface Slack {
  readonly typicalMicros: number;
  readonly everyMicros: number;
  /** `typicalMicros` of `everyMicros`. */
  readonly share: number;
}

/** Above this share there is no room for retries, waiting and catch-up. */
const shareMax = 0.4;

/** Above this part of its budget a run is about to be cut off. */
const budgetShareMax = 0.8;

/** The windows that fall due between two runs, each as long as usual; undefined before the first success. */
export function slackOf({ spec, typicalMs }: SyncStatus): Slack | undefined {
  if (typicalMs === undefined) return undefined;
  const { every, concurrency } = spec.run;
  const due = Math.max(
    1,
    Math.round(approximateMicros(every) / approximateMicros(spec.window.step)),
  );
  const typicalMicros = typicalMs * 1000 * Math.ceil(due / concurrency);
  const everyMicros = longestMicros(every);
  return { typicalMicros, everyMicros, share: typicalMicros / everyMicros };
}

/** `2 min of 24 h, 99 % slack`. */
export function slackText({ typicalMicros, everyMicros, share }: Slack): string {
  const left = Math.max(0, Math.floor((1 - share) * 100));
  return `${lengthText(typicalMicros)} of ${lengthText(everyMicros)}, ${left} % slack`;
}

/** What a sync that leaves itself too little time should change; undefined when all is well. */
export function slackAdvice(status: SyncStatus): string | undefined {
  const slack = slackOf(status);
  if (slack === undefined || slack.share <= shareMax) return undefined;
  const { typicalMicros, everyMicros, share } = slack;
  return `${status.spec.name}: a typical run needs ${lengthText(typicalMicros)} of the ${lengthText(everyMicros)} between runs (${Math.round(share * 100)} %), too little is left for retries and waiting; aim for 20 to 40 %: run less often (run.every and the schedule) with larger windows (window.step)`;
}

/** `used 12 min of the time budget of 20 min (60 %)`. */
export function budgetText({ usedMs, totalMs }: RunReport["budget"]): string {
  const share = totalMs > 0 ? Math.round((usedMs / totalMs) * 100) : 0;
  return `used ${lengthText(usedMs * 1000)} of the time budget of ${lengthText(totalMs * 1000)} (${share} %)`;
}

/** What a run that came close to the end of its budget should change; undefined when it did not. */
export function budgetAdvice(budget: RunReport["budget"]): string | undefined {
  if (budget.usedMs <= budget.totalMs * budgetShareMax) return undefined;
  return `this run ${budgetText(budget)}; a slower day would cut it off: raise run.time_budget, below timeout-minutes of the workflow, or lower run.max_windows`;
}
