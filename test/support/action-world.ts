// A repository on the fake GitHub whose workflow copies from acceptance-api.ts, for the acceptance tests of the action:
// steps at instants of one clock, the ledger and the rows as a branch holds them, and a look at every request whether
// what must hold always does.

import { execFile } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { type Item, type ItemsApi, makeItems, serveItems } from "./acceptance-api.ts";
import {
  type Json,
  projectOf,
  recordsOf,
  rowsAt,
  type WrittenRecord,
} from "./acceptance-project.ts";
import {
  completeRun,
  startStep,
  type StepEnd,
  type StepOptions,
  type StepProcess,
} from "./action-process.ts";
import { repoAt } from "./git-repo.ts";
import { type GithubFake, type PushedFile, startGithubFake } from "./github-fake/github-fake.ts";

/** What a test that runs beside others has of its own. */
export interface OwnContext {
  readonly onTestFinished: (clean: () => void | Promise<void>) => void;
}

export interface WorldOptions {
  /** Where the clock starts. */
  readonly now?: string;
  /** Laid over the project of acceptance-project.ts; a `files` destination in `data` unless told. */
  readonly project?: Omit<Parameters<typeof projectOf>[0], "url">;
  /** Makes another project of that one. */
  readonly remade?: (project: Json) => Json;
  /** Days from 2026-01-01 of which the source has an item an hour. */
  readonly days?: number;
  /** Besides the configuration. */
  readonly files?: Readonly<Record<string, PushedFile>>;
}

export interface ActionWorld {
  readonly github: GithubFake;
  readonly api: ItemsApi;
  /** The configuration; a change of it as a person would push it. */
  readonly project: Json;
  /** Moves the clock forward. */
  skip(minutes: number): void;
  /** Starts a step; without an instant at what the clock shows. */
  start(options?: StepOptions): StepProcess;
  /** Runs one, as a workflow run of its own unless told; GitHub calls that run completed afterwards. */
  run(now: string, options?: StepOptions): Promise<StepEnd>;
  /** The same at what the clock shows. */
  next(options?: StepOptions): Promise<StepEnd>;
  /** The same by hand, with these inputs. */
  step(inputs?: StepOptions["inputs"], options?: StepOptions): Promise<StepEnd>;
  /** Records of a sync on a branch, in the order of their windows. */
  records(branch?: string, id?: string): readonly WrittenRecord[];
  /** Key and watermark of every row on a branch, in the order of the lines. */
  rows(branch?: string, table?: string): readonly string[];
  /** What verify finds in a clone of a branch; nothing in a sound ledger. */
  findings(branch?: string): Promise<readonly string[]>;
}

/** Opens it; it is closed, and the referee heard, when the test is over. */
export async function openActionWorld(
  context: OwnContext,
  options: WorldOptions = {},
): Promise<ActionWorld> {
  const { now: first = "2026-01-02T00:00:00Z", days = 1, remade = (made) => made } = options;
  const clock = { at: Date.parse(first), since: Date.now() };
  const shown = (): number => clock.at + Date.now() - clock.since;
  const api = await serveItems(hourly(days));
  const destination = { type: "files", path: "data" };
  const project = remade(projectOf({ destination, ...options.project, url: api.url }));
  const github = await startGithubFake({
    files: { "README.md": "hello\n", [configPath]: configText(project), ...options.files },
    now: shown,
  });
  context.onTestFinished(async () => {
    await api[Symbol.asyncDispose]();
    await github.close();
  });
  let lastRun = 7000;
  const start = (step: StepOptions = {}): StepProcess => {
    const now = step.now ?? new Date(shown()).toISOString();
    Object.assign(clock, { at: Date.parse(now), since: Date.now() });
    lastRun = step.runId ?? lastRun + 1;
    const { onTestFinished } = context;
    return startStep(github, { onTestFinished, runId: lastRun, ...step, now });
  };
  const finish = async (step: StepOptions): Promise<StepEnd> => {
    const started = start(step);
    const runId = lastRun;
    const end = await started.ended;
    completeRun(github, runId, step.attempt);
    return end;
  };
  return {
    github,
    api,
    project,
    skip: (minutes) => void (clock.at += minutes * 60_000),
    start,
    run: async (now, step) => await finish({ event: "schedule", ...step, now }),
    next: async (step) => await finish({ event: "schedule", ...step }),
    step: async (inputs = {}, step = {}) => await finish({ ...step, inputs }),
    records: (branch = "main", id = "items") => recordsOf(repoAt(github.gitDir), id, branch),
    rows: (branch = "main", table = "items") => rowsAt(repoAt(github.gitDir), table, branch),
    findings: async (branch = "main") => await findingsOf(github, branch),
  };
}

export const configPath = ".github/tidemark.yml";

/** A configuration as its file says it. */
export function configText(project: Json): string {
  return `${JSON.stringify(project, undefined, 2)}\n`;
}

/** An item an hour for so many days from 2026-01-01. */
export function hourly(days: number): Item[] {
  return makeItems(24 * days, { start: "2026-01-01T00:00:00Z", everySeconds: 3600 });
}

/** The files of a folder, by their path below it. */
export function filesBelow(folder: string): Readonly<Record<string, string>> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(folder.length + 1), readFileSync(path, "utf8")]),
  );
}

/** The lines that are annotations: `error`, `warning` or `notice`, title and message. */
export function annotationsIn(log: string): readonly string[] {
  return log.split("\n").filter((line) => /^::(error|warning|notice) /.test(line));
}

const program = resolve(import.meta.dirname, "../../src/entry/cli.ts");
const compileCache = resolve(import.meta.dirname, "../../node_modules/.cache/tidemark-cli");

async function findingsOf(github: GithubFake, branch: string): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), "tidemark-clone-"));
  try {
    await output("git", ["clone", "-q", "-b", branch, github.gitDir, folder]);
    const args = [program, "verify", "--ledger-branch", branch, "--json"];
    const printed = await output(process.execPath, args, folder);
    const findings = JSON.parse(printed) as { path: string; law: string; message: string }[];
    return findings.map(({ path, law, message }) => `${path} ${law}: ${message}`);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

// Verify ends with 1 where it finds something; what it printed is the answer then.
async function output(file: string, args: readonly string[], cwd?: string): Promise<string> {
  const variables = { PATH: process.env["PATH"] ?? "", NODE_COMPILE_CACHE: compileCache };
  const env = { ...variables, ...(cwd === undefined ? {} : { HOME: cwd }) };
  return await new Promise((done, fail) => {
    execFile(
      file,
      args,
      { env, ...(cwd === undefined ? {} : { cwd }) },
      (error, stdout, stderr) => {
        if (error === null || error.code === 1) done(stdout);
        else fail(new Error(`${file} ${args.join(" ")}: ${stdout}${stderr}`, { cause: error }));
      },
    );
  });
}
