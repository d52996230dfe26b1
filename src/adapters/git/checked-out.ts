// Keeps index and files of a checked-out ledger branch equal to its tip (contract 7, G37). A path follows only where
// it still is what an earlier tip had; what a person changed or staged is left alone, and named before a claim.

import { existsSync } from "node:fs";
import { lstat, readlink, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { LedgerError } from "../../core/failure/errors.ts";
import { blobIdOf } from "./blob-id.ts";
import { git, gitLine, gitOutput, quoteGit, splitNul } from "./git-command.ts";
import type { Move } from "./journal.ts";
import type { Repository } from "./repository.ts";
import { absent, changedPaths, indexStates, type PathState, statesAt } from "./tree-diff.ts";

export interface WorkTree {
  readonly folder: string;
  /** Its own git folder, where its index is. */
  readonly gitFolder: string;
}

/** How long another git process may hold the index before it is left for the next start. */
const lockWaitMs = 2000;
const lockPollMs = 50;

/** The work trees that have the branch checked out: usually one or none. */
export async function workTreesOf(
  repository: Repository,
  ref: string,
): Promise<readonly WorkTree[]> {
  const listing = await gitOutput(repository.folder, ["worktree", "list", "--porcelain"]);
  const trees: WorkTree[] = [];
  for (const block of listing.toString("utf8").split("\n\n")) {
    const lines = block.split("\n");
    const folder = lines[0]?.replace(/^worktree /, "");
    if (folder === undefined || !lines.includes(`branch ${ref}`) || !existsSync(folder)) continue;
    if (lines.includes("bare")) continue;
    trees.push({ folder, gitFolder: await gitLine(folder, ["rev-parse", "--absolute-git-dir"]) });
  }
  return trees;
}

/** Paths below the folders whose index entry or file is not what the checked-out tip has, sorted. */
export async function differingPaths(
  tree: WorkTree,
  folders: readonly string[],
): Promise<readonly string[]> {
  if (folders.length === 0) return [];
  const args = ["status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--"];
  const fields = splitNul(await gitOutput(tree.folder, [...args, ...folders]));
  // Notes that a person keeps beside the records are nobody's business; a file that a record could be written over is.
  return fields
    .filter((field) => !field.startsWith("??") || /\.(?:json|jsonl|ndjson|csv)$/.test(field))
    .map((field) => field.slice(3))
    .toSorted();
}

/** Whether a work tree can go from one tip to another without touching what a person changed. */
export async function canFollow(
  repository: Repository,
  tree: WorkTree,
  move: Move,
): Promise<boolean> {
  const changed = await changedPaths(repository, move.from, move.to);
  const found = await findStates(repository, tree, [...changed.keys()]);
  return [...changed].every(([path, [from, to]]) => {
    const { index, file } = found.get(path) ?? unseen;
    return [from, to].includes(index) && (file === undefined || sameContent([from, to], file));
  });
}

/** Brings every path of the moves to the state it has at the tip; false when the index stayed locked. */
export async function bringForward(
  repository: Repository,
  tree: WorkTree,
  tip: string,
  moves: readonly Move[],
): Promise<boolean> {
  const known = await knownStates(repository, moves);
  const paths = [...known.keys()];
  const target = await statesAt(repository, tip, paths);
  const found = await findStates(repository, tree, paths);
  const stage: [path: string, state: PathState][] = [];
  const write: string[] = [];
  const remove: string[] = [];
  for (const path of paths) {
    const wanted = target.get(path) ?? absent;
    const states = [wanted, ...(known.get(path) ?? [])];
    const { index, file, skipped } = found.get(path) ?? unseen;
    if (!states.includes(index) || (file !== undefined && !sameContent(states, file))) continue;
    if (index !== wanted) stage.push([path, wanted]);
    if (skipped || file === undefined || sameContent([wanted], file)) continue;
    (wanted === absent ? remove : write).push(path);
  }
  if (!(await stageStates(repository, tree, stage, found))) return false;
  for (const path of remove) await removeFile(tree.folder, path);
  return writeFiles(tree, write);
}

interface Found {
  readonly index: PathState;
  /** Undefined where no file is expected: outside of a sparse checkout, or a submodule. */
  readonly file: PathState | undefined;
  readonly skipped: boolean;
}

const unseen: Found = { index: absent, file: absent, skipped: false };

async function knownStates(
  repository: Repository,
  moves: readonly Move[],
): Promise<ReadonlyMap<string, readonly PathState[]>> {
  const known = new Map<string, PathState[]>();
  for (const move of moves) {
    // A tip that a forced push or a prune took away says nothing about the files any more.
    const args = ["cat-file", "-e", `${move.to}^{commit}`];
    if ((await git(repository.folder, args)).code !== 0) continue;
    for (const [path, states] of await changedPaths(repository, move.from, move.to))
      known.set(path, [...(known.get(path) ?? []), ...states]);
  }
  return known;
}

async function findStates(
  repository: Repository,
  tree: WorkTree,
  paths: readonly string[],
): Promise<ReadonlyMap<string, Found>> {
  const { states, skipped } = await indexStates(tree.folder, paths);
  const files = await fileStates(repository, tree, paths);
  return new Map(
    paths.map((path) => {
      const index = states.get(path) ?? absent;
      const expected = !skipped.has(path) && !index.startsWith("160000");
      const file = expected ? (files.get(path) ?? absent) : undefined;
      return [path, { index, file, skipped: skipped.has(path) }];
    }),
  );
}

async function fileStates(
  repository: Repository,
  tree: WorkTree,
  paths: readonly string[],
): Promise<ReadonlyMap<string, PathState>> {
  const files = new Map<string, PathState>();
  const regular: string[] = [];
  for (const path of paths) {
    const stat = await lstat(join(tree.folder, path)).catch(() => undefined);
    if (stat === undefined) continue;
    if (stat.isSymbolicLink())
      files.set(
        path,
        `120000 ${blobIdOf(repository.hash, await readlink(join(tree.folder, path)))}`,
      );
    else if (stat.isFile() && !path.includes("\n")) regular.push(path);
    else files.set(path, "other");
  }
  if (regular.length === 0) return files;
  // By git, since filters and line ends of the work tree are its own business.
  const input = regular.map((path) => `${path}\n`).join("");
  const ids = await gitOutput(tree.folder, ["hash-object", "--stdin-paths"], { input });
  for (const [index, id] of ids.toString("utf8").trim().split("\n").entries())
    files.set(regular[index] ?? "", `100644 ${id}`);
  return files;
}

// The executable bit is not compared: not every file system keeps it.
function sameContent(states: readonly PathState[], file: PathState): boolean {
  return states.some((state) => state.replace(/^100755 /, "100644 ") === file);
}

async function stageStates(
  repository: Repository,
  tree: WorkTree,
  stage: readonly (readonly [path: string, state: PathState])[],
  found: ReadonlyMap<string, Found>,
): Promise<boolean> {
  if (stage.length === 0) return true;
  const zeros = "0".repeat(repository.hash === "sha1" ? 40 : 64);
  // Removals first, so that a file may take the place of a folder and the other way round.
  const removals = stage.filter(([, state]) => state === absent);
  const entries = stage.filter(([, state]) => state !== absent);
  const input = [
    ...removals.map(([path]) => `0 ${zeros}\t${path}\0`),
    ...entries.map(([path, state]) => `${state}\t${path}\0`),
  ].join("");
  if (!(await onIndex(tree, ["update-index", "-z", "--index-info"], input))) return false;
  const skipped = entries.filter(([path]) => found.get(path)?.skipped === true);
  if (skipped.length === 0) return true;
  const names = skipped.map(([path]) => `${path}\0`).join("");
  return onIndex(tree, ["update-index", "-z", "--skip-worktree", "--stdin"], names);
}

async function writeFiles(tree: WorkTree, paths: readonly string[]): Promise<boolean> {
  if (paths.length === 0) return true;
  const input = paths.map((path) => `${path}\0`).join("");
  return onIndex(tree, ["checkout-index", "-f", "-u", "-q", "-z", "--stdin"], input);
}

/** Runs a command that writes the index, waiting a bounded time for another git process that holds it. */
async function onIndex(tree: WorkTree, args: readonly string[], input: string): Promise<boolean> {
  for (let waited = 0; ; waited += lockPollMs) {
    const answer = await git(tree.folder, args, { input });
    if (answer.code === 0) return true;
    if (!existsSync(join(tree.gitFolder, "index.lock")) && waited > 0)
      throw new LedgerError(
        `work tree: expected git to write the index, found exit code ${answer.code} (${quoteGit(answer.stderr)})`,
      );
    if (waited >= lockWaitMs) return false;
    await sleep(lockPollMs);
  }
}

async function removeFile(folder: string, path: string): Promise<void> {
  await rm(join(folder, path), { force: true });
  // Git keeps no empty folders; rmdir fails at the first that is not empty.
  for (let parent = dirname(path); parent !== "."; parent = dirname(parent)) {
    const gone = await rmdir(join(folder, parent)).then(
      () => true,
      () => false,
    );
    if (!gone) return;
  }
}
