// Port `ledger-store` over a git repository on this machine: commits by plumbing, compare-and-swap by update-ref, and
// with an upstream by a push that has to be accepted. Serves claim, settle and commit; knows nothing of records.

import { invariant } from "../../core/failure/assert.ts";
import { ConfigError, LedgerError } from "../../core/failure/errors.ts";
import type { CommitAnswer, CommitRequest, LedgerStore, Tip } from "../../ports/ledger-store.ts";
import { blobIdOf } from "./blob-id.ts";
import { differingPaths, workTreesOf } from "./checked-out.ts";
import { writeCommit } from "./commit-object.ts";
import { git } from "./git-command.ts";
import { readHistory } from "./history.ts";
import { openLocalBranch } from "./local-branch.ts";
import {
  commitOf,
  findRepository,
  ledgerRef,
  type Repository,
  requireOwnBranch,
} from "./repository.ts";
import { unbornTip } from "./tree-diff.ts";
import { filesAt } from "./tree-files.ts";
import { fetchTip, pushCommit, upstreamOf } from "./upstream.ts";

export interface GitStoreOptions {
  /** Any folder of the repository. */
  readonly root: string;
  /** Undefined: the branch that is checked out. */
  readonly branch: string | undefined;
  /** False with `--no-push`. */
  readonly push: boolean;
  /** Of this run; names its files in the git folder. */
  readonly nonce: string;
  /** Epoch milliseconds; a commit dated later counts as dated now. */
  readonly now: () => number;
}

/** The store of a local repository's ledger branch. ConfigError when there is no repository, branch or way to push. */
export async function openGitStore(options: GitStoreOptions): Promise<LedgerStore> {
  const repository = await findRepository(options.root);
  const ref = await ledgerRef(repository, options.branch);
  const upstream = await upstreamOf(repository, ref);
  if (upstream !== undefined && !options.push)
    throw new ConfigError([
      "--no-push: expected a ledger branch without upstream, found one with; name another with --ledger-branch",
    ]);
  if (upstream === undefined) await requireOwnBranch(repository, ref);
  const local = openLocalBranch(repository, ref, options.nonce);

  /** Whether the upstream had no such branch when it was fetched last: then a push has to create it. */
  let creates = false;

  async function fetch(): Promise<string | undefined> {
    if (upstream === undefined) return undefined;
    const there = await fetchTip(repository, upstream);
    creates = there === undefined;
    return there;
  }

  // Git's own time limits bound it; a local branch never waits.
  async function commit({ expected, message, changes }: CommitRequest): Promise<CommitAnswer> {
    invariant(changes.length > 0, "no commit is made without changes (G9)");
    if (upstream === undefined && (await local.tip()) !== expected) return { kind: "conflict" };
    if (!(await isKnown(repository, expected))) return { kind: "conflict" };
    const input = { nonce: options.nonce, parent: expected, message, changes };
    const made = (await writeCommit(repository, input)) as Tip;
    if (upstream === undefined) return local.move({ from: expected, to: made });
    const lease = creates ? unbornTip : expected;
    const answer = await pushCommit(repository, upstream, lease, made);
    if (answer.kind !== "committed") return answer;
    creates = false;
    await local.followUpstream(answer.tip, expected);
    return answer;
  }

  return {
    open: async (guarded) => {
      await local.recover();
      const there = await fetch();
      if (there !== undefined) await local.followUpstream(there, undefined);
      const trees = await workTreesOf(repository, ref);
      const paths = await Promise.all(trees.map((tree) => differingPaths(tree, guarded)));
      return [...new Set(paths.flat())].toSorted();
    },
    tip: async () => ((await fetch()) ?? (await local.tip())) as Tip,
    files: (tip) => filesAt(repository, tip),
    commit: (request) => withWords(() => commit(request)),
    claimHold: () => undefined,
    history: (tip, query) => readHistory(repository, tip, query, options.now),
    resolve: async (name) => (await commitOf(repository, name)) as Tip | undefined,
    blobId: (content) => blobIdOf(repository.hash, content),
  };
}

async function isKnown(repository: Repository, tip: Tip): Promise<boolean> {
  if (tip === unbornTip) return true;
  return (await git(repository.folder, ["cat-file", "-e", `${tip}^{commit}`])).code === 0;
}

// A disk that is full or a folder that is read-only: nothing moved yet, and the words help.
async function withWords<Value>(act: () => Promise<Value>): Promise<Value> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Error) || !("syscall" in error)) throw error;
    throw new LedgerError("ledger: expected the git folder to be writable; free space or rights", {
      cause: error,
    });
  }
}
