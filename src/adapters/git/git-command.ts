// Runs git: argument arrays, no shell, no prompt, bounded output and time. Serves every step that reads or writes
// the ledger. It knows no ledger; what a non-zero exit means is for the caller to say.

import { spawn } from "node:child_process";

import { LedgerError } from "../../core/failure/errors.ts";

/** Exit code, output as bytes, and what git said, unredacted: pass it through `quoteGit` before showing it. */
export interface GitAnswer {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface GitOptions {
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/** Covers a month file of 32 MiB and many record files; more than that is not a ledger. */
const outputMax = 256 * 1024 * 1024;
const stderrMax = 16 * 1024;
const timeoutDefaultMs = 120_000;

/** Exit code of a call that was stopped because its time was over. */
export const timedOut = 124;

/** Runs git in a folder and answers whatever its exit code is. */
export function git(
  folder: string,
  args: readonly string[],
  options: GitOptions = {},
): Promise<GitAnswer> {
  return new Promise((resolve, reject) => {
    // A process group of its own: Ctrl-C reaches Tidemark, which decides; it must not tear a commit apart. Without
    // a terminal ssh cannot ask for a passphrase either.
    const child = spawn("git", args, {
      cwd: folder,
      env: { ...gitEnvironment(process.env), ...options.env },
      stdio: ["pipe", "pipe", "pipe"],
      detached: true,
      windowsHide: true,
    });
    const out: Buffer[] = [];
    let outBytes = 0;
    let stderr = "";
    let stopped: "time" | "output" | undefined;
    const timer = setTimeout(() => {
      stopped = "time";
      child.kill("SIGKILL");
    }, options.timeoutMs ?? timeoutDefaultMs);
    child.stdout.on("data", (chunk: Buffer) => {
      outBytes += chunk.length;
      if (outBytes > outputMax) {
        stopped = "output";
        child.kill("SIGKILL");
      } else out.push(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      if (stderr.length < stderrMax) stderr += chunk.toString("utf8");
    });
    // A git that stops reading early closes the pipe; its exit code tells why.
    child.stdin.on("error", () => undefined);
    child.on("error", (cause) => {
      clearTimeout(timer);
      reject(
        new LedgerError("git: expected to start it, found no program; install git", { cause }),
      );
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      if (stopped === "output")
        reject(new LedgerError(`git ${args[0]}: expected at most 256 MiB of output, found more`));
      else
        resolve({
          code: stopped === "time" ? timedOut : (code ?? 128),
          stdout: Buffer.concat(out),
          stderr,
        });
    });
    child.stdin.end(options.input ?? "");
  });
}

/** The output of a call that has to work; LedgerError with git's own words when it does not. */
export async function gitOutput(
  folder: string,
  args: readonly string[],
  options: GitOptions = {},
): Promise<Buffer> {
  const answer = await git(folder, args, options);
  if (answer.code === 0) return answer.stdout;
  throw new LedgerError(
    `git ${args[0]}: expected exit code 0, found ${answer.code} (${quoteGit(answer.stderr)})`,
  );
}

/** The output of a call that has to work, as one line. */
export async function gitLine(
  folder: string,
  args: readonly string[],
  options: GitOptions = {},
): Promise<string> {
  return (await gitOutput(folder, args, options)).toString("utf8").replace(/\n$/, "");
}

/** The output of a call whose non-zero exit means "there is none". */
export async function gitMaybe(
  folder: string,
  args: readonly string[],
): Promise<string | undefined> {
  const answer = await git(folder, args);
  return answer.code === 0 ? answer.stdout.toString("utf8").replace(/\n$/, "") : undefined;
}

/** Fields of NUL-terminated output. */
export function splitNul(output: Buffer): readonly string[] {
  const text = output.toString("utf8");
  return text === "" ? [] : text.replace(/\0$/, "").split("\0");
}

/** What git said, fit to be shown: no addresses, no credentials, no absolute paths, at most 300 characters. */
export function quoteGit(stderr: string): string {
  const lines = stderr
    .split(/[\r\n]+/)
    .map((line) =>
      line
        .replaceAll(/\p{Cc}/gu, " ")
        .replaceAll(/[a-z][a-z0-9+.-]*:\/\/[^\s'"]+/gi, "<address>")
        .replaceAll(/[^\s'"@]+@[^\s'":]+:[^\s'"]+/g, "<address>")
        .replaceAll(/(^|[\s'"(=])(?:[A-Za-z]:[\\/]|\/)[^\s'"]+/g, "$1<path>")
        .trim(),
    )
    .filter((line) => line !== "" && !line.startsWith("hint:"));
  const text = lines.join("; ");
  return text === "" ? "git said nothing" : text.slice(0, 300);
}

// Variables of git that choose an identity, a transport or a configuration stay. All others could send us to another
// repository or index: git sets GIT_DIR and GIT_INDEX_FILE for hooks, and a run may be started from one.
const keptVariables =
  /^GIT_(?:(?:AUTHOR|COMMITTER)_(?:NAME|EMAIL)|SSH.*|ASKPASS|SSL_.*|HTTP_.*|PROXY_.*|ALLOW_PROTOCOL|PROTOCOL.*|EXEC_PATH|CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+))$/;

function gitEnvironment(own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(own).filter(
    ([name]) => !name.startsWith("GIT_") || keptVariables.test(name),
  );
  return {
    ...Object.fromEntries(kept),
    LC_ALL: "C",
    LANGUAGE: "C",
    GIT_TERMINAL_PROMPT: "0",
    GCM_INTERACTIVE: "never",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_LITERAL_PATHSPECS: "1",
    GIT_NO_REPLACE_OBJECTS: "1",
  };
}
