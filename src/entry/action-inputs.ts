// The inputs of the action, from the variables that the runner makes of them, all problems at once (contract 6).
// GitHub enforces neither `required` nor types, so nothing is trusted here. Reads no file and runs nothing.

import * as v from "valibot";

import { quote } from "../config/problem.ts";
import { nearestName } from "../config/suggest.ts";
import { ConfigError } from "../core/failure/errors.ts";
import { makeMask } from "../core/failure/redact.ts";
import type { Reprocess } from "../core/plan/order-record.ts";
import type { Publish } from "../core/sync/sync-spec.ts";
import { parseInstant } from "../core/time/instant.ts";
import type { FailOn } from "./exit-code.ts";
import {
  inputDefaults,
  type InputName,
  inputSchema,
  type InputTexts,
  isMode,
  type Mode,
} from "./input-schema.ts";
import { stepSecrets } from "./secret-values.ts";

/** What a step asks for. */
export interface ActionInputs {
  readonly mode: Mode;
  /** Relative to the repository's root. */
  readonly config: string;
  /** None means all. */
  readonly syncs: readonly string[];
  /** A date or an instant in UTC, as written: a date is midnight in the zone of each sync. */
  readonly windowStart: string | undefined;
  readonly windowEnd: string | undefined;
  readonly reprocess: Reprocess;
  readonly approveByPr: boolean;
  readonly runIds: readonly string[];
  readonly maxWindows: number | undefined;
  readonly timeBudgetMs: number | undefined;
  readonly dryRun: boolean;
  readonly publish: Publish | undefined;
  readonly ledgerBranch: string | undefined;
  readonly failOn: FailOn;
  readonly envAllow: readonly string[];
  readonly token: string;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Reads `INPUT_*`. ConfigError has a line for each input that is wrong, unknown, or does not go with the mode. */
export function parseInputs(variables: Variables): ActionInputs {
  const texts = textsOf(variables);
  const mask = makeMask(stepSecrets(variables));
  const later = laterProblems(texts);
  const parsed = v.safeParse(inputSchema, texts);
  const wrong = (parsed.issues ?? []).flatMap((issue) => problemOf(issue, texts, mask));
  const problems = [...unknownProblems(variables), ...later, ...wrong, ...fitProblems(texts)];
  if (!parsed.success || problems.length > 0) throw new ConfigError([...new Set(problems)]);
  const { output } = parsed;
  return {
    mode: output.mode,
    config: output.config,
    syncs: output.sync,
    windowStart: output["window-start"],
    windowEnd: output["window-end"],
    reprocess: output.reprocess,
    approveByPr: output["approve-by-pr"],
    runIds: output["run-id"],
    maxWindows: output["max-windows"],
    timeBudgetMs: output["time-budget"],
    dryRun: output["dry-run"],
    publish: output.publish,
    ledgerBranch: output["ledger-branch"],
    failOn: output["fail-on"],
    envAllow: output["env-allow"],
    token: output.token,
  };
}

const names = Object.keys(inputDefaults) as readonly InputName[];

// The runner writes names in upper case and keeps their hyphens.
function variableOf(name: InputName): string {
  return `INPUT_${name.toUpperCase()}`;
}

// A workflow that passes on an empty value, as a scheduled one does with inputs of a dispatch, means the default.
function textsOf(variables: Variables): InputTexts {
  const texts: { [Name in InputName]: string } = { ...inputDefaults };
  for (const name of names) {
    const given = variables[variableOf(name)]?.trim() ?? "";
    if (given !== "") texts[name] = given;
  }
  return texts;
}

// GitHub only warns about them, and a misspelt `sync` would run all of them.
function unknownProblems(variables: Variables): readonly string[] {
  const known = new Set(names.map(variableOf));
  return Object.keys(variables)
    .filter((variable) => variable.startsWith("INPUT_") && !known.has(variable))
    .map((variable) => {
      const name = variable.slice("INPUT_".length).toLowerCase();
      const nearest = nearestName(name, names);
      const remedy = nearest === undefined ? "remove it" : `did you mean ${nearest}?`;
      return `${quote(name)}: expected an input of action.yml, found another; ${remedy}`;
    });
}

function laterProblems(texts: InputTexts): readonly string[] {
  return [
    ...(texts.mode === "report" ? ["mode: not supported yet: report"] : []),
    ...(/^true$/i.test(texts["confirm-deletes"])
      ? ["confirm-deletes: not supported yet: confirm-deletes"]
      : []),
  ];
}

function problemOf(
  issue: v.BaseIssue<unknown>,
  texts: InputTexts,
  mask: (text: string) => string,
): readonly string[] {
  const name = names.find((one) => one === issue.path?.[0]?.key);
  if (name === undefined || (name === "mode" && texts.mode === "report")) return [];
  const [expected = "", remedy = ""] = wordsOf(issue).split("; ");
  // Masked before it is cut: half of a secret would not be recognised any more.
  const found = texts[name] === "" ? "nothing" : quote(mask(texts[name]));
  const shown = name === "token" && texts.token !== "" ? "other characters" : found;
  return [`${name}: expected ${expected}, found ${shown}; ${remedy}`];
}

// Of "nothing, or this", what this should be.
function wordsOf(issue: v.BaseIssue<unknown>): string {
  return issue.type === "union" ? (issue.issues?.at(-1)?.message ?? "") : issue.message;
}

// What would be ignored in a mode is refused in it: whoever gives it expects something of it.
const modesOf: Readonly<Partial<Record<InputName, readonly Mode[]>>> = {
  sync: ["run", "plan", "backfill", "status", "verify"],
  "window-start": ["backfill", "plan"],
  "window-end": ["backfill", "plan"],
  reprocess: ["backfill", "plan"],
  "approve-by-pr": ["backfill"],
  "run-id": ["rerun"],
  "confirm-deletes": ["rerun"],
  "max-windows": ["run", "plan", "backfill", "rerun"],
};

function fitProblems(texts: InputTexts): readonly string[] {
  const { mode } = texts;
  if (!isMode(mode)) return [];
  const isGiven = (name: InputName): boolean =>
    texts[name].toLowerCase() !== inputDefaults[name].toLowerCase();
  const unfit = names.flatMap((name) => {
    const fitting = modesOf[name] ?? [mode];
    if (!isGiven(name) || fitting.includes(mode)) return [];
    return `${name}: expected nothing with mode ${mode}, found a value; remove it, or set mode to ${fitting.join(" or ")}`;
  });
  const missing = requiredIn(mode, isGiven("window-start") || isGiven("window-end"))
    .filter((name) => !isGiven(name))
    .map((name) => `${name}: expected a value with mode ${mode}, found nothing; add it`);
  return [...unfit, ...missing, ...rangeProblems(texts)];
}

function requiredIn(mode: Mode, hasEdge: boolean): readonly InputName[] {
  if (mode === "rerun") return ["run-id"];
  return mode === "backfill" || (mode === "plan" && hasEdge) ? ["window-start", "window-end"] : [];
}

// A date and an instant can only be compared in the zone of a sync; that comes with the order.
function rangeProblems(texts: InputTexts): readonly string[] {
  const instants = [texts["window-start"], texts["window-end"]].map((text) =>
    parseInstant(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text),
  );
  const [start, end] = instants;
  const isComparable = texts["window-start"].includes("T") === texts["window-end"].includes("T");
  if (start === undefined || end === undefined || !isComparable || start < end) return [];
  return ["window-start: expected less than window-end, found no less; swap or correct them"];
}
