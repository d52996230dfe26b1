// What an error says on its way out: every text passes the redactor, and a bug says what to report.

import { ConfigError } from "../core/failure/errors.ts";
import { makeRedactor } from "../core/failure/redact.ts";
import { type ErrorCode, exitCodeOfError } from "./exit-code.ts";
import { version } from "./version.ts";

/** The sentences of an error, without the secrets and without paths of this machine, and its exit code. */
export function describeError(
  error: unknown,
  { secrets, cancel }: { readonly secrets: readonly string[]; readonly cancel: AbortSignal },
): { readonly exitCode: ErrorCode; readonly messages: readonly string[] } {
  const redact = makeRedactor(secrets, [process.cwd()]);
  const exitCode = exitCodeOfError(error, cancel);
  return { exitCode, messages: messagesOf(error, exitCode).map((message) => redact(message)) };
}

function messagesOf(error: unknown, code: number): readonly string[] {
  if (error instanceof ConfigError) return error.problems;
  const message = error instanceof Error ? error.message : "an unknown error";
  if (code !== 70) return message.split("\n");
  const frames = error instanceof Error ? (error.stack ?? "").split("\n").slice(1, 6) : [];
  return [
    `this is a bug in Tidemark ${version}: ${message}`,
    ...frames.map((frame) => frame.trim()),
    "please report these lines; the ledger was left as it was",
  ];
}
