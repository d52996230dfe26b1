// What a person does next, exactly: the inputs of the action for a run by hand, and the same on the command line.
// Serves every page; decides nothing.

import type { FailureCode } from "../failure/failure.ts";
import type { RunId } from "../record/run-id.ts";
import type { FailedRecord } from "../record/run-record.ts";
import { formatInstant } from "../time/instant.ts";
import type { Window } from "../window/window.ts";
import { code } from "./markdown.ts";

/** Run ids that a remedy names; a second run names the next ones. */
const runIdsMax = 20;

/**
 * Whether a rerun may help. What the source keeps no more stays lost, and an attempt at it would stand in the way when
 * `window.retention` is raised, which takes the window up by itself.
 */
export function mayHelpToRerun({ error }: FailedRecord): boolean {
  return error.code !== "retention";
}

/** How windows are run again (contract 6, 7). `runIds` is not empty. */
export function rerunRemedy(runIds: readonly RunId[]): string {
  const named = runIds.slice(0, runIdsMax);
  const rest =
    runIds.length > runIdsMax ? ` (the first ${runIdsMax} of ${runIds.length}, then the next)` : "";
  const inputs = [`mode: rerun`, `run_id: ${named.join(",")}`];
  return `${byHand(inputs)}, or ${code(`tidemark rerun ${named.join(" ")}`)}${rest}`;
}

/** How a range is read again (contract 3.4). */
export function backfillRemedy(
  sync: string,
  reprocess: "missing" | "failed" | "stale" | "all",
  range: Window,
): string {
  const [from, to] = [formatInstant(range.start), formatInstant(range.end)];
  const inputs = [
    "mode: backfill",
    `sync: ${sync}`,
    `reprocess: ${reprocess}`,
    `window_start: ${from}`,
    `window_end: ${to}`,
  ];
  const command = `tidemark backfill ${sync} --reprocess ${reprocess} --from ${from} --to ${to}`;
  return `${byHand(inputs)}, or ${code(command)}`;
}

/** How a window is given up; the action has no mode for it, since it is a decision of a person with a clone. */
export function waiveRemedy(runId: string): string {
  return code(waiveCommand(runId));
}

/** The same as it is typed. */
export function waiveCommand(runId: string): string {
  return `tidemark waive ${runId} --reason "why"`;
}

function byHand(inputs: readonly string[]): string {
  return `run the workflow by hand with ${inputs.map((input) => code(input)).join(", ")}`;
}

/** What to look at before a window that failed in this way is run again (contract 3.1, the closed list). */
export const adviceOf: Readonly<Record<FailureCode, string>> = {
  auth: "renew the secret of the source",
  config: "correct the configuration",
  source_rejected: "compare the request with the documentation of the source",
  throttled: "ask more slowly (limits.pace of the source)",
  quota: "wait until the quota allows more requests",
  timeout: "see whether the source is slow, or raise limits.timeout",
  network: "see whether the source can be reached from the runner",
  malformed_response: "see what the source answers now",
  incomplete: "see whether the pages of the source end as the configuration says",
  unordered: "correct order and pages, the source answers in another order",
  cap: "make window.step shorter, the source cuts long lists",
  deadline: "raise run.time_budget or make window.step shorter",
  cancelled: "let the next run go on",
  lost: "let the next run go on; see why the runner went away",
  destination: "see whether the destination can be reached and written",
  item_failures: "correct the failed items, or raise tolerate",
  anomaly: "see whether the source really has so few records there",
  retention: "raise window.retention if the source keeps more, else give it up with a reason",
  fenced: "let the next run go on, another run holds the window",
  rejected: "a person said no; give it up with a reason or run it again",
  internal: "report it with the message, it is a bug in Tidemark",
};
