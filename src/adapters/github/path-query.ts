// What stands at one path of any commit, with the folders below it two levels deep. Asked for what no Tip query named:
// other commits, and files that a destination had written elsewhere before.

import { type InferOutput, nullish, number, object, string } from "valibot";

import { LedgerError } from "../../core/failure/errors.ts";
import type { Tip } from "../../ports/ledger-store.ts";
import type { GithubClient } from "./client.ts";
import { itemFields, itemsSchema, modeOf, noteTree, twoLevels } from "./git-objects.ts";
import { type TreeItem, treeMode } from "./object-id.ts";
import { parsedAnswer } from "./parsed-answer.ts";
import type { Patience } from "./patience.ts";
import { readError } from "./read-error.ts";
import type { Trees } from "./trees.ts";

/** The path of any commit; the empty path is asked through `tree`. */
export const pathDocument: string = `query Path($owner: String!, $name: String!, $tip: GitObjectID!, $path: String!) {
  rateLimit { remaining resetAt }
  repository(owner: $owner, name: $name) { at: object(oid: $tip) { ... on Commit {
    found: file(path: $path) { ${itemFields} object { ${twoLevels} } }
  } } }
}`;

/** The id of a commit's root. */
export const rootIdDocument: string = `query RootId($owner: String!, $name: String!, $tip: GitObjectID!) {
  rateLimit { remaining resetAt }
  repository(owner: $owner, name: $name) { at: object(oid: $tip) { ... on Commit { tree { oid } } } }
}`;

/** The folders and files of a commit's root. */
export const rootDocument: string = `query Root($owner: String!, $name: String!, $tip: GitObjectID!) {
  rateLimit { remaining resetAt }
  repository(owner: $owner, name: $name) { at: object(oid: $tip) { ... on Commit {
    tree { oid ${twoLevels} }
  } } }
}`;

const foundSchema = object({
  name: string(),
  mode: number(),
  oid: string(),
  size: number(),
  object: nullish(object({ entries: nullish(itemsSchema) })),
});

const treeSchema = object({ oid: string(), entries: nullish(itemsSchema) });

const answerSchema = object({
  repository: object({
    at: nullish(object({ found: nullish(foundSchema), tree: nullish(treeSchema) })),
  }),
});

interface Asking {
  readonly client: GithubClient;
  readonly patience: Patience;
}

/** The item at a path of a commit; folders go into `trees`. LedgerError when GitHub does not say. */
export async function askFor(
  asking: Asking,
  trees: Trees,
  tip: Tip,
  path: string,
): Promise<TreeItem | undefined> {
  const at =
    path === ""
      ? await ask(asking, rootDocument, { tip })
      : await ask(asking, pathDocument, { tip, path });
  if (at.tree) {
    if (at.tree.entries) noteTree(trees, at.tree.oid, at.tree.entries);
    return { name: "", mode: treeMode, oid: at.tree.oid, bytes: 0 };
  }
  if (!at.found) return undefined;
  const { name, mode, oid, size: bytes } = at.found;
  if (at.found.object?.entries) noteTree(trees, oid, at.found.object.entries);
  return { name, mode: modeOf(mode), oid, bytes };
}

/** The tree of a commit's root. LedgerError when GitHub does not say. */
export async function askForRoot(asking: Asking, tip: Tip): Promise<string> {
  const { tree } = await ask(asking, rootIdDocument, { tip });
  if (!tree) throw new LedgerError(`commit ${tip} on GitHub: expected its tree, found none`);
  return tree.oid;
}

async function ask(
  { client, patience }: Asking,
  document: string,
  wanted: { readonly tip: Tip; readonly path?: string },
): Promise<NonNullable<InferOutput<typeof answerSchema>["repository"]["at"]>> {
  const what = `${wanted.path ?? "the root"} of ${wanted.tip}`;
  const variables = { owner: client.owner, name: client.name, ...wanted };
  const call = { until: patience.until(), isRead: true };
  const answer = parsedAnswer(await client.graphql(document, variables, call), what, answerSchema);
  if (!answer.ok) throw readError(what, answer.error);
  const { at } = answer.data.repository;
  if (at) return at;
  throw new LedgerError(`commit ${wanted.tip} on GitHub: expected a commit, found none; run again`);
}
