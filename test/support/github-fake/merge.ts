// Merges as a person makes them on the page of a pull request, with real trees and commits.

import type { BareRepository, Person, Signature } from "./bare-repository.ts";
import { github } from "./people.ts";

export interface MergeHost {
  readonly repository: BareRepository;
  sign(who: Person): Signature;
}

/** Throws when there is a conflict: the page offers no button then. */
export function mergedTree(repository: BareRepository, ours: string, theirs: string): string {
  return repository.git("merge-tree", "--write-tree", ours, theirs).split("\n")[0] ?? "";
}

/** Every commit of `head` again on top of `base`; the last one. */
export async function rebase(world: MergeHost, base: string, head: string): Promise<string> {
  const { repository } = world;
  let onto = base;
  const oids = repository
    .git("rev-list", "--reverse", "--no-merges", `${base}..${head}`)
    .split("\n");
  for (const oid of oids) {
    const picked = await repository.commit(oid);
    if (picked === undefined) throw new Error(`${oid} is no commit`);
    const tree = await pick(world, onto, picked.tree, picked.parents[0]);
    onto = repository.writeCommit({
      ...picked,
      tree,
      parents: [onto],
      committer: world.sign(github),
    });
  }
  return onto;
}

/** One cherry-pick: git of this age takes no merge base, so three commits are made that have the right one. */
async function pick(
  world: MergeHost,
  onto: string,
  tree: string,
  parent: string | undefined,
): Promise<string> {
  const { repository } = world;
  const signature = world.sign(github);
  const commit = (of: string, parents: readonly string[]) =>
    repository.writeCommit({
      tree: of,
      parents,
      author: signature,
      committer: signature,
      message: "merge base",
    });
  const before = parent === undefined ? undefined : await repository.commit(parent);
  const target = await repository.commit(onto);
  const common = commit(before?.tree ?? repository.writeTree([]), []);
  return mergedTree(repository, commit(target?.tree ?? "", [common]), commit(tree, [common]));
}
