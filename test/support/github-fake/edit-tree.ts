// A tree with some paths set or removed: what createCommitOnBranch and `POST /git/trees` come down to.

import type { BareRepository, TreeLine } from "./bare-repository.ts";

/** `undefined` removes; an entry puts an object there, a whole folder too. */
export type TreeEdits = ReadonlyMap<
  string,
  { readonly mode: string; readonly oid: string } | undefined
>;

/** The id of the edited tree; undefined when nothing is left in it. */
export async function editTree(
  repository: BareRepository,
  base: string | undefined,
  edits: TreeEdits,
): Promise<string | undefined> {
  const lines = new Map<string, TreeLine>();
  if (base !== undefined)
    for (const line of await repository.tree(base)) lines.set(line.name, line);
  const below = new Map<string, Map<string, { mode: string; oid: string } | undefined>>();
  for (const [path, edit] of edits) {
    const slash = path.indexOf("/");
    const name = slash < 0 ? path : path.slice(0, slash);
    if (slash >= 0) {
      const inner = below.get(name) ?? new Map();
      below.set(name, inner.set(path.slice(slash + 1), edit));
    } else if (edit === undefined) lines.delete(name);
    else lines.set(name, { name, ...edit });
  }
  for (const [name, inner] of below) {
    const there = lines.get(name);
    const folder = there?.mode === "40000" ? there.oid : undefined;
    const oid = await editTree(repository, folder, inner);
    if (oid === undefined) lines.delete(name);
    else lines.set(name, { name, mode: "40000", oid });
  }
  return lines.size === 0 ? undefined : repository.writeTree([...lines.values()]);
}
