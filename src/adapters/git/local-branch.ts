// The ledger branch in this clone: its tip, its compare-and-swap, and the work trees that follow it. It never merges
// or rebases: a branch with commits of its own is left where a person put it.

import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { LedgerError } from "../../core/failure/errors.ts";
import type { CommitAnswer, Tip } from "../../ports/ledger-store.ts";
import { bringForward, canFollow, type WorkTree, workTreesOf } from "./checked-out.ts";
import { git, gitMaybe, quoteGit } from "./git-command.ts";
import { leftJournals, type Move, writeJournal } from "./journal.ts";
import { livenessOf, lockFolder } from "./lock-file.ts";
import type { Repository } from "./repository.ts";
import { unbornTip } from "./tree-diff.ts";

export interface LocalBranch {
  /** The commit that the next one goes on; that of HEAD for a branch which does not exist yet. */
  tip(): Promise<string>;
  /** Moves the branch by compare-and-swap and brings the work trees along. */
  move(move: Move): Promise<CommitAnswer>;
  /** Goes to a tip of the upstream where nothing of a person is in the way; `own` is the parent of an own commit. */
  followUpstream(tip: string, own: string | undefined): Promise<void>;
  /** Brings forward what ended runs left behind. */
  recover(): Promise<void>;
}

/** Another git process holds a lock for moments only. */
const lockWaitMs = 2000;
const lockPollMs = 50;

export function openLocalBranch(repository: Repository, ref: string, nonce: string): LocalBranch {
  /** Moves of this run that a work tree has not followed yet, by its git folder. */
  const behind = new Map<string, readonly Move[]>();

  const valueOf = (name: string): Promise<string | undefined> => commitAt(repository, name);
  const tip = (): Promise<string> => tipOf(repository, ref);

  async function move(step: Move): Promise<CommitAnswer> {
    const trees = await workTreesOf(repository, ref);
    for (const tree of trees) await remember(tree, [...(behind.get(tree.gitFolder) ?? []), step]);
    const answer = await swapRef(repository, ref, step);
    if (answer.kind === "committed") for (const tree of trees) await follow(tree);
    else
      for (const tree of trees)
        await remember(tree, (behind.get(tree.gitFolder) ?? []).slice(0, -1));
    return answer;
  }

  async function remember(tree: WorkTree, moves: readonly Move[]): Promise<void> {
    behind.set(tree.gitFolder, moves);
    await writeJournal(tree.gitFolder, nonce, moves);
  }

  // The commit stands whatever happens here; what cannot follow now is brought forward at the next commit or start.
  async function follow(tree: WorkTree): Promise<void> {
    try {
      if (await bring(tree, behind.get(tree.gitFolder) ?? [])) await remember(tree, []);
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
    }
  }

  // Another run in this clone may move the branch meanwhile: whoever is last looks at the newest tip again.
  async function bring(tree: WorkTree, moves: readonly Move[]): Promise<boolean> {
    for (let rounds = 0; rounds < 10; rounds += 1) {
      const at = (await valueOf(ref)) ?? unbornTip;
      if (!(await bringForward(repository, tree, at, moves))) return false;
      if (((await valueOf(ref)) ?? unbornTip) === at) return true;
    }
    return false;
  }

  async function followUpstream(to: string, own: string | undefined): Promise<void> {
    const from = (await valueOf(ref)) ?? unbornTip;
    if (from === to) return;
    if (from !== own) {
      const ancestor = ["merge-base", "--is-ancestor", from, to];
      if (from !== unbornTip && (await git(repository.folder, ancestor)).code !== 0) return;
      for (const tree of await workTreesOf(repository, ref))
        if (!(await canFollow(repository, tree, { from, to }))) return;
    }
    await move({ from, to });
  }

  async function recover(): Promise<void> {
    for (const tree of await workTreesOf(repository, ref)) {
      const left = await leftJournals(tree.gitFolder, repository.gitFolder, nonce);
      for (const [of, moves] of left)
        if (await bring(tree, moves)) await writeJournal(tree.gitFolder, of, []);
      await removeScratch(tree.gitFolder, repository.gitFolder, nonce);
    }
    await removeScratch(repository.gitFolder, repository.gitFolder, nonce);
  }

  return { tip, move, followUpstream, recover };
}

/** Temporary files of runs that were killed. */
async function removeScratch(folder: string, gitFolder: string, own: string): Promise<void> {
  const files = lockFolder(folder);
  for (const name of await readdir(files).catch(() => [])) {
    const nonce = /^([^.]+)\.(?:objects|index|index\.lock|new|moves\.new)$/.exec(name)?.[1];
    if (nonce === undefined || nonce === own || (await livenessOf(gitFolder, nonce)) === "alive")
      continue;
    await rm(join(files, name), { recursive: true, force: true });
  }
}

function commitAt(repository: Repository, name: string): Promise<string | undefined> {
  return gitMaybe(repository.folder, ["rev-parse", "--verify", "-q", `${name}^{commit}`]);
}

async function tipOf(repository: Repository, ref: string): Promise<string> {
  return (await commitAt(repository, ref)) ?? (await commitAt(repository, "HEAD")) ?? unbornTip;
}

async function swapRef(repository: Repository, ref: string, step: Move): Promise<CommitAnswer> {
  for (let waited = 0; ; waited += lockPollMs) {
    const before = (await commitAt(repository, ref)) ?? "";
    if ((before === "" ? await tipOf(repository, ref) : before) !== step.from)
      return { kind: "conflict" };
    const args = ["update-ref", "--create-reflog", "-m", "tidemark", ref, step.to, before];
    const answer = await git(repository.folder, args);
    if (answer.code === 0) return { kind: "committed", tip: step.to as Tip };
    if (waited >= lockWaitMs || !existsSync(join(repository.gitFolder, `${ref}.lock`)))
      if (((await commitAt(repository, ref)) ?? "") === before)
        return {
          kind: "refused",
          message: `${ref}: expected git to move it, found a refusal (${quoteGit(answer.stderr)})`,
          remedy: "remove a stale lock of the branch or the hook that refuses, then run again",
        };
    await sleep(lockPollMs);
  }
}
