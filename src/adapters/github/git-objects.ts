// Folders and contents by their git id with one query, in GitHub's words and in ours. Knows no branch: what an id names
// never changes.

import {
  array,
  boolean,
  type GenericSchema,
  nullish,
  number,
  object,
  record,
  string,
} from "valibot";

import type { CallOptions, GithubAnswer, GithubClient } from "./client.ts";
import { blobIdOf, type TreeItem } from "./object-id.ts";
import { parsedAnswer } from "./parsed-answer.ts";
import type { Trees } from "./trees.ts";

/** What is asked of an item of a folder. */
export const itemFields = "name mode type oid size";

/** A folder and the folders in it: deeper ones fail on large trees (section 6). */
export const twoLevels: string = `... on Tree { entries { ${itemFields}
  object { ... on Tree { entries { ${itemFields} } } } } }`;

/** An item of a folder as GraphQL writes it; deeper than two levels nothing is asked. */
export interface WrittenItem {
  readonly name: string;
  readonly mode: number;
  readonly oid: string;
  readonly size: number;
  readonly object?:
    | { readonly entries?: readonly WrittenItem[] | null | undefined }
    | null
    | undefined;
}

const itemEntries = { name: string(), mode: number(), oid: string(), size: number() };

/** Two levels of a folder. */
export const itemsSchema: GenericSchema<unknown, readonly WrittenItem[]> = array(
  object({
    ...itemEntries,
    object: nullish(object({ entries: nullish(array(object(itemEntries))) })),
  }),
);

/** Git's mode of GraphQL's whole number: 33188 is `100644`. */
export function modeOf(mode: number): string {
  return mode.toString(8).padStart(6, "0");
}

/** Notes the items of a folder, and those of the folders that came with it. */
export function noteTree(trees: Trees, oid: string, entries: readonly WrittenItem[]): void {
  const items = new Map<string, TreeItem>();
  for (const { name, mode, oid: id, size: bytes, object: folder } of entries) {
    if (folder?.entries) noteTree(trees, id, folder.entries);
    items.set(name, { name, mode: modeOf(mode), oid: id, bytes });
  }
  trees.set(oid, items);
}

/** What one query brought; what is missing in it was not read. */
export interface ReadObjects {
  /** Proved by their ids (G5). */
  readonly blobs: ReadonlyMap<string, Uint8Array>;
}

const objectSchema = nullish(
  object({
    entries: nullish(itemsSchema),
    isBinary: nullish(boolean()),
    isTruncated: nullish(boolean()),
    text: nullish(string()),
  }),
);

const answerSchema = object({ repository: record(string(), objectSchema) });

/** Reads folders, two levels deep, into `trees`, and small contents. A null alias is a failed read, never an absence. */
export async function readObjects(
  client: GithubClient,
  wanted: { readonly trees: readonly string[]; readonly blobs: readonly string[] },
  trees: Trees,
  call: CallOptions,
): Promise<GithubAnswer<ReadObjects>> {
  const { document, variables } = objectsQuery(client, wanted);
  const answer = parsedAnswer(
    await client.graphql(document, variables, call),
    "git objects",
    answerSchema,
  );
  if (!answer.ok) return answer;
  const blobs = new Map<string, Uint8Array>();
  for (const [index, oid] of wanted.trees.entries()) {
    const entries = answer.data.repository[`t${index}`]?.entries;
    if (entries) noteTree(trees, oid, entries);
  }
  for (const [index, oid] of wanted.blobs.entries()) {
    const blob = answer.data.repository[`b${index}`];
    if (typeof blob?.text !== "string" || blob.isBinary || blob.isTruncated) continue;
    const content = Buffer.from(blob.text, "utf8");
    if (blobIdOf(content) === oid) blobs.set(oid, content);
  }
  return { ok: true, data: { blobs } };
}

/** The document and its variables; ids are GitHub's own, and still never part of the text. */
export function objectsQuery(
  client: Pick<GithubClient, "owner" | "name">,
  wanted: { readonly trees: readonly string[]; readonly blobs: readonly string[] },
): { readonly document: string; readonly variables: Readonly<Record<string, string>> } {
  const trees = wanted.trees.map((oid, index) => ({ alias: `t${index}`, oid, fields: twoLevels }));
  const blobFields = "... on Blob { oid byteSize isBinary isTruncated text }";
  const blobs = wanted.blobs.map((oid, index) => ({ alias: `b${index}`, oid, fields: blobFields }));
  const all = [...trees, ...blobs];
  const names = all.map(({ alias }) => `, $${alias}: GitObjectID!`).join("");
  const fields = all.map(({ alias, fields: own }) => `${alias}: object(oid: $${alias}) { ${own} }`);
  return {
    document: `query Objects($owner: String!, $name: String!${names}) {
  rateLimit { remaining resetAt }
  repository(owner: $owner, name: $name) {
    ${fields.join("\n    ")}
  }
}`,
    variables: {
      owner: client.owner,
      name: client.name,
      ...Object.fromEntries(all.map(({ alias, oid }) => [alias, oid])),
    },
  };
}
