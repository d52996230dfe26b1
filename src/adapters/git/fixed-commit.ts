// Port `ledger-store` over the one commit that is checked out, as `verify` needs it for a pull request: a detached merge
// commit in a shallow clone, without a branch and without a right to write (G33). It fetches nothing and commits nothing.

import { ConfigError } from "../../core/failure/errors.ts";
import type { LedgerStore, Tip } from "../../ports/ledger-store.ts";
import { blobIdOf } from "./blob-id.ts";
import { gitMaybe } from "./git-command.ts";
import { readHistory } from "./history.ts";
import { commitOf, findRepository, headCommit, type Repository } from "./repository.ts";
import { filesAt } from "./tree-files.ts";

export interface FixedCommitOptions {
  /** Any folder of the clone. */
  readonly root: string;
  /** Epoch milliseconds; a commit dated later counts as dated now. */
  readonly now: () => number;
}

/** The store of the commit at HEAD, whatever branch it belongs to. ConfigError when there is no clone or no commit. */
export async function openFixedCommit(options: FixedCommitOptions): Promise<LedgerStore> {
  const repository = await findRepository(options.root);
  const head = await headCommit(repository);
  if (head === undefined)
    throw new ConfigError([
      "ledger: expected a commit that is checked out, found none; check the repository out first",
    ]);
  const tip = head as Tip;
  return {
    open: async () => [],
    tip: async () => tip,
    files: (at) => filesAt(repository, at),
    commit: async () => ({
      kind: "refused",
      message: "a commit that is checked out is only looked at",
      remedy: "run on the ledger branch",
    }),
    claimHold: () => undefined,
    history: (at, query) => readHistory(repository, at, query, options.now),
    resolve: async (name) => await resolveIn(repository, name),
    blobId: (content) => blobIdOf(repository.hash, content),
  };
}

// Checkouts of Actions hold one commit unless asked for more, and "no such commit" would not tell anybody why.
async function resolveIn(repository: Repository, name: string): Promise<Tip | undefined> {
  const commit = await commitOf(repository, name);
  if (commit !== undefined) return commit as Tip;
  const isShallow = await gitMaybe(repository.folder, ["rev-parse", "--is-shallow-repository"]);
  if (isShallow !== "true") return undefined;
  throw new ConfigError([
    `base: expected the commit ${name.slice(0, 64)} in the clone, found a shallow clone without it; set fetch-depth: 2 at the checkout, for a merge group 0`,
  ]);
}

/** Whether no branch is checked out, so that only HEAD itself can be meant. */
export async function isDetached(root: string): Promise<boolean> {
  const repository = await findRepository(root);
  const branch = await gitMaybe(repository.folder, ["symbolic-ref", "-q", "HEAD"]);
  return branch === undefined;
}
