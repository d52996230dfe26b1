// Starts this very program again as a process of its own, in the demo's repository and at a time of the rehearsal.

import { spawn } from "node:child_process";

/** What a finished process left: its exit code (undefined: it was killed), its JSON if any, its other lines. */
export interface ProcessEnd {
  readonly exitCode: number | undefined;
  readonly json: unknown;
  readonly said: string;
}

export interface TidemarkProcess {
  readonly ended: Promise<ProcessEnd>;
  /** SIGKILL: no handler runs, nothing is tidied up. */
  kill(): void;
}

/** Starts the script that runs now, with `--json`. A stop signal reaches it as SIGTERM. */
export function startTidemark(call: {
  readonly folder: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stop: AbortSignal;
}): TidemarkProcess {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("TIDEMARK_"));
  const child = spawn(process.execPath, [process.argv[1] ?? "", ...call.args, "--json"], {
    cwd: call.folder,
    env: { ...Object.fromEntries(own), ...call.env },
    stdio: ["ignore", "pipe", "pipe"],
    windowsHide: true,
  });
  const stop = (): void => {
    child.kill("SIGTERM");
  };
  call.stop.addEventListener("abort", stop);
  let stdout = "";
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const ended = new Promise<ProcessEnd>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      call.stop.removeEventListener("abort", stop);
      resolve({ exitCode: code ?? undefined, json: jsonOf(stdout), said });
    });
  });
  return { ended, kill: () => child.kill("SIGKILL") };
}

function jsonOf(text: string): unknown {
  return text.trim() === "" ? undefined : JSON.parse(text);
}
