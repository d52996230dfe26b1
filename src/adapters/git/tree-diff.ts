// Which paths differ between two trees, and what git knows of them before and after. Reads only.

import { createHash } from "node:crypto";

import { gitOutput, splitNul } from "./git-command.ts";
import type { Repository } from "./repository.ts";

/** A path's entry in a tree or index as `<mode> <object id>`; `absent` when there is none. */
export type PathState = string;
export const absent: PathState = "absent";

/** What stands for the tip of a branch that has no commit yet. */
export const unbornTip: string = "0".repeat(40);

/** Paths per call of git; keeps argument lists far below the limits of every system. */
const pathsMax = 500;

/** The id of a tip's tree for commands that need one; the empty tree for an unborn branch. */
function treeish(repository: Repository, tip: string): string {
  return tip === unbornTip
    ? createHash(repository.hash).update("tree 0\0").digest("hex")
    : `${tip}^{tree}`;
}

/** Every path that differs between two tips, with its state in both. */
export async function changedPaths(
  repository: Repository,
  from: string,
  to: string,
): Promise<ReadonlyMap<string, readonly [from: PathState, to: PathState]>> {
  const [a, b] = [treeish(repository, from), treeish(repository, to)];
  const fields = splitNul(
    await gitOutput(repository.folder, [
      "diff-tree",
      "-r",
      "-z",
      "--raw",
      "--no-renames",
      "--no-abbrev",
      a,
      b,
    ]),
  );
  const changed = new Map<string, readonly [PathState, PathState]>();
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const [fromMode, toMode, fromId, toId] = (fields[index] ?? "").slice(1).split(" ");
    changed.set(fields[index + 1] ?? "", [stateOf(fromMode, fromId), stateOf(toMode, toId)]);
  }
  return changed;
}

/** The states of paths in a tip. */
export async function statesAt(
  repository: Repository,
  tip: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, PathState>> {
  const states = new Map<string, PathState>(paths.map((path) => [path, absent]));
  for (let index = 0; index < paths.length; index += pathsMax) {
    const part = paths.slice(index, index + pathsMax);
    const args = ["ls-tree", "-z", "--full-tree", treeish(repository, tip), "--", ...part];
    for (const line of splitNul(await gitOutput(repository.folder, args))) {
      const [mode, , id] = line.slice(0, line.indexOf("\t")).split(" ");
      const path = line.slice(line.indexOf("\t") + 1);
      if (states.has(path) && mode !== "040000") states.set(path, stateOf(mode, id));
    }
  }
  return states;
}

/** The states of paths in the index of a work tree; `skipped` ones are outside of a sparse checkout. */
export async function indexStates(
  folder: string,
  paths: readonly string[],
): Promise<{ readonly states: ReadonlyMap<string, PathState>; readonly skipped: Set<string> }> {
  const states = new Map<string, PathState>(paths.map((path) => [path, absent]));
  const skipped = new Set<string>();
  for (let index = 0; index < paths.length; index += pathsMax) {
    const part = paths.slice(index, index + pathsMax);
    const output = await gitOutput(folder, ["ls-files", "-t", "-s", "-z", "--", ...part]);
    for (const line of splitNul(output)) {
      const [tag, mode, id, stage] = line.slice(0, line.indexOf("\t")).split(" ");
      const path = line.slice(line.indexOf("\t") + 1);
      if (!states.has(path)) continue;
      states.set(path, stage === "0" ? stateOf(mode, id) : "unmerged");
      if (tag === "S") skipped.add(path);
    }
  }
  return { states, skipped };
}

function stateOf(mode: string | undefined, id: string | undefined): PathState {
  return mode === undefined || mode === "000000" ? absent : `${mode} ${id}`;
}
