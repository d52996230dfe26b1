// The committed bundle of the action as a process of its own, started as the runner starts it: inputs, event and files
// by variables, an environment that holds nothing else.

import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { onTestFinished } from "vitest";

import type { GithubFake } from "./github-fake/github-fake.ts";

export interface StepOptions {
  readonly inputs?: Readonly<Record<string, string>>;
  /** `workflow_dispatch` on the default branch unless told. */
  readonly event?: string;
  readonly ref?: string;
  /** The event's commit; the tip of `main` at the start unless told. */
  readonly sha?: string;
  readonly runId?: number;
  readonly attempt?: number;
  /** What the event's payload says besides the repository. */
  readonly payload?: Readonly<Record<string, unknown>>;
  /** Where the wall clock starts. */
  readonly now?: string;
  /** Further variables, secrets above all. */
  readonly env?: Readonly<Record<string, string>>;
  /** Without a checkout the configuration is read through the API; a function makes one of its own in the workspace. */
  readonly checkout?: boolean | ((workspace: string) => void);
  /** What is started; the committed bundle unless told. */
  readonly program?: string;
  /** Of the test's own context where tests run side by side. */
  readonly onTestFinished?: (clean: () => void) => void;
}

export interface StepEnd {
  /** Null when a signal ended the process. */
  readonly code: number | null;
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  /** RUNNER_TEMP of the step. */
  readonly temporary: string;
}

export interface StepProcess {
  readonly pid: number;
  readonly ended: Promise<StepEnd>;
  kill(signal: NodeJS.Signals): void;
}

const bundle = resolve(import.meta.dirname, "../../action/index.js");
// Many processes start the same program; Node keeps what it compiled between them.
const compileCache = resolve(import.meta.dirname, "../../node_modules/.cache/tidemark-action");

/** Starts a step of a workflow of the fake's repository; it is killed when the test is over. */
export function startStep(github: GithubFake, options: StepOptions = {}): StepProcess {
  const home = mkdtempSync(join(tmpdir(), "tidemark-step-"));
  const sha = options.sha ?? github.head("main") ?? "";
  const runId = options.runId ?? 7001;
  const attempt = options.attempt ?? 1;
  if (!github.runs.has(String(runId)))
    github.runs.set(String(runId), {
      status: "in_progress",
      conclusion: null,
      run_attempt: attempt,
    });
  const workspace = join(home, "workspace");
  mkdirSync(workspace);
  const { checkout = true } = options;
  if (typeof checkout === "function") checkout(workspace);
  else if (checkout) checkOut(github, sha, workspace);
  const child = spawn(process.execPath, [options.program ?? bundle], {
    cwd: workspace,
    env: stepEnvironment(github, options, { home, workspace, sha, runId, attempt }),
    stdio: ["ignore", "pipe", "pipe"],
  });
  (options.onTestFinished ?? onTestFinished)(() => {
    child.kill("SIGKILL");
    rmSync(home, { recursive: true, force: true });
  });
  const log: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => void log.push(text));
  const ended = new Promise<StepEnd>((done, fail) => {
    child.once("error", fail);
    child.once("close", (code) => {
      done({
        code,
        log: log.join(""),
        outputs: readOutputs(readFileSync(join(home, "output"), "utf8")),
        summary: readFileSync(join(home, "summary"), "utf8"),
        temporary: join(home, "temp"),
      });
    });
  });
  return { pid: child.pid ?? 0, ended, kill: (signal) => void child.kill(signal) };
}

/** Runs a step to its end. */
export async function runStep(github: GithubFake, options: StepOptions = {}): Promise<StepEnd> {
  return await startStep(github, options).ended;
}

/** Ends a workflow run, as GitHub does when its last job is over. */
export function completeRun(github: GithubFake, runId: number, attempt = 1): void {
  github.runs.set(String(runId), {
    status: "completed",
    conclusion: "failure",
    run_attempt: attempt,
  });
}

function stepEnvironment(
  github: GithubFake,
  options: StepOptions,
  place: {
    readonly home: string;
    readonly workspace: string;
    readonly sha: string;
    readonly runId: number;
    readonly attempt: number;
  },
): Readonly<Record<string, string>> {
  const { home, workspace, sha, runId, attempt } = place;
  const ref = options.ref ?? "refs/heads/main";
  for (const name of ["output", "summary", "state", "env"]) writeFileSync(join(home, name), "");
  mkdirSync(join(home, "temp"));
  const payload = { repository: { default_branch: "main" }, ...options.payload };
  writeFileSync(join(home, "event.json"), JSON.stringify(payload));
  const inputs = Object.entries({ token: github.token, ...options.inputs }).map(
    ([name, value]) => [`INPUT_${name.toUpperCase()}`, value] as const,
  );
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    NODE_COMPILE_CACHE: compileCache,
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_EVENT_NAME: options.event ?? "workflow_dispatch",
    GITHUB_EVENT_PATH: join(home, "event.json"),
    GITHUB_REPOSITORY: github.repository,
    GITHUB_REF: ref,
    GITHUB_REF_NAME: ref.replace(/^refs\/(heads|tags|pull)\//, ""),
    GITHUB_REF_TYPE: ref.startsWith("refs/tags/") ? "tag" : "branch",
    GITHUB_SHA: sha,
    GITHUB_RUN_ID: String(runId),
    GITHUB_RUN_ATTEMPT: String(attempt),
    GITHUB_JOB: "sync",
    GITHUB_SERVER_URL: github.serverUrl,
    GITHUB_API_URL: github.apiUrl,
    GITHUB_GRAPHQL_URL: github.graphqlUrl,
    GITHUB_WORKSPACE: workspace,
    GITHUB_OUTPUT: join(home, "output"),
    GITHUB_STEP_SUMMARY: join(home, "summary"),
    GITHUB_STATE: join(home, "state"),
    GITHUB_ENV: join(home, "env"),
    RUNNER_TEMP: join(home, "temp"),
    RUNNER_ENVIRONMENT: "github-hosted",
    ...Object.fromEntries(inputs),
    ...(options.now === undefined ? {} : { TIDEMARK_NOW: options.now }),
    ...options.env,
  };
}

// What actions/checkout leaves behind, as far as the action looks at it: the files of the commit.
function checkOut(github: GithubFake, sha: string, workspace: string): void {
  const archive = execFileSync("git", ["-C", github.gitDir, "archive", sha, ".github"]);
  execFileSync("tar", ["-x", "-C", workspace], { input: archive });
}

/** The file that the runner reads: `name<<delimiter`, the value, the delimiter. */
function readOutputs(text: string): Readonly<Record<string, string>> {
  const outputs: Record<string, string> = {};
  for (const [, name = "", , value = ""] of text.matchAll(
    /^([^\n]+?)<<([^\n]+)\n([\s\S]*?)\n?\2$/gm,
  ))
    outputs[name] = value;
  return outputs;
}
