// What stands at one path of any commit, with the folders below it two levels deep. Asked for what no Tip query named:
// other commits, and files that a destination had written elsewhere before.

import { nullish, number, object, string } from "valibot";

import { LedgerError } from "../../core/failure/errors.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Tip } from "../../ports/ledger-store.ts";
import type { GithubClient } from "./client.ts";
import { itemFields, itemsSchema, modeOf, noteTree, twoLevels } from "./git-objects.ts";
import { type TreeItem, treeMode } from "./object-id.ts";
import { parsedAnswer } from "./parsed-answer.ts";
import { readError, readPatienceMs } from "./read-error.ts";
import type { Trees } from "./trees.ts";

/** The path of any commit; the empty path is asked through `tree`. */
export const pathDocument = `query Path($owner: String!, $name: String!, $tip: GitObjectID!, $path: String!) {
  rateLimit { remaining resetAt }
  repository(owner: $owner, name: $name) { at: object(oid: $tip) { ... on Commit {
    found: file(path: $path) { ${itemFields} object { ${twoLevels} } }
  } } }
}`;

/** The folders and files of a commit's root. */
export const rootDocument = `query Root($owner: String!, $name: String!, $tip: GitObjectID!) {
  rateLimit { remaining resetAt }
  repository(owner: $owner, name: $name) { at: object(oid: $tip) { ... on Commit {
    tree { oid ${twoLevels} }
  } } }
}`;

const treeSchema = object({ entries: nullish(itemsSchema) });

const answerSchema = object({
  repository: object({
    at: nullish(
      object({
        found: nullish(
          object({
            name: string(),
            mode: number(),
            oid: string(),
            size: number(),
            object: nullish(treeSchema),
          }),
        ),
        tree: nullish(object({ oid: string(), entries: itemsSchema })),
      }),
    ),
  }),
});

/** The item at a path of a commit; folders go into `trees`. LedgerError when GitHub does not say. */
export async function askFor(
  { client, clock }: { readonly client: GithubClient; readonly clock: Clock },
  trees: Trees,
  tip: Tip,
  path: string,
): Promise<TreeItem | undefined> {
  const variables = { owner: client.owner, name: client.name, tip };
  const call = { until: clock.mono() + readPatienceMs, isRead: true };
  const answer = parsedAnswer(
    path === ""
      ? await client.graphql(rootDocument, variables, call)
      : await client.graphql(pathDocument, { ...variables, path }, call),
    `${path} of ${tip}`,
    answerSchema,
  );
  const what = path === "" ? "the repository's root" : path;
  if (!answer.ok) throw readError(what, answer.error);
  const { at } = answer.data.repository;
  if (!at)
    throw new LedgerError(`commit ${tip} on GitHub: expected a commit, found none; run again`);
  if (at.tree) {
    noteTree(trees, at.tree.oid, at.tree.entries);
    return { name: "", mode: treeMode, oid: at.tree.oid, bytes: 0 };
  }
  if (!at.found) return undefined;
  const { name, mode, oid, size: bytes } = at.found;
  if (at.found.object?.entries) noteTree(trees, oid, at.found.object.entries);
  return { name, mode: modeOf(mode), oid, bytes };
}
