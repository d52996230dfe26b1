// What is known of the published copy before it is made anew: base, copy, its pull requests (github.md section 11).
// Rides along with the query of the tip, so that it costs no request. Serves the commit step; never decides anything,
// and nothing here is ever read as state of the ledger.

import { array, number, object, optional, nullish, parse, string, record, unknown } from "valibot";

import { modeOf } from "./git-objects.ts";
import { pullFields, pullsSchema, type PullRequest } from "./pull-request.ts";

/** Which branches and paths are published. */
export interface CopyNames {
  /** The branch that people merge into. */
  readonly base: string;
  readonly ledgerBranch: string;
  readonly ledgerPath: string;
  /**
   * All files of `files` destinations, of every sync of the configuration: they go along with the ledger. The very
   * list that the store reads, or a file would be taken for one that is gone.
   */
  readonly dataPaths: readonly string[];
}

/** Modes, as git writes them (`100644`, `040000`), and ids of published paths; what lies beside them may be there too. */
export type Entries = ReadonlyMap<string, { readonly mode: string; readonly oid: string }>;

/** A branch, as far as the copy is concerned. */
export interface BranchState {
  readonly tip: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly entries: Entries;
}

export interface CopyState {
  readonly repositoryId: string;
  readonly base: BranchState | undefined;
  readonly copy: BranchState | undefined;
  /** The ledger branch; only asked for where the store's own ids have become too old. */
  readonly ledger: BranchState | undefined;
  /** Pull requests from the copy to the base, the newest first. */
  readonly pulls: readonly PullRequest[];
}

/** The branch that is derived (G20). */
export const copyBranch = "tidemark/publish";

/** Strangers may open pull requests from a branch of that name in a fork; these are looked over. */
const pullsMax = 10;

const treeEntry = object({ name: string(), mode: number(), oid: string() });
const placeSchema = nullish(
  object({
    mode: number(),
    oid: string(),
    object: nullish(object({ entries: optional(array(treeEntry)) })),
  }),
);
const refSchema = nullish(object({ target: nullish(record(string(), unknown())) }));
const commitSchema = object({
  oid: string(),
  tree: object({ oid: string() }),
  parents: object({ nodes: array(nullish(object({ oid: string() }))) }),
});
const stateSchema = object({
  xId: string(),
  xBase: refSchema,
  xCopy: refSchema,
  xNewest: refSchema,
  xPulls: pullsSchema,
});

/** Fields of a repository and their variables, all of type `String!`. */
export function copyFields(
  names: CopyNames,
  withLedger: boolean,
): { readonly fields: string; readonly variables: Readonly<Record<string, string>> } {
  const places = placesOf(names);
  const selection = [
    "oid tree { oid } parents(first: 2) { nodes { oid } }",
    ...places.map(
      (_, index) =>
        `xPlace${index}: file(path: $xPlace${index}) { mode oid object { ... on Tree { entries { name mode oid } } } }`,
    ),
  ].join("\n");
  const ref = (alias: string): string =>
    `${alias}: ref(qualifiedName: $${alias}) { target { ... on Commit {\n${selection}\n} } }`;
  const fields = [
    "xId: id",
    ref("xBase"),
    ref("xCopy"),
    ...(withLedger ? [ref("xNewest")] : []),
    `xPulls: pullRequests(headRefName: $xHeadName, baseRefName: $xBaseName, first: ${pullsMax}, orderBy: {field: CREATED_AT, direction: DESC}) { nodes { ${pullFields} } }`,
  ].join("\n");
  const variables = {
    xBase: `refs/heads/${names.base}`,
    xBaseName: names.base,
    xCopy: `refs/heads/${copyBranch}`,
    xHeadName: copyBranch,
    ...(withLedger ? { xNewest: `refs/heads/${names.ledgerBranch}` } : {}),
    ...Object.fromEntries(places.map((place, index) => [`xPlace${index}`, place])),
  };
  return { fields, variables };
}

/** What the fields say; throws ValiError where GitHub answered something else. */
export function parseCopyState(repository: unknown, names: CopyNames): CopyState {
  const state = parse(stateSchema, repository);
  const branch = (ref: typeof state.xBase): BranchState | undefined =>
    ref?.target === undefined || ref.target === null ? undefined : branchOf(ref.target, names);
  return {
    repositoryId: state.xId,
    base: branch(state.xBase),
    copy: branch(state.xCopy),
    ledger: branch(state.xNewest),
    pulls: state.xPulls,
  };
}

/** The folders of all published paths, read whole: a table in a hundred buckets is one folder. Root files by themselves. */
function placesOf({ ledgerPath, dataPaths }: CopyNames): readonly string[] {
  const folders = dataPaths.map((path) => path.replace(/\/[^/]*$/, ""));
  return [...new Set([ledgerPath, ...folders])];
}

function branchOf(target: Readonly<Record<string, unknown>>, names: CopyNames): BranchState {
  const commit = parse(commitSchema, target);
  const entries = new Map<string, { readonly mode: string; readonly oid: string }>();
  for (const [index, path] of placesOf(names).entries()) {
    const place = parse(placeSchema, target[`xPlace${index}`]);
    if (place === null || place === undefined) continue;
    entries.set(path, { mode: modeOf(place.mode), oid: place.oid });
    for (const { name, mode, oid } of place.object?.entries ?? [])
      entries.set(`${path}/${name}`, { mode: modeOf(mode), oid });
  }
  return {
    tip: commit.oid,
    tree: commit.tree.oid,
    parents: commit.parents.nodes.flatMap((parent) => (parent ? [parent.oid] : [])),
    entries,
  };
}
