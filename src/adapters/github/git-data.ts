// A large commit through the Git Data API (section 9, G7): contents, folders, the commit, and last the branch, which is
// the compare-and-swap. Thousands of removals cost a few calls: a folder that loses many files is written anew from
// what is left in it. Nothing is visible before the branch moves, so all but that may be sent twice.

import { object, string } from "valibot";

import type { CommitRequest, FileChange, Tip } from "../../ports/ledger-store.ts";
import type { GithubAnswer, GithubClient } from "./client.ts";
import { fileMode, type TreeItem, treeMode } from "./object-id.ts";
import { parsedAnswer } from "./parsed-answer.ts";
import type { Snapshots } from "./snapshots.ts";
import { byFirstName } from "./trees.ts";

export interface GitDataOptions {
  readonly client: GithubClient;
  readonly snapshots: Snapshots;
  /** Name of the ledger branch. */
  readonly name: string;
  readonly ledgerPath: string;
}

/** A commit and the tree of its root. */
export interface MadeCommit {
  readonly oid: string;
  readonly root: string;
}

/** More removals than this are not listed one by one. */
const removalsMax = 100;

/** Contents that go inside the tree that names them, in all and each. */
const inlineBytesMax = 4_000_000;
const inlineFileBytesMax = 256 * 1024;

/** An item of a tree as GitHub takes it; `sha: null` removes. */
type WrittenItem = Readonly<Record<"path" | "mode" | "type", string>> &
  ({ readonly sha: string | null } | { readonly content: string });

class Refusal extends Error {
  readonly answer: Extract<GithubAnswer<unknown>, { ok: false }>;
  constructor(answer: Extract<GithubAnswer<unknown>, { ok: false }>) {
    super(answer.error.message);
    this.answer = answer;
  }
}

/** Makes the commit and moves the branch. What is made already is not made again. */
export function sendGitData(
  options: GitDataOptions,
  request: CommitRequest,
): () => Promise<GithubAnswer<MadeCommit>> {
  let made: MadeCommit | undefined;
  return async () => {
    try {
      made ??= await makeCommit(options, request);
    } catch (error) {
      if (error instanceof Refusal) return error.answer;
      throw error;
    }
    const { client, name } = options;
    // A fast-forward is a compare-and-swap only because the parent is the tip that was read.
    const moved = await client.rest(
      "PATCH /repos/{owner}/{repo}/git/refs/{ref}",
      { ref: `heads/${name}`, sha: made.oid, force: false },
      { until: request.until, isRead: false },
    );
    return moved.ok ? { ok: true, data: made } : moved;
  };
}

async function makeCommit(options: GitDataOptions, request: CommitRequest): Promise<MadeCommit> {
  const { snapshots } = options;
  const writer = openWriter(options.client, request.until);
  const base = await snapshots.rootOf(request.expected);
  const root = await writer.tree(await rootItems(options, request, writer), base);
  const oid = await writer.commit(request.message, root, request.expected);
  return { oid, root };
}

async function rootItems(
  { snapshots, ledgerPath }: GitDataOptions,
  { expected, changes }: CommitRequest,
  writer: Writer,
): Promise<readonly WrittenItem[]> {
  const removals = changes.filter(({ content }) => content === undefined).length;
  const below = `${ledgerPath}/`;
  const items: WrittenItem[] = [];
  const folders = new Map<string, FileChange>();
  for (const change of changes) {
    // Only folders in the ledger folder are ever emptied by the thousand.
    const isFolded = removals > removalsMax && change.path.slice(below.length).includes("/");
    if (isFolded && change.path.startsWith(below))
      folders.set(change.path.slice(below.length), change);
    else items.push(await writer.file(change.path, change));
  }
  for (const [name, own] of byFirstName(folders)) {
    const path = below + name;
    const tree = await rebuild(snapshots, writer, await snapshots.locate(expected, path), own);
    items.push({ path, mode: treeMode, type: "tree", sha: tree ?? null });
  }
  return items;
}

/** The id of a folder written anew from what is left in it; undefined when nothing is. */
async function rebuild(
  snapshots: Snapshots,
  writer: Writer,
  folder: TreeItem | undefined,
  changes: ReadonlyMap<string, FileChange>,
): Promise<string | undefined> {
  const before = folder?.mode === treeMode ? await snapshots.itemsOf(folder) : undefined;
  const items = new Map<string, WrittenItem>();
  for (const { name, mode, oid } of before?.values() ?? [])
    items.set(name, { path: name, mode, type: typeOf(mode), sha: oid });
  for (const [name, own] of byFirstName(changes)) {
    const file = own.get("");
    items.delete(name);
    if (file !== undefined) {
      if (file.content !== undefined) items.set(name, await writer.file(name, file));
      continue;
    }
    const sha = await rebuild(snapshots, writer, before?.get(name), own);
    if (sha !== undefined) items.set(name, { path: name, mode: treeMode, type: "tree", sha });
  }
  return items.size === 0 ? undefined : await writer.tree([...items.values()], undefined);
}

function typeOf(mode: string): string {
  if (mode === treeMode) return "tree";
  return mode === "160000" ? "commit" : "blob";
}

interface Writer {
  /** A file as an item of a tree; large contents are written first. */
  file(path: string, change: FileChange): Promise<WrittenItem>;
  tree(items: readonly WrittenItem[], base: string | undefined): Promise<string>;
  commit(message: string, tree: string, parent: Tip): Promise<string>;
}

const shaSchema = object({ sha: string() });

function openWriter(client: GithubClient, until: number): Writer {
  let inlineBytes = 0;

  async function post(what: string, body: Readonly<Record<string, unknown>>): Promise<string> {
    const route = `POST /repos/{owner}/{repo}/git/${what}`;
    const sent = await client.rest(route, body, { until, isRead: true });
    const answer = parsedAnswer(sent, `a ${what} object`, shaSchema);
    if (!answer.ok) throw new Refusal(answer);
    return answer.data.sha;
  }

  return {
    file: async (path, { content }) => {
      const item = { path, mode: fileMode, type: "blob" };
      if (content === undefined) return { ...item, sha: null };
      const bytes = Buffer.byteLength(content);
      if (bytes <= inlineFileBytesMax && inlineBytes + bytes <= inlineBytesMax) {
        inlineBytes += bytes;
        return { ...item, content };
      }
      const encoded = Buffer.from(content, "utf8").toString("base64");
      return { ...item, sha: await post("blobs", { content: encoded, encoding: "base64" }) };
    },
    tree: (items, base) =>
      post("trees", { tree: items, ...(base === undefined ? {} : { base_tree: base }) }),
    // Without an author: then GitHub signs it.
    commit: (message, tree, parent) => post("commits", { message, tree, parents: [parent] }),
  };
}
