// verify on a pull request: the merge commit of a shallow checkout against its first parent (G33). The clone is made
// with the git commands of a checkout in Actions.

import { expect, test } from "vitest";

import { isDetached, openFixedCommit } from "../../../src/adapters/git/fixed-commit.ts";
import { openLedger } from "../../../src/adapters/ledger/file-ledger.ts";
import { systemDigest } from "../../../src/adapters/system/digest.ts";
import { verifyCommand } from "../../../src/app/commands/verify.ts";
import { ConfigError } from "../../../src/core/failure/errors.ts";
import { verifyJson } from "../../../src/core/report/verify-view.ts";
import {
  emptyRepo,
  type GitRepo,
  repoAt,
  startedRepo,
  temporaryFolder,
} from "../../support/git-repo.ts";
import { createWorld, worldSync } from "../../support/run-world.ts";

const now = (): number => Date.UTC(2030, 0, 1);
const record = "ledger/contacts/2026/11/20261102T000000Z--20261103T000000Z.json";

function commitFile(repo: GitRepo, path: string, content: string): void {
  repo.write(path, content);
  repo.git("add", path);
  repo.git("commit", "-q", "-m", `change ${path}`);
}

/** A repository with the ledger of three windows on main, and a pull request whose merge commit is at HEAD. */
async function pullRequest(change: (repo: GitRepo) => void): Promise<GitRepo> {
  const world = createWorld({ syncs: [worldSync()] });
  await world.run();
  const repo = startedRepo();
  for (const [path, { bytes }] of world.branch.commits.get(world.branch.tip)!.files)
    repo.write(path, new TextDecoder().decode(bytes));
  repo.git("add", "ledger");
  repo.git("commit", "-q", "-m", "ledger(contacts): settle 3 windows");
  repo.git("checkout", "-q", "-b", "change");
  change(repo);
  repo.git("checkout", "-q", "main");
  commitFile(repo, "notes.txt", "main moved on\n");
  repo.git("merge", "-q", "--no-ff", "-m", "merge", "change");
  repo.git("update-ref", "refs/pull/7/merge", "HEAD");
  return repo;
}

function checkout(remote: GitRepo, depth: number): GitRepo {
  const clone = repoAt(temporaryFolder());
  clone.git("init", "-q");
  clone.git("remote", "add", "origin", `file://${remote.folder}`);
  const from = "+refs/pull/7/merge:refs/remotes/pull/7/merge";
  clone.git("fetch", "-q", "--no-tags", `--depth=${depth}`, "origin", from);
  clone.git("checkout", "-q", "--force", "refs/remotes/pull/7/merge");
  return clone;
}

async function verify(clone: GitRepo, base: string | undefined): Promise<unknown> {
  const input = createWorld({ syncs: [worldSync()] }).input();
  const store = await openFixedCommit({ root: clone.folder, now });
  const ledger = openLedger(store, { path: "ledger", digest: systemDigest() });
  const ports = { ...input.ports, store, ledger };
  return verifyJson(await verifyCommand({ ...input, ports }, { syncs: [], base }));
}

test("a pull request that leaves the ledger alone has no finding, in a clone of two commits", async () => {
  const remote = await pullRequest((repo) => commitFile(repo, "code.txt", "new\n"));
  const clone = checkout(remote, 2);
  expect(await isDetached(clone.folder)).toBe(true);
  expect(await verify(clone, "HEAD^1")).toEqual([]);
});

test("a pull request that removes a succeeded record is found against the first parent", async () => {
  const remote = await pullRequest((repo) => {
    repo.git("rm", "-q", record);
    repo.git("commit", "-q", "-m", "tidy");
  });
  const clone = checkout(remote, 2);
  expect(await verify(clone, undefined)).toEqual([]);
  expect(await verify(clone, "HEAD^1")).toEqual([
    {
      path: record,
      run_id: "contacts/20261102T000000Z--20261103T000000Z",
      law: "L2",
      message:
        "expected the record of a covered window or its folded line, found neither; restore the file from git",
    },
  ]);
});

test("the commit is read, not the work tree", async () => {
  const clone = checkout(await pullRequest((repo) => commitFile(repo, "code.txt", "new\n")), 2);
  clone.write(record, "{}\n");
  expect(await verify(clone, "HEAD^1")).toEqual([]);
});

test("a clone of one commit lacks the base, and the remedy names the depth", async () => {
  const clone = checkout(await pullRequest((repo) => commitFile(repo, "code.txt", "new\n")), 1);
  await expect(verify(clone, "HEAD^1")).rejects.toThrow(
    new ConfigError([
      "base: expected the commit HEAD^1 in the clone, found a shallow clone without it; set fetch-depth: 2 at the checkout, for a merge group 0",
    ]),
  );
});

test("in a whole clone a name that is none stays the caller's matter", async () => {
  const repo = startedRepo();
  const store = await openFixedCommit({ root: repo.folder, now });
  expect([await store.resolve("nobody"), await store.resolve("main")]).toEqual([
    undefined,
    repo.git("rev-parse", "HEAD"),
  ]);
  expect(await isDetached(repo.folder)).toBe(false);
});

test("nothing is committed, and the tip stays where it was opened", async () => {
  const repo = startedRepo();
  const store = await openFixedCommit({ root: repo.folder, now });
  const tip = await store.tip();
  const changes = [{ path: "ledger/a/1.json", content: "1\n" }];
  expect(await store.commit({ expected: tip, message: "one", changes, until: 0 })).toEqual({
    kind: "refused",
    message: "a commit that is checked out is only looked at",
    remedy: "run on the ledger branch",
  });
  commitFile(repo, "later.txt", "later\n");
  expect(await store.tip()).toBe(tip);
  expect(await store.files(tip).read("later.txt")).toBeUndefined();
  expect(
    await store.history(tip, { paths: ["README.md"], since: undefined, limit: 5 }),
  ).toMatchObject([{ id: tip, subject: "start" }]);
});

test("a repository without a commit is refused", async () => {
  await expect(openFixedCommit({ root: emptyRepo().folder, now })).rejects.toThrow(
    "ledger: expected a commit that is checked out, found none; check the repository out first",
  );
});
