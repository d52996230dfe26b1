// What a run reads of its repository before it knows its ledger: the configuration where there is no checkout, and the
// default branch where the event does not name it. Serves the composition only.

import { boolean, nullable, object, string } from "valibot";

import { LedgerError } from "../../core/failure/errors.ts";
import type { CallOptions, GithubClient } from "./client.ts";
import { parsedAnswer } from "./parsed-answer.ts";

const fileQuery = `query EventFile($owner: String!, $name: String!, $expression: String!) {
  repository(owner: $owner, name: $name) {
    object(expression: $expression) { ... on Blob { text isBinary isTruncated } }
  }
}`;

const fileSchema = object({
  repository: object({
    object: nullable(
      object({ text: nullable(string()), isBinary: nullable(boolean()), isTruncated: boolean() }),
    ),
  }),
});

/** The text of a file at a commit; undefined when there is none, or none that can be read as text. */
export async function readBlobAt(
  client: GithubClient,
  commit: string,
  path: string,
  options: CallOptions,
): Promise<string | undefined> {
  const { owner, name } = client;
  const variables = { owner, name, expression: `${commit}:${path}` };
  const answer = await client.graphql(fileQuery, variables, options);
  const parsed = parsedAnswer(answer, "the file", fileSchema);
  if (!parsed.ok)
    throw new LedgerError(
      `${path}: expected GitHub to answer what it holds at the event's commit, found: ${parsed.error.message}; check out the repository before this step, or give the token contents: read`,
    );
  const blob = parsed.data.repository.object;
  return blob === null || blob.isBinary === true || blob.isTruncated
    ? undefined
    : (blob.text ?? undefined);
}

/** The repository's default branch. */
export async function readDefaultBranch(
  client: GithubClient,
  options: CallOptions,
): Promise<string> {
  const answer = await client.rest("GET /repos/{owner}/{repo}", {}, options);
  const parsed = parsedAnswer(answer, "the repository", object({ default_branch: string() }));
  if (parsed.ok) return parsed.data.default_branch;
  throw new LedgerError(
    `repository: expected GitHub to name its default branch, found: ${parsed.error.message}; give the token contents: read, or name ledger.branch`,
  );
}
