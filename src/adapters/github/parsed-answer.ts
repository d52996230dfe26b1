// What GitHub answered, parsed once and then trusted. An answer of another shape than its description promises is an
// error like any other: nothing that is read from GitHub may stop a run by surprise.

import { safeParse, type GenericSchema, type InferOutput } from "valibot";

import type { GithubAnswer } from "./client.ts";

/** The answer as its schema reads it; `what` names it in the message. */
export function parsedAnswer<Schema extends GenericSchema>(
  answer: GithubAnswer<unknown>,
  what: string,
  schema: Schema,
): GithubAnswer<InferOutput<Schema>> {
  if (!answer.ok) return answer;
  const parsed = safeParse(schema, answer.data);
  if (parsed.success) return { ok: true, data: parsed.output };
  const places = parsed.issues.map(({ path }) => path?.map(({ key }) => String(key)).join("."));
  return {
    ok: false,
    error: {
      kind: "refused",
      status: undefined,
      type: undefined,
      message: `${what} was expected as GitHub describes it, found something else at ${places[0] ?? "its root"}`,
    },
  };
}
