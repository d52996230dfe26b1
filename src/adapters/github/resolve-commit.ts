// The commit that a branch, tag or id names, as git reads it. Reads only.

import { nullish, object, string } from "valibot";

import type { Tip } from "../../ports/ledger-store.ts";
import type { GithubClient } from "./client.ts";
import { parsedAnswer } from "./parsed-answer.ts";
import type { Patience } from "./patience.ts";
import { readError } from "./read-error.ts";

/** What a name stands for; a tag with a message of its own is followed to its commit. */
export const resolveDocument: string = `query Resolve($owner: String!, $name: String!, $expression: String!) {
  rateLimit { remaining resetAt }
  repository(owner: $owner, name: $name) { at: object(expression: $expression) {
    kind: __typename oid ... on Tag { target { kind: __typename oid } }
  } }
}`;

const targetSchema = { kind: string(), oid: string() };

const answerSchema = object({
  repository: object({
    at: nullish(object({ ...targetSchema, target: nullish(object(targetSchema)) })),
  }),
});

/** The commit of a name; undefined when there is none. */
export async function resolveCommit(
  { client, patience }: { readonly client: GithubClient; readonly patience: Patience },
  text: string,
): Promise<Tip | undefined> {
  // What begins like an option, or names a file in a commit, is no name of a commit.
  if (text === "" || text.startsWith("-") || text.includes(":")) return undefined;
  const variables = { owner: client.owner, name: client.name, expression: text };
  const call = { until: patience.until(), isRead: true };
  const answer = parsedAnswer(
    await client.graphql(resolveDocument, variables, call),
    "the commit",
    answerSchema,
  );
  if (!answer.ok) throw readError("the commit of a name", answer.error);
  const { at } = answer.data.repository;
  const found = at?.target ?? at;
  return found?.kind === "Commit" ? (found.oid as Tip) : undefined;
}
