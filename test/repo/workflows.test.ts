// The workflows of this repository: what runs is pinned and bounded, no text from outside is run, and sync.yml and
// verify.yml say to the action what it understands. actionlint and zizmor judge the rest in CI.

import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";
import { parse } from "yaml";

import { parseConfig } from "../../src/config/parse.ts";
import { reprocessKinds } from "../../src/core/plan/order-record.ts";
import { parseInputs } from "../../src/entry/action-inputs.ts";
import { inputDefaults, modes } from "../../src/entry/input-schema.ts";

const root = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const paths = globSync(".github/workflows/*.yml", { cwd: root }).toSorted();

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: unknown;
  readonly concurrency: unknown;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly "timeout-minutes"?: number;
        readonly needs?: string | readonly string[];
        readonly permissions?: Readonly<Record<string, string>>;
        readonly steps: readonly Step[];
      }
    >
  >;
}

function workflowOf(name: string): Workflow {
  return parse(read(`.github/workflows/${name}.yml`)) as Workflow;
}

/** The step of a workflow that is Tidemark itself. */
function ownStep(workflow: Workflow): Step {
  const [job] = Object.values(workflow.jobs);
  const step = job!.steps.at(-1)!;
  expect(step.uses).toBe("./");
  return step;
}

test("the workflows are these", () => {
  expect(paths).toEqual(
    ["ci", "release", "sync", "verify"].map((name) => `.github/workflows/${name}.yml`),
  );
});

test.for(paths)("%s pins actions, grants nothing at the top, and bounds its time", (path) => {
  const workflow = parse(read(path)) as Workflow;
  expect(workflow.permissions).toEqual({});
  const problems = Object.entries(workflow.jobs).flatMap(([name, job]) => [
    ...(job["timeout-minutes"] === undefined ? [`${name}: no timeout-minutes`] : []),
    ...(job.permissions === undefined ? [`${name}: no permissions of its own`] : []),
    ...job.steps.flatMap((step) => stepProblems(step).map((problem) => `${name}: ${problem}`)),
  ]);
  expect(problems).toEqual([]);
});

function stepProblems({ uses, run = "", with: inputs }: Step): readonly string[] {
  const problems: string[] = [];
  if (run.includes("${{")) problems.push(`an expression is pasted into: ${run}`);
  if (uses === undefined) return problems;
  const isPinned = uses === "./" || /@(?:[0-9a-f]{40}|sha256:[0-9a-f]{64})$/.test(uses);
  if (!isPinned) problems.push(`${uses} is not pinned`);
  if (uses.startsWith("actions/checkout@") && inputs?.["persist-credentials"] !== false)
    problems.push("the checkout keeps its credentials");
  return problems;
}

test.for(paths)("%s gives a reason for each permission and a version for each pin", (path) => {
  const bare = read(path)
    .split("\n")
    .filter((line) => /^\s+[a-z-]+: (read|write)\b|@[0-9a-f]{40}|@sha256:/.test(line))
    .filter((line) => !/ # ./.test(line));
  expect(bare).toEqual([]);
});

test("the final job of ci needs every other one", () => {
  const { jobs } = workflowOf("ci");
  const others = Object.keys(jobs).filter((name) => name !== "ci-ok");
  expect(jobs["ci-ok"]!.needs).toEqual(others);
});

const sync = workflowOf("sync");
const { workflow_dispatch: dispatch, schedule } = sync.on as {
  readonly workflow_dispatch: {
    readonly inputs: Readonly<
      Record<string, { readonly default?: string | boolean; readonly options?: readonly string[] }>
    >;
  };
  readonly schedule: readonly { readonly cron: string }[];
};

/** INPUT_* as the runner makes them of what sync.yml hands over. */
function variablesWith(valueOf: (input: string) => string): Readonly<Record<string, string>> {
  const handed = Object.entries(ownStep(sync).with!).map(([name, text]) => {
    const [, input] = /^\$\{\{ inputs\.(\w+) \}\}$/.exec(String(text))!;
    return [`INPUT_${name.toUpperCase()}`, valueOf(input!)];
  });
  return Object.fromEntries([...handed, ["INPUT_TOKEN", "t"]]) as Readonly<Record<string, string>>;
}

test("sync hands on every input of a dispatch, under the name that action.yml has for it", () => {
  const handed = Object.entries(ownStep(sync).with!);
  expect(handed).toEqual(
    Object.keys(dispatch.inputs).map((name) => [
      name.replaceAll("_", "-"),
      `\${{ inputs.${name} }}`,
    ]),
  );
  expect(handed.filter(([name]) => !Object.hasOwn(inputDefaults, name))).toEqual([]);
});

test("sync runs on a schedule and after a dispatch without a word", () => {
  const plain = parseInputs({ INPUT_TOKEN: "t" });
  expect(parseInputs(variablesWith(() => ""))).toEqual(plain);
  const untouched = variablesWith((name) => String(dispatch.inputs[name]!.default ?? ""));
  expect(parseInputs(untouched)).toEqual(plain);
});

test("sync offers choices that the action takes", () => {
  const { mode, reprocess } = dispatch.inputs;
  expect(mode!.options!.filter((option) => !modes.some((one) => one === option))).toEqual([]);
  expect(reprocess!.options).toEqual(reprocessKinds);
});

test("sync has several ticks a day off the full hour, and waits for the run before it", () => {
  expect(schedule.map(({ cron }) => cron)).toEqual([
    expect.stringMatching(/^[1-9]\d? \d+(,\d+)+ \* \* \*$/),
  ]);
  expect(sync.concurrency).toEqual({
    group: "tidemark",
    "cancel-in-progress": false,
    queue: "max",
  });
});

test("sync ends by itself before its time is over", () => {
  const file = inputDefaults.config;
  const parsed = parseConfig(read(file), { file, envAllow: [], ledger: {} });
  if (!parsed.ok) throw new Error(parsed.problems.join("\n"));
  const [job] = Object.values(sync.jobs);
  expect(job!["timeout-minutes"]! * 60_000).toBeGreaterThan(parsed.project.timeBudgetMs);
});

test("verify sees every pull request with the commit before it, and may only read (G33)", () => {
  const verify = workflowOf("verify");
  const [job] = Object.values(verify.jobs);
  expect([verify.on, job!.permissions, ownStep(verify).with]).toEqual([
    { pull_request: null, merge_group: null },
    { contents: "read" },
    { mode: "verify" },
  ]);
  expect(job!.steps[0]!.with).toEqual({
    "persist-credentials": false,
    "fetch-depth": "${{ github.event_name == 'merge_group' && '0' || '2' }}",
  });
});

test("release attests in one job, writes in another, and caches nothing (G34)", () => {
  const { jobs, on } = workflowOf("release");
  expect(on).toEqual({ push: { tags: ["v[0-9]+.[0-9]+.[0-9]+"] } });
  expect(
    Object.entries(jobs).map(([name, { needs, permissions }]) => [name, needs, permissions]),
  ).toEqual([
    ["check", undefined, { contents: "read" }],
    ["attest", "check", { contents: "read", "id-token": "write", attestations: "write" }],
    ["release", "attest", { contents: "write" }],
  ]);
  const steps = Object.values(jobs).flatMap((job) => job.steps);
  expect(
    steps.filter(({ uses = "", with: inputs = {} }) => /cache/.test(uses) || "cache" in inputs),
  ).toEqual([]);
});
