// One call to one command, and its result to text or JSON. A new command is a line in the table below.

import { backfillCommand } from "../app/commands/backfill.ts";
import { compactCommand } from "../app/commands/compact.ts";
import { logCommand } from "../app/commands/log.ts";
import { type CommandInput, namedSyncs } from "../app/commands/open-command.ts";
import { planCommand } from "../app/commands/plan.ts";
import { resolveReruns } from "../app/commands/rerun.ts";
import { statusCommand } from "../app/commands/status.ts";
import { verifyCommand } from "../app/commands/verify.ts";
import { waiveCommand } from "../app/commands/waive.ts";
import type { RunRequest } from "../app/run-context.ts";
import { run } from "../app/run.ts";
import { ConfigError } from "../core/failure/errors.ts";
import { reprocessKinds } from "../core/plan/order-record.ts";
import { logJson, logText } from "../core/report/log-view.ts";
import { backfillJson, backfillText, planJson, planText } from "../core/report/plan-view.ts";
import { runJson, runText } from "../core/report/run-report.ts";
import { statusJson } from "../core/report/status-json.ts";
import { statusText } from "../core/report/status-view.ts";
import { verifyJson, verifyText } from "../core/report/verify-view.ts";
import { foldedText } from "../core/report/words.ts";
import type { Progress } from "../ports/progress.ts";
import type { CliCall } from "./cli-args.ts";
import { compose } from "./compose.ts";
import { playDemo } from "./demo.ts";
import { requireEnvironment } from "./engine.ts";
import { exitCodeOfRun, failOnKinds } from "./exit-code.ts";
import { schemaText } from "./schema-text.ts";

/** What a call finds around it. */
export interface CliWorld {
  readonly cwd: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly cancel: AbortSignal;
  readonly progress: Progress;
}

/** What a command answers: text for standard output, and the exit code. */
export interface CliOutcome {
  readonly text: string;
  readonly exitCode: number;
}

/** Runs a parsed call. Throws what exit-code.ts knows. */
export async function runCall(call: CliCall, world: CliWorld): Promise<CliOutcome> {
  if (call.command === "schema") return { text: schemaText(), exitCode: 0 };
  if (call.command === "demo") return await executeDemo(call, world);
  const command = commands.get(call.command);
  if (command === undefined)
    throw new ConfigError([
      `${call.command}: not supported yet; this version has ${[...commands.keys()].join(", ")}`,
    ]);
  const composed = await compose({
    cwd: world.cwd,
    config: call.common.config,
    ledger: call.common.ledger,
    ledgerBranch: call.common.ledgerBranch,
    push: call.common.push,
    variables: world.variables,
    writes: command.writes && !call.common.dryRun,
    takesDetached: call.command === "verify",
    cancel: world.cancel,
    progress: world.progress,
  });
  try {
    const outcome = await command.execute({ input: composed.input, call, world });
    await composed.close();
    return outcome;
  } catch (error) {
    // A run that broke off may have left a claim, and its lock file is what shows the next one that the holder is gone.
    if (error instanceof ConfigError) await composed.close();
    throw error;
  }
}

async function executeDemo(call: CliCall, { cancel }: CliWorld): Promise<CliOutcome> {
  if (call.common.dryRun)
    return {
      text: "would make a git repository in a temporary folder and play there\n",
      exitCode: 0,
    };
  // The story is told while it happens; with --json standard output is for the result.
  const out = call.common.json ? process.stderr : process.stdout;
  const end = await playDemo({ cancel, say: (line) => out.write(`${line}\n`) });
  const failed = end.proofs.filter(({ holds }) => !holds);
  const verdict =
    failed.length === 0
      ? `All ${end.proofs.length} proofs hold.\n`
      : `The demo failed: ${failed.map(({ title }) => title).join(", ")} could not be proved.\n`;
  return { text: call.common.json ? json(end) : verdict, exitCode: failed.length === 0 ? 0 : 1 };
}

interface Execution {
  readonly input: CommandInput;
  readonly call: CliCall;
  readonly world: CliWorld;
}

interface CliCommand {
  /** Whether it may claim or commit. */
  readonly writes: boolean;
  readonly execute: (execution: Execution) => Promise<CliOutcome>;
}

const commands: ReadonlyMap<string, CliCommand> = new Map([
  ["run", { writes: true, execute: executeRun }],
  ["plan", { writes: false, execute: executePlan }],
  ["backfill", { writes: true, execute: executeBackfill }],
  ["rerun", { writes: true, execute: executeRerun }],
  ["waive", { writes: true, execute: executeWaive }],
  ["status", { writes: false, execute: executeStatus }],
  ["log", { writes: false, execute: executeLog }],
  ["verify", { writes: false, execute: executeVerify }],
  ["compact", { writes: true, execute: executeCompact }],
]);

async function executeRun(execution: Execution): Promise<CliOutcome> {
  const { input, call } = execution;
  if (call.common.dryRun) return await executePlan(execution);
  namedSyncs(input.project, call.args);
  return await serve(execution, { syncs: call.args, reruns: undefined });
}

async function executePlan({ input, call }: Execution): Promise<CliOutcome> {
  const maxWindows = numberOption(call, "maxWindows");
  const plan = await planCommand(input, { syncs: call.args, maxWindows });
  const text = call.common.json ? json(planJson(plan)) : planText(plan);
  return { text, exitCode: plan.stopped.length > 0 ? 1 : 0 };
}

async function executeBackfill(execution: Execution): Promise<CliOutcome> {
  const { input, call } = execution;
  if (!call.common.dryRun) requireEnvironment(input.project, execution.world.variables);
  const ordered = await backfillCommand(input, {
    syncs: call.args,
    from: textOption(call, "from") ?? "",
    to: textOption(call, "to") ?? "",
    names: { from: "--from", to: "--to" },
    reprocess: reprocessKinds.find((kind) => kind === call.options["reprocess"]) ?? "missing",
    direction: call.options["direction"] === "newest" ? "newest" : "oldest",
    reason: textOption(call, "reason"),
    yes: call.options["yes"] === true,
    dryRun: call.common.dryRun,
    approval: undefined,
  });
  const views = ordered.map(({ view }) => view);
  if (call.common.dryRun || views.every((view) => view.isDone))
    return {
      text: call.common.json ? json(backfillJson(views)) : backfillText(views),
      exitCode: 0,
    };
  execution.world.progress.report({ kind: "note", text: backfillText(views).trimEnd() });
  return await serve(execution, { syncs: call.args, reruns: undefined });
}

async function executeRerun(execution: Execution): Promise<CliOutcome> {
  const { input, call } = execution;
  const named = await resolveReruns(input, {
    runIds: call.args,
    parked: call.options["parked"] === true,
  });
  if (call.common.dryRun || named.runIds.length === 0) {
    const text = named.runIds.length === 0 ? "nothing is parked\n" : `${named.runIds.join("\n")}\n`;
    return { text: call.common.json ? json({ run_ids: named.runIds }) : text, exitCode: 0 };
  }
  return await serve(execution, { syncs: named.syncs, reruns: named.runIds });
}

async function serve(
  { input, call, world }: Execution,
  request: Pick<RunRequest, "syncs" | "reruns">,
): Promise<CliOutcome> {
  requireEnvironment(input.project, world.variables);
  for (const text of input.project.warnings) world.progress.report({ kind: "note", text });
  const report = await run({
    ...input,
    request: {
      ...request,
      maxWindows: numberOption(call, "maxWindows"),
      timeBudgetMs: numberOption(call, "timeBudget"),
      isScheduled: false,
    },
  });
  const failOn = failOnKinds.find((kind) => kind === call.options["failOn"]) ?? "failed";
  const text = call.common.json ? json(runJson(report)) : runText(report);
  return { text, exitCode: exitCodeOfRun(report, failOn, input.cancel) };
}

async function executeWaive({ input, call }: Execution): Promise<CliOutcome> {
  const reason = textOption(call, "reason") ?? "";
  const { dryRun } = call.common;
  const waived = await waiveCommand(input, { runIds: call.args, reason, dryRun });
  const runIds = waived.map((record) => record.runId);
  const text = runIds.map((runId) => `waived ${runId}\n`).join("");
  return { text: call.common.json ? json({ waived: runIds }) : text, exitCode: 0 };
}

async function executeStatus({ input, call }: Execution): Promise<CliOutcome> {
  const view = await statusCommand(input, { syncs: call.args });
  const text = call.common.json ? json(statusJson(view)) : statusText(view);
  return { text, exitCode: view.syncs.some((entry) => entry.kind === "stopped") ? 1 : 0 };
}

async function executeLog({ input, call }: Execution): Promise<CliOutcome> {
  const limit = numberOption(call, "limit") ?? 50;
  const view = await logCommand(input, { names: call.args, limit });
  return { text: call.common.json ? json(logJson(view)) : logText(view), exitCode: 0 };
}

async function executeVerify({ input, call }: Execution): Promise<CliOutcome> {
  const view = await verifyCommand(input, { syncs: call.args, base: textOption(call, "base") });
  const text = call.common.json ? json(verifyJson(view)) : verifyText(view);
  return { text, exitCode: view.findings.length > 0 ? 1 : 0 };
}

async function executeCompact({ input, call }: Execution): Promise<CliOutcome> {
  const { folded, commit } = await compactCommand(input, { dryRun: call.common.dryRun });
  const text = `${foldedText({ folded, commit })}\n`;
  return { text: call.common.json ? json({ folded, commit: commit ?? null }) : text, exitCode: 0 };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function textOption(call: CliCall, name: string): string | undefined {
  const value = call.options[name];
  return typeof value === "string" ? value : undefined;
}

function numberOption(call: CliCall, name: string): number | undefined {
  const value = call.options[name];
  return typeof value === "number" ? value : undefined;
}
