#!/usr/bin/env node
// The command line: arguments to a call, the call to a command, its result to text or JSON, errors to an exit code.

import { liveLines } from "../adapters/terminal/live-lines.ts";
import { plainLines } from "../adapters/terminal/plain-lines.ts";
import { makeMask } from "../core/failure/redact.ts";
import type { Progress } from "../ports/progress.ts";
import { type CliCall, parseArgs } from "./cli-args.ts";
import { runCall } from "./cli-commands.ts";
import { describeError } from "./describe-error.ts";
import { secretValues } from "./secret-values.ts";
import { cancelOnSignals } from "./signals.ts";

// All that is printed passes here: a server may put a secret that it was sent into anything that it answers.
const mask = makeMask(secretValues(process.env));

// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  const wantsJson = argv.includes("--json");
  const cancel = cancelOnSignals({ isTerminal: true });
  try {
    const parsed = parseArgs(argv);
    if (parsed.kind === "text") {
      process.stdout.write(parsed.text);
      return 0;
    }
    const outcome = await runCall(parsed.call, {
      cwd: process.cwd(),
      variables: process.env,
      cancel,
      progress: progressOf(parsed.call),
    });
    process.stdout.write(mask(outcome.text));
    return outcome.exitCode;
  } catch (error) {
    const { exitCode, messages } = describeError(error, {
      secrets: secretValues(process.env),
      cancel,
    });
    const json = { error: { exit_code: exitCode, messages } };
    if (wantsJson) process.stdout.write(`${JSON.stringify(json)}\n`);
    for (const message of messages) process.stderr.write(`tidemark: ${message}\n`);
    return exitCode;
  }
}

// Progress goes to standard error, so that standard output holds the result alone.
function progressOf(call: CliCall): Progress {
  const isLive = process.stderr.isTTY && !call.common.json;
  return isLive
    ? liveLines(say, { columns: process.stderr.columns, now: () => performance.now() })
    : plainLines(say);
}

function say(text: string): void {
  process.stderr.write(mask(text));
}
