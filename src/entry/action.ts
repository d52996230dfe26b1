// The action's door: inputs and event to a step, the step to a mode, its end to job summary, annotations, outputs and an
// exit code. Whatever is said is masked before it is written down anywhere.

import { readFileSync } from "node:fs";

import { annotate } from "../adapters/actions/annotations.ts";
import { writeJobSummary } from "../adapters/actions/job-summary.ts";
import { commandSafe } from "../adapters/actions/log-text.ts";
import { maskSecrets } from "../adapters/actions/masks.ts";
import { setOutputs } from "../adapters/actions/outputs.ts";
import { plainLines } from "../adapters/terminal/plain-lines.ts";
import { ConfigError } from "../core/failure/errors.ts";
import { makeMask } from "../core/failure/redact.ts";
import {
  type ActionResult,
  maskTexts,
  type PagePlace,
  rescueOf,
} from "../core/report/action-result.ts";
import { actionText } from "../core/report/action-text.ts";
import { annotation } from "../core/report/annotation.ts";
import { annotationsOf } from "../core/report/annotations.ts";
import { outputsOf } from "../core/report/outputs.ts";
import { summaryMarkdown } from "../core/report/summary.ts";
import {
  isOwnPush,
  readEvent,
  refusalToVerify,
  type RunnerEvent,
  runUrlOf,
  verifyBaseOf,
} from "./action-event.ts";
import { type ActionInputs, parseInputs } from "./action-inputs.ts";
import { isWriting, runMode, verifyLedger } from "./action-modes.ts";
import { type ComposedStep, composeStep, type Step } from "./compose-action.ts";
import { composeCheckout } from "./compose-checkout.ts";
import { describeError } from "./describe-error.ts";
import type { Variables } from "./engine.ts";
import { stepSecrets } from "./secret-values.ts";
import { cancelOnSignals } from "./signals.ts";
import { version } from "./version.ts";

/** What is known of this step so far; an error finds here what it may say. */
interface Known {
  readonly secrets: readonly string[];
  inputs: ActionInputs | undefined;
  event: RunnerEvent | undefined;
  composed: ComposedStep | undefined;
}

process.exitCode = await main(process.env);

async function main(variables: Variables): Promise<number> {
  const cancel = cancelOnSignals({ isTerminal: false });
  const known: Known = {
    secrets: stepSecrets(variables),
    inputs: undefined,
    event: undefined,
    composed: undefined,
  };
  maskSecrets(known.secrets);
  try {
    const { result, exitCode } = await runStep(variables, known, cancel);
    await tell(result, exitCode, { variables, known });
    return exitCode;
  } catch (error) {
    const { exitCode, messages } = describeError(error, { secrets: known.secrets, cancel });
    const rescue = rescueIn(known);
    try {
      await tell({ kind: "error", exitCode, messages, rescue }, exitCode, { variables, known });
    } catch {
      // The runner's own files cannot be written; the log still can.
      process.stdout.write(
        commandSafe(messages.map((message) => `tidemark: ${message}\n`).join("")),
      );
    }
    return exitCode;
  }
}

async function runStep(
  variables: Variables,
  known: Known,
  cancel: AbortSignal,
): Promise<{ readonly result: ActionResult; readonly exitCode: number }> {
  const inputs = parseInputs(variables);
  known.inputs = inputs;
  const event = readEvent(variables, readPayload(variables));
  known.event = event;
  if (isOwnPush(event)) return { result: { kind: "own_push" }, exitCode: 0 };
  const mask = makeMask(known.secrets);
  const step: Step = {
    inputs,
    event,
    variables: { ...variables, GITHUB_TOKEN: inputs.token },
    secrets: known.secrets,
    cancel,
    progress: plainLines((text) => void process.stdout.write(commandSafe(mask(text)))),
    writes: isWriting(inputs),
  };
  const refusal = inputs.mode === "verify" ? refusalToVerify(event) : undefined;
  if (refusal !== undefined) throw new ConfigError([refusal]);
  if (isCheckoutVerified(step)) return await verifyLedger(step, await composeCheckout(step));
  known.composed = await composeStep(step);
  return await runMode(step, known.composed, { place: placeOf(known), mask });
}

// A pull request is judged on the commit that was checked out, with no right but to read (G33).
function isCheckoutVerified({ inputs, event }: Step): boolean {
  return inputs.mode === "verify" && verifyBaseOf(event) !== undefined;
}

function readPayload(variables: Variables): unknown {
  try {
    return JSON.parse(readFileSync(variables["GITHUB_EVENT_PATH"] ?? "", "utf8"));
  } catch {
    // Whoever needs something of it says so.
    return undefined;
  }
}

function placeOf({ inputs, event }: Known): PagePlace {
  return {
    version,
    mode: inputs?.mode ?? "run",
    runUrl: event === undefined ? undefined : runUrlOf(event),
    repositoryUrl:
      event === undefined ? undefined : `${event.serverUrl}/${event.owner}/${event.repository}`,
  };
}

function rescueIn({ composed }: Known): Extract<ActionResult, { kind: "error" }>["rescue"] {
  const rescued = composed?.rescued();
  if (rescued === undefined || composed === undefined) return undefined;
  return rescueOf({ ...rescued, ledger: composed.input.project.ledger.path });
}

async function tell(
  result: ActionResult,
  exitCode: number,
  { variables, known }: { readonly variables: Variables; readonly known: Known },
): Promise<void> {
  const shown = maskTexts(result, makeMask(known.secrets));
  const verdict = { isRed: exitCode !== 0, gapsFail: known.inputs?.failOn === "gap" };
  annotate(annotationsOf(shown, verdict));
  setOutputs(outputsOf(shown));
  const page = summaryMarkdown(shown, placeOf(known), verdict);
  const lost = await writeJobSummary(page, variables);
  if (lost !== undefined) annotate([annotation("warning", "no job summary", lost)]);
  process.stdout.write(commandSafe(actionText(shown)));
  if (exitCode !== 0) process.stdout.write(`exit code ${exitCode}\n`);
}
