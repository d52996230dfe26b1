// Files at the tips that a run has read or made: what stands where, as far as it is known, and the requests for what is
// not (section 6). A tip that we made ourselves costs none.

import { LedgerError } from "../../core/failure/errors.ts";
import type { FileChange, Tip, TreeEntry } from "../../ports/ledger-store.ts";
import { type Blobs, openBlobs, type WantedBlob } from "./blobs.ts";
import type { GithubClient } from "./client.ts";
import { type Folders, openFolders } from "./folders.ts";
import { blobIdOf, fileMode, type TreeItem, treeMode } from "./object-id.ts";
import { askFor, askForRoot } from "./path-query.ts";
import type { Patience } from "./patience.ts";
import { changeItem, type Folder, type NewFile, type Trees } from "./trees.ts";

export interface SnapshotOptions {
  readonly client: GithubClient;
  readonly patience: Patience;
  readonly ledgerPath: string;
  /** Names in the ledger folder that lists leave out. */
  readonly skip: readonly string[];
}

export interface Snapshots {
  readonly trees: Trees;
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

const executableMode = "100755";

/** What the functions below share. */
interface Opened extends SnapshotOptions {
  readonly trees: Trees;
  readonly blobs: Blobs;
  readonly folders: Folders;
  /** What stands at paths of a tip, and the tree of its root. */
  readonly tips: Map<Tip, Known>;
  readonly roots: Map<Tip, string>;
}

export function openSnapshots(options: SnapshotOptions): Snapshots {
  const { client, patience, ledgerPath } = options;
  const trees: Trees = new Map();
  const blobs = openBlobs(client, patience);
  const folders = openFolders({ client, patience, trees, blobs });
  const opened: Opened = {
    ...options,
    trees,
    blobs,
    folders,
    tips: new Map<Tip, Known>(),
    roots: new Map<Tip, string>(),
  };
  const skipped = new Set(options.skip.map((name) => `${ledgerPath}/${name}`));
  return {
    trees,
    note: (tip, known) => {
      const before = knownAt(opened, tip);
      for (const [path, item] of known) before.set(path, item);
    },
    noteRoot: (tip, root) => {
      opened.roots.set(tip, root);
    },
    rootOf: async (tip) => {
      const root = opened.roots.get(tip) ?? (await askForRoot(options, tip));
      opened.roots.set(tip, root);
      return root;
    },
    derive: (from, to, changes) => {
      const files = new Map(changes.map((change) => [change.path, newFile(blobs, change)]));
      opened.tips.set(to, deriveKnown(trees, knownAt(opened, from), files));
    },
    locate: (tip, path) => locate(opened, tip, path),
    itemsOf: (tree) => folders.itemsOf(tree),
    list: async (tip, folder) => {
      const root = await locate(opened, tip, folder);
      // Taken for an empty ledger it would be written over.
      if (root !== undefined && root.mode !== treeMode && folder === ledgerPath)
        throw new LedgerError(
          `${folder} on GitHub: expected a folder, found an entry of mode ${root.mode}; remove it, or set ledger.path to a folder`,
        );
      if (root?.mode !== treeMode) return [];
      return await folders.list(root, folder, { skipped, withContents: folder === ledgerPath });
    },
    read: (tip, paths) => readFiles(opened, tip, paths),
  };
}

function knownAt({ tips }: Opened, tip: Tip): Known {
  const known = tips.get(tip) ?? new Map<string, TreeItem | undefined>();
  tips.set(tip, known);
  return known;
}

async function locate(opened: Opened, tip: Tip, path: string): Promise<TreeItem | undefined> {
  const known = knownAt(opened, tip);
  const from = [path, ...foldersAbove(path)].find((above) => known.has(above));
  if (from === undefined) known.set(path, await askFor(opened, opened.trees, tip, path));
  const start = from ?? path;
  let item = known.get(start);
  const rest = start === path ? "" : start === "" ? path : path.slice(start.length + 1);
  for (const name of rest === "" ? [] : rest.split("/")) {
    if (item?.mode !== treeMode) return undefined;
    item = (await opened.folders.itemsOf(item)).get(name);
  }
  return item;
}

async function readFiles(
  opened: Opened,
  tip: Tip,
  paths: readonly string[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const wanted = new Map<string, WantedBlob>();
  for (const path of paths) {
    const item = await locate(opened, tip, path);
    if (item?.mode === fileMode || item?.mode === executableMode) wanted.set(path, item);
  }
  const read = await opened.blobs.read([...wanted.values()]);
  const files = new Map<string, Uint8Array>();
  for (const [path, { oid }] of wanted) {
    const content = read.get(oid);
    if (content !== undefined) files.set(path, content);
  }
  return files;
}

// From the nearest to the repository's root.
function foldersAbove(path: string): readonly string[] {
  if (path === "") return [];
  const names = path.split("/");
  return names.map((_, index) => names.slice(0, names.length - 1 - index).join("/"));
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
