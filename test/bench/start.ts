// How long the bundle takes from the start of its process to its first request to GitHub: the wait of every run that
// finds nothing due. The server is on this machine and answers nothing; the process is ended at its first request.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Milliseconds of each run, shortest first. */
export type StartTimes = readonly number[];

/** A run that has sent nothing by then has failed. */
const askedWithinMs = 15_000;

/** Starts the bundle `runs` times, one after another; throws with what it said when one sends nothing. */
export async function measureStart(bundle: string, runs: number): Promise<StartTimes> {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-bench-"));
  const gate = await openGate();
  try {
    const times: number[] = [];
    // The first start also fills the caches of the disk, and is not counted.
    for (let run = -1; run < runs; run += 1) {
      const ms = await timeOnce(bundle, stepEnvironment(folder, gate.url), gate);
      if (run >= 0) times.push(ms);
    }
    return times.toSorted((a, b) => a - b);
  } finally {
    gate.server.close();
    gate.server.closeAllConnections();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The middle of times in order. */
export function medianOf(times: StartTimes): number {
  return times[Math.floor(times.length / 2)] ?? Number.NaN;
}

interface Gate {
  readonly server: Server;
  readonly url: string;
  /** When the next request arrives, on the clock of `performance`. */
  next(): Promise<number>;
}

async function openGate(): Promise<Gate> {
  let arrived: (at: number) => void = () => undefined;
  const server = createServer(() => {
    arrived(performance.now());
  });
  await new Promise<void>((done) => {
    server.listen(0, "127.0.0.1", done);
  });
  const { port } = server.address() as AddressInfo;
  return {
    server,
    url: `http://127.0.0.1:${port}`,
    next: async () =>
      await new Promise((done) => {
        arrived = done;
      }),
  };
}

async function timeOnce(
  bundle: string,
  env: Readonly<Record<string, string>>,
  gate: Gate,
): Promise<number> {
  const asked = gate.next();
  const startedAt = performance.now();
  const child = spawn(process.execPath, [bundle], { env, stdio: ["ignore", "pipe", "pipe"] });
  const ended = endOf(child);
  const timer = setTimeout(() => child.kill("SIGKILL"), askedWithinMs);
  try {
    const first = await Promise.race([asked, ended]);
    if (typeof first === "number") return first - startedAt;
    throw new Error(`bench: expected a request to GitHub, found none: ${first}`);
  } finally {
    clearTimeout(timer);
    child.kill("SIGKILL");
    await ended;
  }
}

async function endOf(child: ChildProcess): Promise<string> {
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => (said += text));
  return await new Promise((done, failed) => {
    child.on("error", failed);
    child.on("close", () => {
      done(said.trim());
    });
  });
}

// What a runner gives to a step that runs on a schedule, and nothing of this process.
function stepEnvironment(folder: string, url: string): Readonly<Record<string, string>> {
  const files = ["output", "summary", "env", "path", "state"].map((name) => {
    const file = join(folder, name);
    writeFileSync(file, "");
    return file;
  });
  const [output = "", summary = "", variables = "", path = "", state = ""] = files;
  const event = join(folder, "event.json");
  writeFileSync(event, JSON.stringify({ repository: { default_branch: "main" } }));
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: folder,
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_EVENT_NAME: "schedule",
    GITHUB_EVENT_PATH: event,
    GITHUB_REPOSITORY: "octo-org/octo-repo",
    GITHUB_REF: "refs/heads/main",
    GITHUB_REF_NAME: "main",
    GITHUB_REF_TYPE: "branch",
    GITHUB_SHA: "0123456789abcdef0123456789abcdef01234567",
    GITHUB_RUN_ID: "1",
    GITHUB_RUN_ATTEMPT: "1",
    GITHUB_SERVER_URL: url,
    GITHUB_API_URL: url,
    GITHUB_GRAPHQL_URL: `${url}/graphql`,
    GITHUB_WORKSPACE: folder,
    GITHUB_OUTPUT: output,
    GITHUB_STEP_SUMMARY: summary,
    GITHUB_ENV: variables,
    GITHUB_PATH: path,
    GITHUB_STATE: state,
    RUNNER_TEMP: folder,
    RUNNER_ENVIRONMENT: "github-hosted",
    INPUT_MODE: "run",
    INPUT_TOKEN: "bench",
  };
}
