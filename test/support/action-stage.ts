// A source, a repository on the fake GitHub that copies from it into a `files` destination, and one clock for both and
// for every step: for acceptance tests that start several steps, break them off and ask what is left.

import { type Item, type ItemsApi, serveItems } from "./acceptance-api.ts";
import {
  type Json,
  projectOf,
  recordsOf,
  rowsAt,
  type WrittenRecord,
} from "./acceptance-project.ts";
import {
  completeRun,
  type StepEnd,
  type StepOptions,
  type StepProcess,
  startStep,
} from "./action-process.ts";
import { repoAt, type GitRepo } from "./git-repo.ts";
import { type GithubFake, startGithubFake } from "./github-fake/github-fake.ts";

export interface StageOptions {
  readonly items: readonly Item[];
  readonly syncs: Readonly<Record<string, Json>>;
  /** Where the clock starts. */
  readonly now: string;
  /** Makes another project of the usual one. */
  readonly more?: (project: Json) => Json;
  /** Files besides the configuration, records for example. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface ActionStage extends AsyncDisposable {
  readonly api: ItemsApi;
  readonly github: GithubFake;
  /** The bare repository. */
  readonly repo: GitRepo;
  /** Moves the clock forward, for steps that start from now on and for GitHub. */
  skip(minutes: number): void;
  /** Starts a step; on a schedule unless told. It is killed when the stage is closed. */
  start(options?: StepOptions): StepProcess;
  /** Runs a step to its end; its workflow run is over then. */
  run(options?: StepOptions): Promise<StepEnd>;
  records(id?: string, branch?: string): readonly WrittenRecord[];
  /** Key and watermark of every row in the data file, one line each, in the order of the lines. */
  rows(table?: string, branch?: string): readonly string[];
  /** Subjects of the commits that carry our trailers, oldest first; throws when two of them are the same commit. */
  subjects(branch?: string): readonly string[];
  /** Nothing for a sound ledger, else what `mode: verify` says of it. */
  findings(options?: StepOptions): Promise<string>;
}

/** Opens it; closing it throws when the referee of the fake saw a violation. */
export async function openStage(options: StageOptions): Promise<ActionStage> {
  const api = await serveItems(options.items);
  const plain = projectOf({
    url: api.url,
    destination: { type: "files", path: "data" },
    syncs: options.syncs,
  });
  const project = options.more?.(plain) ?? plain;
  const clock = { offset: Date.parse(options.now) - Date.now() };
  const now = (): number => Date.now() + clock.offset;
  const files = {
    ".github/tidemark.yml": `${JSON.stringify(project, undefined, 2)}\n`,
    ...options.files,
  };
  const github = await startGithubFake({ files, now });
  const repo = repoAt(github.gitDir);
  const cleaners: (() => void)[] = [];
  const start = (step: StepOptions = {}): StepProcess =>
    startStep(github, {
      event: "schedule",
      now: new Date(now()).toISOString(),
      onTestFinished: (clean) => void cleaners.push(clean),
      ...step,
    });
  const run = async (step: StepOptions = {}): Promise<StepEnd> => {
    const end = await start(step).ended;
    completeRun(github, step.runId ?? 7001, step.attempt);
    return end;
  };
  return {
    api,
    github,
    repo,
    skip: (minutes) => {
      clock.offset += minutes * 60_000;
    },
    start,
    run,
    records: (id = "items", branch = "main") => recordsOf(repo, id, branch),
    rows: (table = "items", branch = "main") => rowsAt(repo, table, branch),
    subjects: (branch = "main") => subjectsAt(repo, branch),
    findings: async (step = {}) => {
      const inputs = { mode: "verify", ...step.inputs };
      const { code, log, summary } = await run({ runId: 7999, ...step, inputs });
      return code === 0 ? "" : `exit ${code}\n${log}\n${summary}`;
    },
    [Symbol.asyncDispose]: async () => {
      for (const clean of cleaners) clean();
      await api[Symbol.asyncDispose]();
      await github.close();
    },
  };
}

/** Exit code, status and windows that succeeded, with the log where the step failed. */
export function outcomeOf({ code, outputs, log }: StepEnd): string {
  const outcome = `${code} ${outputs["status"]} ${outputs["windows-succeeded"]}`;
  return code === 0 ? outcome : `${outcome}\n${log}`;
}

/** What the API says of a workflow run from now on. */
export function setRun(github: GithubFake, runId: number, status: string, attempt: number): void {
  github.runs.set(String(runId), { status, conclusion: null, run_attempt: attempt });
}

// G10: holder and digest tell a commit from every other, so two with the same pair are one that was made twice.
function subjectsAt(repo: GitRepo, branch: string): readonly string[] {
  const trailer = (name: string): string =>
    `%(trailers:key=Tidemark-${name},valueonly,separator=%x20)`;
  const commits = repo
    .git("log", "--reverse", `--format=%s%x09${trailer("Holder")}%x09${trailer("Digest")}`, branch)
    .split("\n")
    .map((line) => line.split("\t"))
    .filter(([, holder = ""]) => holder !== "");
  const identities = commits.map(([, holder, digest]) => `${holder} ${digest}`);
  const twice = identities.filter((identity, index) => identities.indexOf(identity) !== index);
  if (twice.length > 0) throw new Error(`made twice: ${twice.join(", ")}`);
  return commits.map(([subject = ""]) => subject);
}
