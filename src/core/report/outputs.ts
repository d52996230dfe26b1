// The outputs of the action by the contract's names (contract 6), each as the text that the runner is given. Every name
// is always set, so that a workflow never reads an old or missing one. Lists are clamped, and every clamp is said (G29).

import { matrixJson } from "../plan/matrix.ts";
import type { ActionResult } from "./action-result.ts";
import { type Gap, gapJson } from "./gap.ts";
import type { Published } from "./published.ts";
import type { RunReport } from "./run-report.ts";
import { remainingOf } from "./sync-status.ts";

/** Every output of `action.yml`. */
export const outputNames = [
  "status",
  "windows-succeeded",
  "windows-failed",
  "windows-remaining",
  "windows-parked",
  "records-fetched",
  "records-processed",
  "records-failed",
  "gaps",
  "ledger-commit",
  "pull-request-url",
  "rescue-path",
  "report-path",
  "matrix",
] as const;
export type OutputName = (typeof outputNames)[number];

export type Outputs = Readonly<Record<OutputName, string>>;

/** The output `gaps` holds at most so many (G29). */
const gapsMax = 200;

const noOutputs: Outputs = {
  status: "ok",
  "windows-succeeded": "0",
  "windows-failed": "0",
  "windows-remaining": "0",
  "windows-parked": "0",
  "records-fetched": "0",
  "records-processed": "0",
  "records-failed": "0",
  gaps: "[]",
  "ledger-commit": "",
  "pull-request-url": "",
  "rescue-path": "",
  "report-path": "",
  matrix: matrixJson({ legs: [], omitted: 0 }),
};

/** What a call of the action answers (contract 6). */
export function outputsOf(result: ActionResult): Outputs {
  switch (result.kind) {
    case "run":
      return { ...noOutputs, ...ofRun(result.report), ...ofPublished([result.published]) };
    case "plan": {
      const { windows, remaining, stopped } = result.plan;
      const due = windows.length === 0 ? "nothing_due" : "ok";
      return {
        ...noOutputs,
        status: stopped.length > 0 ? "failed" : due,
        "windows-remaining": String(windows.length + remaining),
        matrix: matrixJson(result.matrix),
      };
    }
    case "orders":
      return {
        ...noOutputs,
        status: result.orders.every(({ view }) => view.isDone) ? "nothing_due" : "ok",
        ...ofPublished(result.orders.map(({ published }) => published)),
      };
    case "status":
      return { ...noOutputs, ...ofStatus(result) };
    case "verify":
      return { ...noOutputs, status: result.view.findings.length > 0 ? "failed" : "ok" };
    case "compact":
      return {
        ...noOutputs,
        status: result.folded > 0 ? "ok" : "nothing_due",
        "ledger-commit": result.commit ?? "",
      };
    case "own_push":
      return { ...noOutputs, status: "nothing_due" };
    case "error":
      return { ...noOutputs, status: "failed", "rescue-path": result.rescue?.folder ?? "" };
  }
}

/** What the clamps of the outputs left out, in sentences (G29). */
export function clampNotes(result: ActionResult): readonly string[] {
  const gaps = gapsOf(result).length;
  const legs = result.kind === "plan" ? result.matrix : undefined;
  return [
    ...(gaps > gapsMax
      ? [
          `the output gaps holds the first ${gapsMax} of ${gaps} entries; tidemark status --json lists all`,
        ]
      : []),
    ...(legs !== undefined && legs.omitted > 0
      ? [
          `the output matrix holds the first ${legs.legs.length} of ${legs.legs.length + legs.omitted} sources; the next plan names the others`,
        ]
      : []),
  ];
}

function ofRun(report: RunReport): Partial<Outputs> {
  return {
    status: report.status,
    "windows-succeeded": String(report.windowsSucceeded),
    "windows-failed": String(report.windowsFailed),
    "windows-remaining": String(report.windowsRemaining),
    "windows-parked": String(report.windowsParked),
    "records-fetched": String(report.recordsFetched),
    "records-processed": String(report.recordsProcessed),
    "records-failed": String(report.recordsFailed),
    gaps: gapsText(report.gaps),
    "ledger-commit": report.ledgerCommit ?? "",
  };
}

function ofStatus(result: Extract<ActionResult, { kind: "status" }>): Partial<Outputs> {
  const { syncs } = result.view;
  const sound = syncs.flatMap((entry) => (entry.kind === "sound" ? [entry.status] : []));
  const isFailed = sound.length < syncs.length || sound.some(({ isStalled }) => isStalled);
  return {
    status: isFailed ? "failed" : "ok",
    "windows-remaining": String(sound.reduce((total, one) => total + remainingOf(one), 0)),
    "windows-parked": String(sound.reduce((total, { parked }) => total + parked.length, 0)),
    gaps: gapsText(gapsOf(result)),
  };
}

function gapsOf(result: ActionResult): readonly Gap[] {
  if (result.kind === "run") return result.report.gaps;
  if (result.kind !== "status") return [];
  return result.view.syncs.flatMap((entry) => (entry.kind === "sound" ? entry.status.gaps : []));
}

function gapsText(gaps: readonly Gap[]): string {
  return JSON.stringify(gaps.slice(0, gapsMax).map((gap) => gapJson(gap)));
}

// One call has one such output: the first that leads anywhere.
function ofPublished(published: readonly Published[]): Partial<Outputs> {
  for (const one of published)
    if (one.kind === "open" || one.kind === "refused") return { "pull-request-url": one.url };
  return {};
}
