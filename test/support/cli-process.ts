// The command line as a process of its own, with an environment that holds nothing but what a test gives it.

import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";

import { onTestFinished } from "vitest";

export interface CliEnd {
  /** Null when a signal ended the process. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliProcess {
  readonly pid: number;
  readonly ended: Promise<CliEnd>;
  kill(signal: NodeJS.Signals): void;
}

export interface CliOptions {
  /** Where the wall clock starts. */
  readonly now?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What `run --json` prints. */
export interface RunOutput {
  readonly status: string;
  readonly windows_succeeded: number;
  readonly windows_failed: number;
  readonly windows_remaining: number;
  readonly windows_parked: number;
  readonly records_processed: number;
  readonly gaps: readonly {
    readonly start: string;
    readonly end: string;
    readonly state: string;
  }[];
  readonly faults: readonly string[];
  readonly settled: readonly {
    readonly run_id: string;
    readonly status: string;
    readonly attempt: number;
    readonly code: string | null;
  }[];
}

// Hundreds of processes start the same program; Node keeps what it compiled between them.
const compileCache = resolve(import.meta.dirname, "../../node_modules/.cache/tidemark-cli");
const program = resolve(import.meta.dirname, "../../src/entry/cli.ts");

/** Starts the command line in a folder; it is killed when the test is over. */
export function startCli(
  folder: string,
  args: readonly string[],
  options: CliOptions = {},
): CliProcess {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: folder,
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: folder,
      GIT_CONFIG_NOSYSTEM: "1",
      NODE_COMPILE_CACHE: compileCache,
      ...(options.now === undefined ? {} : { TIDEMARK_NOW: options.now }),
      ...options.env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  return {
    pid: child.pid ?? 0,
    ended: endOf(child),
    kill: (signal) => {
      child.kill(signal);
    },
  };
}

/** Runs a command to its end. */
export async function runCli(
  folder: string,
  args: readonly string[],
  options: CliOptions = {},
): Promise<CliEnd> {
  return await startCli(folder, args, options).ended;
}

/** `run --json`, or another command that runs, at an instant; the exit code beside what it printed. */
export async function runAt(
  folder: string,
  now: string,
  args: readonly string[] = ["run"],
  env: Readonly<Record<string, string>> = {},
): Promise<RunOutput & { readonly code: number | null; readonly stderr: string }> {
  const end = await runCli(folder, [...args, "--json"], { now, env });
  try {
    const output = JSON.parse(end.stdout) as RunOutput;
    return { ...output, code: end.code, stderr: end.stderr };
  } catch (error) {
    throw new Error(`expected JSON, exit ${end.code}: ${end.stdout}${end.stderr}`, {
      cause: error,
    });
  }
}

/** What `verify` finds, one line each; nothing in a sound ledger. */
export async function findingsAt(folder: string, now: string): Promise<readonly string[]> {
  const end = await runCli(folder, ["verify", "--json"], { now });
  const findings = JSON.parse(end.stdout) as { path: string; law: string; message: string }[];
  if ((end.code === 0) !== (findings.length === 0))
    throw new Error(`expected exit 1 for findings and 0 for none, found ${end.code}`);
  return findings.map(({ path, law, message }) => `${path} ${law}: ${message}`);
}

async function endOf(child: ChildProcess): Promise<CliEnd> {
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return await new Promise((done, failed) => {
    child.on("error", failed);
    child.on("close", (code) => {
      done({ code, stdout, stderr });
    });
  });
}
