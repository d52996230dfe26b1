// Folders by their id, read two levels at a time, and what lies below one at any depth (section 6). Small contents ride
// along, so that an ordinary reading of the ledger takes one query less.

import { LedgerError } from "../../core/failure/errors.ts";
import type { TreeEntry } from "../../ports/ledger-store.ts";
import { batchesOf, type Blobs, textBytesMax, type WantedBlob } from "./blobs.ts";
import type { GithubClient } from "./client.ts";
import { readObjects } from "./git-objects.ts";
import { fileMode, type TreeItem, treeMode } from "./object-id.ts";
import type { Patience } from "./patience.ts";
import { readError } from "./read-error.ts";
import type { Folder, Trees } from "./trees.ts";

export interface Folders {
  itemsOf(tree: TreeItem): Promise<Folder>;
  /** Files below a folder at a path, at any depth, sorted by path; `skipped` paths are left out. */
  list(
    root: TreeItem,
    path: string,
    options: { readonly skipped: ReadonlySet<string>; readonly withContents: boolean },
  ): Promise<readonly TreeEntry[]>;
}

export interface FoldersOptions {
  readonly client: GithubClient;
  readonly patience: Patience;
  readonly trees: Trees;
  readonly blobs: Blobs;
}

/** Folders in one query, and levels of folders that a list descends by twos. */
const treesMax = 100;
const roundsMax = 20;

/** Small files that an ordinary read of the ledger takes. */
const ridingEnd = ".json";

export function openFolders(options: FoldersOptions): Folders {
  const { trees, blobs } = options;
  return {
    itemsOf: async (tree) => {
      if (!trees.has(tree.oid)) await readTrees(options, [tree.oid], []);
      return trees.get(tree.oid) ?? new Map<string, TreeItem>();
    },
    list: async (root, path, { skipped, withContents }) => {
      for (let round = 0; round < roundsMax; round += 1) {
        const { entries, unread } = walk(trees, root, path, skipped);
        if (unread.length === 0)
          return entries.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
        const riding = withContents ? entries.filter((entry) => mayRide(blobs, entry)) : [];
        await readTrees(options, unread, riding);
      }
      const what = path === "" ? "the repository" : path;
      throw new LedgerError(
        `${what} on GitHub: expected folders at most ${2 * roundsMax} deep, found deeper ones; remove them`,
      );
    },
  };
}

/** Reads folders into `trees`; what rides along is only worth one try. */
async function readTrees(
  { client, patience, trees, blobs }: FoldersOptions,
  oids: readonly string[],
  riding: readonly WantedBlob[],
): Promise<void> {
  for (let from = 0; from < oids.length; from += treesMax) {
    const wanted = { trees: oids.slice(from, from + treesMax), blobs: [] };
    const first = from === 0 ? (batchesOf(riding)[0] ?? []).map(({ oid }) => oid) : [];
    const until = patience.until();
    const call = { until, isRead: first.length === 0 };
    let answer = await readObjects(client, { ...wanted, blobs: first }, trees, call);
    if (!answer.ok && first.length > 0)
      answer = await readObjects(client, wanted, trees, { until, isRead: true });
    if (!answer.ok) throw readError("folders of the ledger", answer.error);
    for (const [oid, content] of answer.data.blobs) blobs.keep(oid, content);
    const missing = wanted.trees.find((oid) => !trees.has(oid));
    if (missing !== undefined)
      throw new LedgerError(`tree ${missing} on GitHub: expected a folder, found none; run again`);
  }
}

function mayRide(blobs: Blobs, { path, mode, oid, bytes }: TreeEntry): boolean {
  if (mode !== fileMode || !path.endsWith(ridingEnd)) return false;
  return bytes <= textBytesMax && blobs.get(oid) === undefined;
}

/** All that is known below a folder, and the folders that were never read. */
function walk(
  trees: Trees,
  folder: TreeItem,
  path: string,
  skipped: ReadonlySet<string>,
): { readonly entries: readonly TreeEntry[]; readonly unread: readonly string[] } {
  const items = trees.get(folder.oid);
  if (items === undefined) return { entries: [], unread: [folder.oid] };
  const entries: TreeEntry[] = [];
  const unread: string[] = [];
  for (const { name, mode, oid, bytes } of items.values()) {
    const own = path === "" ? name : `${path}/${name}`;
    if (mode !== treeMode) entries.push({ path: own, mode, oid, bytes });
    else if (!skipped.has(own)) {
      const below = walk(trees, { name, mode, oid, bytes }, own, skipped);
      for (const entry of below.entries) entries.push(entry);
      for (const id of below.unread) unread.push(id);
    }
  }
  return { entries, unread: [...new Set(unread)] };
}
