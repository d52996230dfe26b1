// What an error says on its way out: every text passes the redactor, and a bug says what to report.

import { ConfigError } from "../core/failure/errors.ts";
import { makeRedactor } from "../core/failure/redact.ts";
import { exitCodeOfError } from "./exit-code.ts";
import { secretValues } from "./secret-values.ts";
import { version } from "./version.ts";

/** The error as text for people and as JSON for programs. */
export function describeError(
  error: unknown,
  variables: Readonly<Record<string, string | undefined>>,
): {
  readonly text: string;
  readonly json: {
    readonly error: { readonly exit_code: number; readonly messages: readonly string[] };
  };
} {
  const redact = makeRedactor(secretValues(variables), [process.cwd()]);
  const code = exitCodeOfError(error);
  const messages = messagesOf(error, code).map((message) => redact(message));
  const text = `${messages.map((message) => `tidemark: ${message}`).join("\n")}\n`;
  return { text, json: { error: { exit_code: code, messages } } };
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
