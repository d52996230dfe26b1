// Files at the tips that a run has read or made: what stands where, as far as it is known, and the requests for what is
// not (section 6). A tip that we made ourselves costs none.

import { LedgerError } from "../../core/failure/errors.ts";
import type { Clock } from "../../ports/clock.ts";
import type { FileChange, Tip, TreeEntry } from "../../ports/ledger-store.ts";
import { batchesOf, openBlobs, type Blobs, type WantedBlob } from "./blobs.ts";
import type { GithubClient } from "./client.ts";
import { readObjects } from "./git-objects.ts";
import { blobIdOf, fileMode, type TreeItem, treeMode } from "./object-id.ts";
import { askFor, askForRoot } from "./path-query.ts";
import { readError, readPatienceMs } from "./read-error.ts";
import { changeItem, type Folder, type NewFile, type Trees } from "./trees.ts";

export interface SnapshotOptions {
  readonly client: GithubClient;
  readonly clock: Clock;
  readonly ledgerPath: string;
  /** Names in the ledger folder that lists leave out. */
  readonly skip: readonly string[];
}

export interface Snapshots {
  readonly trees: Trees;
  readonly blobs: Blobs;
  /** What a Tip query found at some paths. */
  note(tip: Tip, known: ReadonlyMap<string, TreeItem | undefined>): void;
  /** What our own commit made of the tip it was made on. */
  derive(from: Tip, to: Tip, changes: readonly FileChange[]): void;
  /** The tree of a commit's root, where an answer told it. */
  noteRoot(tip: Tip, root: string): void;
  rootOf(tip: Tip): Promise<string>;
  locate(tip: Tip, path: string): Promise<TreeItem | undefined>;
  itemsOf(tree: TreeItem): Promise<Folder>;
  list(tip: Tip, folder: string): Promise<readonly TreeEntry[]>;
  read(tip: Tip, paths: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>;
}

type Known = Map<string, TreeItem | undefined>;

/** Folders in one query, and levels of folders that a list descends by twos. */
const treesMax = 100;
const roundsMax = 20;

/** Small files that an ordinary read of the ledger takes; they ride along with a query for folders. */
const ridingEnd = ".json";

const executableMode = "100755";

export function openSnapshots(options: SnapshotOptions): Snapshots {
  const { client, clock, ledgerPath } = options;
  const trees: Trees = new Map();
  const blobs = openBlobs(client, clock);
  const tips = new Map<Tip, Known>();
  const roots = new Map<Tip, string>();
  const skipped = new Set(options.skip.map((name) => `${ledgerPath}/${name}`));
  const patience = (): number => clock.mono() + readPatienceMs;

  async function readTrees(oids: readonly string[], riding: readonly WantedBlob[]): Promise<void> {
    for (let from = 0; from < oids.length; from += treesMax) {
      const wanted = oids.slice(from, from + treesMax);
      const first = from === 0 ? (batchesOf(riding)[0] ?? []) : [];
      const ids = first.map(({ oid }) => oid);
      const call = { until: patience(), isRead: ids.length === 0 };
      let answer = await readObjects(client, { trees: wanted, blobs: ids }, trees, call);
      if (!answer.ok && ids.length > 0)
        answer = await readObjects(client, { trees: wanted, blobs: [] }, trees, {
          until: patience(),
          isRead: true,
        });
      if (!answer.ok) throw readError("folders of the ledger", answer.error);
      for (const [oid, content] of answer.data.blobs) blobs.keep(oid, content);
      const missing = wanted.find((oid) => !trees.has(oid));
      if (missing !== undefined)
        throw new LedgerError(
          `tree ${missing} on GitHub: expected a folder, found none; run again`,
        );
    }
  }

  function knownAt(tip: Tip): Known {
    const known = tips.get(tip) ?? new Map<string, TreeItem | undefined>();
    tips.set(tip, known);
    return known;
  }

  async function itemsOf(tree: TreeItem): Promise<Folder> {
    if (!trees.has(tree.oid)) await readTrees([tree.oid], []);
    return trees.get(tree.oid) ?? new Map<string, TreeItem>();
  }

  async function locate(tip: Tip, path: string): Promise<TreeItem | undefined> {
    const known = knownAt(tip);
    const from = [path, ...foldersAbove(path)].find((above) => known.has(above));
    if (from === undefined) known.set(path, await askFor(options, trees, tip, path));
    const start = from ?? path;
    let item = known.get(start);
    const rest = start === path ? "" : start === "" ? path : path.slice(start.length + 1);
    for (const name of rest === "" ? [] : rest.split("/")) {
      if (item?.mode !== treeMode) return undefined;
      item = (await itemsOf(item)).get(name);
    }
    return item;
  }

  async function list(tip: Tip, folder: string): Promise<readonly TreeEntry[]> {
    const root = await locate(tip, folder);
    if (root?.mode !== treeMode) return [];
    for (let round = 0; round < roundsMax; round += 1) {
      const { entries, unread } = walk(trees, root, folder, skipped);
      if (unread.length === 0)
        return entries.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
      const riding = folder === ledgerPath ? entries.filter(mayRide) : [];
      await readTrees(
        unread,
        riding.filter(({ oid }) => blobs.get(oid) === undefined),
      );
    }
    throw new LedgerError(
      `${folder === "" ? "the repository" : folder} on GitHub: expected folders at most ${2 * roundsMax} deep, found deeper ones; remove them`,
    );
  }

  return {
    trees,
    blobs,
    itemsOf,
    locate,
    list,
    note: (tip, known) => {
      const before = knownAt(tip);
      for (const [path, item] of known) before.set(path, item);
    },
    noteRoot: (tip, root) => {
      roots.set(tip, root);
    },
    rootOf: async (tip) => {
      const root = roots.get(tip) ?? (await askForRoot(options, tip));
      roots.set(tip, root);
      return root;
    },
    derive: (from, to, changes) => {
      const files = new Map(changes.map((change) => [change.path, newFile(blobs, change)]));
      tips.set(to, deriveKnown(trees, knownAt(from), files));
    },
    read: async (tip, paths) => {
      const wanted = new Map<string, WantedBlob>();
      for (const path of paths) {
        const item = await locate(tip, path);
        if (item?.mode === fileMode || item?.mode === executableMode) wanted.set(path, item);
      }
      const read = await blobs.read([...wanted.values()]);
      const files = new Map<string, Uint8Array>();
      for (const [path, { oid }] of wanted) {
        const content = read.get(oid);
        if (content !== undefined) files.set(path, content);
      }
      return files;
    },
  };
}

// From the nearest to the repository's root.
function foldersAbove(path: string): readonly string[] {
  if (path === "") return [];
  const names = path.split("/");
  return names.map((_, index) => names.slice(0, names.length - 1 - index).join("/"));
}

function mayRide({ path, mode }: TreeEntry): boolean {
  return mode === fileMode && path.endsWith(ridingEnd);
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

function newFile(blobs: Blobs, { content }: FileChange): NewFile {
  if (content === undefined) return undefined;
  const bytes = Buffer.from(content, "utf8");
  const oid = blobIdOf(bytes);
  blobs.keep(oid, bytes);
  return { oid, bytes: bytes.length };
}

// What is known of the next commit. A folder that was never read is asked for when somebody wants it.
function deriveKnown(trees: Trees, known: Known, changes: ReadonlyMap<string, NewFile>): Known {
  const next: Known = new Map();
  for (const [path, item] of known) {
    const below = path === "" ? "" : `${path}/`;
    const own = new Map<string, NewFile>();
    for (const [changed, file] of changes)
      if (changed === path) own.set("", file);
      else if (changed.startsWith(below)) own.set(changed.slice(below.length), file);
    const changed = own.size === 0 ? item : changeItem(trees, item, nameOf(path), own);
    if (changed !== "unknown") next.set(path, changed);
  }
  return next;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
