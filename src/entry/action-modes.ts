// One step of a workflow to one command, and its end to a result and an exit code. A new mode is a line in the table.

import { type Announcing, announce } from "../app/announce.ts";
import { backfillCommand } from "../app/commands/backfill.ts";
import { compactCommand } from "../app/commands/compact.ts";
import { type CommandInput, namedSyncs } from "../app/commands/open-command.ts";
import { planCommand } from "../app/commands/plan.ts";
import { resolveReruns } from "../app/commands/rerun.ts";
import { statusCommand } from "../app/commands/status.ts";
import { verifyCommand } from "../app/commands/verify.ts";
import type { RunRequest } from "../app/run-context.ts";
import { run } from "../app/run.ts";
import { matrixOf } from "../core/plan/matrix.ts";
import { parseRunId, type RunId } from "../core/record/run-id.ts";
import type { ActionResult } from "../core/report/action-result.ts";
import type { BackfillView, PlanView } from "../core/report/plan-view.ts";
import { isScheduled, verifyBaseOf } from "./action-event.ts";
import type { ComposedStep, Step } from "./compose-action.ts";
import { requireEnvironment } from "./engine.ts";
import { exitCodeOfRun } from "./exit-code.ts";
import type { Mode } from "./input-schema.ts";

/** What a mode came to. */
export interface ModeEnd {
  readonly result: ActionResult;
  readonly exitCode: number;
}

/** A step at work. */
interface Work {
  readonly step: Step;
  readonly input: CommandInput;
  readonly people: ComposedStep["people"];
  readonly page: Pick<Announcing, "place" | "mask">;
}

type Execute = (work: Work) => Promise<ModeEnd>;

/** Runs the mode of the step. Throws what exit-code.ts knows. */
export async function runMode(
  step: Step,
  composed: ComposedStep,
  page: Work["page"],
): Promise<ModeEnd> {
  const { input, people } = composed;
  return await modes[step.inputs.mode]({ step, input, people, page });
}

/** Whether the mode may claim or commit. */
export function isWriting({ mode, dryRun }: Step["inputs"]): boolean {
  return (
    !dryRun && (mode === "run" || mode === "backfill" || mode === "rerun" || mode === "compact")
  );
}

const modes: Readonly<Record<Mode, Execute>> = {
  run: executeRun,
  plan: executePlan,
  backfill: executeBackfill,
  rerun: executeRerun,
  status: executeStatus,
  verify: async ({ step, input }) => await verifyLedger(step, input),
  compact: executeCompact,
};

async function executeRun(work: Work): Promise<ModeEnd> {
  const { syncs, dryRun } = work.step.inputs;
  if (dryRun) return await planRun(work);
  namedSyncs(work.input.project, syncs);
  return await serve(work, { syncs, reruns: undefined, ordered: [] });
}

// With a range it shows what a backfill of that range would order.
async function executePlan(work: Work): Promise<ModeEnd> {
  return work.step.inputs.windowStart === undefined
    ? await planRun(work)
    : await order(work, { dryRun: true });
}

// A leg serves what was asked for; of the other syncs of its source a run takes the newest windows by itself. What would
// run here, without being asked for a plan, has no legs.
async function planRun({ step, input }: Work): Promise<ModeEnd> {
  const { mode, syncs, maxWindows, failOn } = step.inputs;
  const plan = await planCommand(input, { syncs, maxWindows });
  const planned = mode === "plan" ? plan.windows : [];
  const matrix = matrixOf(planned, namedSyncs(input.project, syncs));
  const isRed = failOn !== "never" && plan.stopped.length > 0;
  return { result: { kind: "plan", plan, matrix }, exitCode: isRed ? 1 : 0 };
}

async function executeBackfill(work: Work): Promise<ModeEnd> {
  return await order(work, work.step.inputs);
}

async function order(work: Work, { dryRun }: { readonly dryRun: boolean }): Promise<ModeEnd> {
  const { step, input, people, page } = work;
  const { syncs, reprocess, approveByPr, windowStart, windowEnd } = step.inputs;
  if (!dryRun) requireEnvironment(input.project, step.variables);
  const { proposals } = people;
  const orders = await backfillCommand(input, {
    syncs,
    from: windowStart ?? "",
    to: windowEnd ?? "",
    names: { from: "window-start", to: "window-end" },
    reprocess,
    direction: "oldest",
    reason: undefined,
    // Whoever fills in the form has asked for it; a plan of the range tells how many windows there are.
    yes: true,
    dryRun,
    approval: approveByPr ? { proposals, place: page.place } : undefined,
  });
  if (dryRun || approveByPr || orders.every(({ view }) => view.isDone))
    return { result: { kind: "orders", orders, isDryRun: dryRun }, exitCode: 0 };
  return await serve(work, { syncs, reruns: undefined, ordered: orders.map(({ view }) => view) });
}

async function executeRerun(work: Work): Promise<ModeEnd> {
  const { runIds: asked, dryRun } = work.step.inputs;
  const { runIds, syncs } = await resolveReruns(work.input, { runIds: asked, parked: false });
  if (dryRun)
    return { result: { kind: "plan", plan: rerunPlan(runIds), matrix: noLegs }, exitCode: 0 };
  return await serve(work, { syncs, reruns: runIds, ordered: [] });
}

const noLegs = { legs: [], omitted: 0 };

function rerunPlan(runIds: readonly RunId[]): PlanView {
  const windows = runIds.flatMap((runId) => {
    const parts = parseRunId(runId);
    if (parts === undefined) return [];
    const { syncId, window } = parts;
    const record = undefined;
    return [{ syncId, window, reason: "rerun" as const, lane: "ordered" as const, record }];
  });
  return { windows, remaining: 0, stopped: [] };
}

async function executeStatus({ step, input }: Work): Promise<ModeEnd> {
  const view = await statusCommand(input, { syncs: step.inputs.syncs });
  const isRed =
    step.inputs.failOn !== "never" && view.syncs.some((entry) => entry.kind === "stopped");
  return { result: { kind: "status", view }, exitCode: isRed ? 1 : 0 };
}

/** Audits the ledger of the input, against its base where the event has one. */
export async function verifyLedger(step: Step, input: CommandInput): Promise<ModeEnd> {
  const base = verifyBaseOf(step.event);
  const view = await verifyCommand(input, { syncs: step.inputs.syncs, base });
  return { result: { kind: "verify", view }, exitCode: view.findings.length > 0 ? 1 : 0 };
}

async function executeCompact({ step, input }: Work): Promise<ModeEnd> {
  const { folded, commit } = await compactCommand(input, { dryRun: step.inputs.dryRun });
  return { result: { kind: "compact", folded, commit }, exitCode: 0 };
}

async function serve(
  { step, input, people, page }: Work,
  asked: Pick<RunRequest, "syncs" | "reruns"> & { readonly ordered: readonly BackfillView[] },
): Promise<ModeEnd> {
  const { inputs, event } = step;
  const { syncs, reruns, ordered } = asked;
  const { maxWindows, timeBudgetMs } = inputs;
  requireEnvironment(input.project, step.variables);
  for (const text of input.project.warnings) input.ports.progress.report({ kind: "note", text });
  const request = { syncs, reruns, maxWindows, timeBudgetMs, isScheduled: isScheduled(event) };
  const announcing = { ...people, ...page };
  const { report, published } = await announce(await run({ ...input, request }), announcing);
  return {
    result: { kind: "run", report, ordered, published },
    exitCode: exitCodeOfRun(report, inputs.failOn, input.cancel),
  };
}
