// Finds the repository, its folders and the ledger branch. It changes nothing.

import { ConfigError } from "../../core/failure/errors.ts";
import { git, gitLine, gitMaybe, quoteGit } from "./git-command.ts";

export interface Repository {
  /** Where git is run: the top of the work tree, or the git folder of a bare repository. */
  readonly folder: string;
  /** The git folder that all work trees of the clone share. */
  readonly gitFolder: string;
  readonly bare: boolean;
  readonly hash: "sha1" | "sha256";
}

/** The repository that holds a folder; ConfigError when there is none. */
export async function findRepository(root: string): Promise<Repository> {
  const found = await git(root, [
    "rev-parse",
    "--path-format=absolute",
    "--git-common-dir",
    "--is-bare-repository",
    "--show-object-format",
  ]);
  const [gitFolder, bare, hash] = found.stdout.toString("utf8").split("\n");
  if (found.code !== 0 || gitFolder === undefined)
    throw new ConfigError([
      `ledger: expected a git repository, found none (${quoteGit(found.stderr)}); run git init, or start in a clone`,
    ]);
  const isBare = bare === "true";
  return {
    folder: isBare ? gitFolder : await gitLine(root, ["rev-parse", "--show-toplevel"]),
    gitFolder,
    bare: isBare,
    hash: hash === "sha256" ? "sha256" : "sha1",
  };
}

/** The full name of the ledger branch: the one named, else the one that is checked out. */
export async function ledgerRef(
  repository: Repository,
  branch: string | undefined,
): Promise<string> {
  if (branch === undefined) {
    const head = await gitMaybe(repository.folder, ["symbolic-ref", "-q", "HEAD"]);
    if (head?.startsWith("refs/heads/") === true) return head;
    throw new ConfigError([
      "ledger.branch: expected a branch that is checked out, found a detached HEAD; name one with --ledger-branch",
    ]);
  }
  const ref = `refs/heads/${branch}`;
  const check = await git(repository.folder, ["check-ref-format", ref]);
  if (check.code !== 0)
    throw new ConfigError([
      `ledger.branch: expected the name of a branch, found ${JSON.stringify(branch)}; git refuses this name`,
    ]);
  return ref;
}

/**
 * Refuses a branch that this clone knows of its remote only, as a fresh clone does a ledger branch of its own. Begun
 * anew from HEAD it would be a second ledger, which calls everything open that the first has covered.
 */
export async function requireOwnBranch(repository: Repository, ref: string): Promise<void> {
  if ((await commitOf(repository, ref)) !== undefined) return;
  const branch = ref.slice("refs/heads/".length);
  const pattern = `refs/remotes/*/${branch}`;
  const found = await gitLine(repository.folder, ["for-each-ref", "--format=%(refname)", pattern]);
  const [remote] = found.split("\n");
  if (remote === undefined || remote === "") return;
  const short = remote.slice("refs/remotes/".length);
  throw new ConfigError([
    `ledger.branch: expected the branch ${branch} in this clone, found it as ${short} only; run git branch --track ${branch} ${short}`,
  ]);
}

/** Environment of commits: empty when an identity is configured, else the fallback of contract 7. */
export async function identity(repository: Repository): Promise<Readonly<Record<string, string>>> {
  const env = process.env;
  const name =
    (env["GIT_AUTHOR_NAME"] && env["GIT_COMMITTER_NAME"]) ||
    (await gitMaybe(repository.folder, ["config", "--get", "user.name"]));
  const email =
    (env["GIT_AUTHOR_EMAIL"] && env["GIT_COMMITTER_EMAIL"]) ||
    (await gitMaybe(repository.folder, ["config", "--get", "user.email"]));
  // What git guesses instead holds the names of user and host, which never belong into a ledger (G15).
  if (name && email) return {};
  return {
    GIT_AUTHOR_NAME: "Tidemark",
    GIT_AUTHOR_EMAIL: "tidemark@localhost",
    GIT_COMMITTER_NAME: "Tidemark",
    GIT_COMMITTER_EMAIL: "tidemark@localhost",
  };
}

/** The commit that is checked out; undefined before the first one. */
export async function headCommit(repository: Repository): Promise<string | undefined> {
  return await commitOf(repository, "HEAD");
}

/** The commit that a branch, tag or id names; undefined when there is none. */
export async function commitOf(repository: Repository, ref: string): Promise<string | undefined> {
  // What begins with a dash would be an option, and git names no commit so.
  if (ref === "" || ref.startsWith("-")) return undefined;
  return await gitMaybe(repository.folder, ["rev-parse", "--verify", "--quiet", `${ref}^{commit}`]);
}
