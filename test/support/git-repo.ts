// Real git repositories in temporary folders, removed when the test is over.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { onTestFinished } from "vitest";

export interface GitRepo {
  readonly folder: string;
  /** Output of git in this folder, trimmed at the end. */
  git(...args: string[]): string;
  write(path: string, content: string): void;
  /** What `git status` would show, one line a path. */
  status(): string;
}

/** A temporary folder. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** An empty repository on an unborn branch `main`, with an identity of its own. */
export function emptyRepo(options: { bare?: boolean; format?: "sha1" | "sha256" } = {}): GitRepo {
  const repo = repoAt(temporaryFolder());
  const format = `--object-format=${options.format ?? "sha1"}`;
  repo.git("init", "-q", "-b", "main", format, ...(options.bare === true ? ["--bare"] : []));
  identify(repo);
  return repo;
}

/** A repository with one commit that holds `README.md`. */
export function startedRepo(options: { format?: "sha1" | "sha256" } = {}): GitRepo {
  const repo = emptyRepo(options);
  repo.write("README.md", "hello\n");
  repo.git("add", "README.md");
  repo.git("commit", "-q", "-m", "start");
  return repo;
}

/** A bare remote and a clone whose `main` has it as upstream. */
export function remoteAndClone(): { remote: GitRepo; clone: GitRepo } {
  const remote = emptyRepo({ bare: true });
  const clone = startedRepo();
  clone.git("remote", "add", "origin", remote.folder);
  clone.git("push", "-q", "-u", "origin", "main");
  return { remote, clone };
}

/** One more clone of a repository. */
export function cloneOf(remote: GitRepo, ...options: string[]): GitRepo {
  const clone = repoAt(temporaryFolder());
  clone.git("clone", "-q", ...options, remote.folder, ".");
  identify(clone);
  return clone;
}

export function repoAt(folder: string): GitRepo {
  const git = (...args: string[]): string =>
    execFileSync("git", args, {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    }).trimEnd();
  return {
    folder,
    git,
    write: (path, content) => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    },
    status: () => git("status", "--porcelain", "--untracked-files=all"),
  };
}

function identify(repo: GitRepo): void {
  repo.git("config", "user.name", "Ada");
  repo.git("config", "user.email", "ada@example.com");
}
