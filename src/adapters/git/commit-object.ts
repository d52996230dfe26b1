// Builds the objects of one commit by plumbing: blobs, a tree through a temporary index, the commit. It moves no branch
// and touches no index or file of a work tree.

import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { invariant } from "../../core/failure/assert.ts";
import type { FileChange } from "../../ports/ledger-store.ts";
import { gitLine, gitOutput } from "./git-command.ts";
import { lockFolder } from "./lock-file.ts";
import { identity, type Repository } from "./repository.ts";
import { unbornTip } from "./tree-diff.ts";

export interface CommitInput {
  readonly nonce: string;
  readonly parent: string;
  readonly message: string;
  readonly changes: readonly FileChange[];
}

/** The id of a new commit with exactly these changes on its parent. */
export async function writeCommit(repository: Repository, input: CommitInput): Promise<string> {
  for (const change of input.changes)
    invariant(mayWrite(change.path), "a commit writes only inside the repository and outside .git");
  const folder = lockFolder(repository.gitFolder);
  const scratch = join(folder, `${input.nonce}.objects`);
  const index = { GIT_INDEX_FILE: join(folder, `${input.nonce}.index`) };
  try {
    await mkdir(scratch, { recursive: true });
    await rm(index.GIT_INDEX_FILE, { force: true });
    const entries = await writeBlobs(repository, scratch, input.changes);
    if (input.parent !== unbornTip)
      await gitOutput(repository.folder, ["read-tree", input.parent], { env: index });
    await gitOutput(repository.folder, ["update-index", "-z", "--index-info"], {
      env: index,
      input: entries,
    });
    const tree = await gitLine(repository.folder, ["write-tree"], { env: index });
    const parents = input.parent === unbornTip ? [] : ["-p", input.parent];
    return await gitLine(repository.folder, ["commit-tree", tree, ...parents, "-F", "-"], {
      env: await identity(repository),
      input: input.message,
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
    await rm(index.GIT_INDEX_FILE, { force: true });
  }
}

function mayWrite(path: string): boolean {
  return (
    path.length > 0 &&
    path
      .split("/")
      .every((part) => !["", ".", ".."].includes(part) && part.toLowerCase() !== ".git") &&
    !path.startsWith(".github/")
  );
}

// Through files and one call, since a claim may write 20 records. Without filters: a record is the bytes we say.
async function writeBlobs(
  repository: Repository,
  scratch: string,
  changes: readonly FileChange[],
): Promise<string> {
  const written = changes.filter((change) => change.content !== undefined);
  const names = written.map((_, position) => join(scratch, String(position)));
  for (const [position, change] of written.entries())
    await writeFile(names[position] ?? "", change.content ?? "");
  const ids =
    names.length === 0
      ? []
      : (
          await gitLine(repository.folder, ["hash-object", "-w", "--no-filters", "--stdin-paths"], {
            input: names.map((name) => `${name}\n`).join(""),
          })
        ).split("\n");
  const zeros = "0".repeat(repository.hash === "sha1" ? 40 : 64);
  const removals = changes.filter((change) => change.content === undefined);
  return [
    ...removals.map((change) => `0 ${zeros}\t${change.path}\0`),
    ...written.map((change, position) => `100644 ${ids[position]}\t${change.path}\0`),
  ].join("");
}
