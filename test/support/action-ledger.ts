// A repository on the fake GitHub with a configuration in it, and its ledger as a reader of a branch sees it: for the
// acceptance tests of the action. It is closed, and with it judged by the referee, at the end of the block.

import type { ExpectStatic } from "vitest";

import { type Json, recordsOf, type WrittenRecord } from "./acceptance-project.ts";
import { runStep, type StepEnd, type StepOptions } from "./action-process.ts";
import { repoAt } from "./git-repo.ts";
import { type GithubFake, startGithubFake } from "./github-fake/github-fake.ts";

export interface ActionLedger extends AsyncDisposable {
  readonly github: GithubFake;
  /** Runs a step to its end, with the options of all steps laid under its own. */
  step(inputs?: StepOptions["inputs"], options?: StepOptions): Promise<StepEnd>;
  /** Commits another configuration, as a person does. */
  configure(project: Json): Promise<void>;
  /** A sync's records at a branch, in the order of their windows. */
  records(id?: string, branch?: string): readonly WrittenRecord[];
  /** `start status attempt` of each record. */
  outcomes(id?: string, branch?: string): readonly string[];
  /** Lines of a data file at a branch. */
  rows(table: string, branch?: string): readonly Json[];
  /** Names in a folder at a branch; none when it is not there. */
  names(folder: string, branch?: string): readonly string[];
  /** Subjects of the commits of a branch since a commit, oldest first. */
  subjects(since: string, branch?: string): readonly string[];
  /** All that may change: refs, pull requests, issues. */
  state(): unknown;
}

const configPath = ".github/tidemark.yml";

/** Starts the fake with this configuration on `main`. */
export async function openActionLedger(project: Json, common: StepOptions): Promise<ActionLedger> {
  const github = await startGithubFake({ files: { [configPath]: textOf(project) } });
  const repo = repoAt(github.gitDir);
  const names = (folder: string, branch = "main"): readonly string[] =>
    repo
      .git("ls-tree", "--name-only", branch, `${folder}/`)
      .split("\n")
      .filter((name) => name !== "");
  const records = (id = "items", branch = "main"): readonly WrittenRecord[] =>
    recordsOf(repo, id, branch);
  return {
    github,
    step: async (inputs = {}, options = {}) =>
      await runStep(github, { ...common, ...options, inputs: { ...common.inputs, ...inputs } }),
    configure: async (changed) => {
      await github.push("main", { [configPath]: textOf(changed) }, "configure");
    },
    records,
    outcomes: (id, branch) =>
      records(id, branch).map(
        ({ window_start: start, status, attempt }) => `${start} ${status} ${attempt}`,
      ),
    rows: (table, branch = "main") =>
      repo
        .git("show", `${branch}:data/${table}.ndjson`)
        .split("\n")
        .map((line) => JSON.parse(line) as Json),
    names,
    subjects: (since, branch = "main") =>
      repo
        .git("log", "--reverse", "--format=%s", `${since}..${branch}`)
        .split("\n")
        .filter((subject) => subject !== ""),
    state: () => ({
      refs: repo.git("for-each-ref", "--format=%(objectname) %(refname)").split("\n"),
      pulls: github.pulls.map(({ number, state, title }) => `${number} ${state} ${title}`),
      issues: github.issues.map(({ number, state, body }) => `${number} ${state} ${body}`),
    }),
    [Symbol.asyncDispose]: async () => await github.close(),
  };
}

/** Throws unless `verify` calls the ledger of the default branch sound. */
export async function expectSound(
  expect: ExpectStatic,
  ledger: ActionLedger,
  now: string,
): Promise<void> {
  const { code, log, outputs } = await ledger.step({ mode: "verify" }, { now });
  expect({ code, status: outputs["status"] }, log).toEqual({ code: 0, status: "ok" });
}

function textOf(project: Json): string {
  return `${JSON.stringify(project, undefined, 2)}\n`;
}
