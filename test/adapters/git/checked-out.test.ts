// What a person meets: a dirty tree, locks, identities, refusals, other work trees (contract 7).

import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test, vi } from "vitest";

import { openGitStore } from "../../../src/adapters/git/git-ledger-store.ts";
import type { FileChange, LedgerStore, Tip } from "../../../src/ports/ledger-store.ts";
import {
  cloneOf,
  emptyRepo,
  type GitRepo,
  remoteAndClone,
  repoAt,
  startedRepo,
  temporaryFolder,
} from "../../support/git-repo.ts";

let nonces = 0;

function storeOf(
  root: string,
  options: { push?: boolean; branch?: string } = {},
): Promise<LedgerStore> {
  nonces += 1;
  return openGitStore({
    root,
    branch: options.branch,
    push: options.push ?? true,
    nonce: `ff${nonces}`,
    now: () => Date.UTC(2100, 0, 1),
  });
}

function put(path: string, content: string): FileChange {
  return { path, content };
}

async function write(store: LedgerStore, ...changes: readonly FileChange[]): Promise<Tip> {
  const answer = await store.commit({
    expected: await store.tip(),
    message: "write\n",
    changes,
    until: 0,
  });
  if (answer.kind !== "committed") throw new Error(JSON.stringify(answer));
  return answer.tip;
}

const a = "ledger/a/1.json";
const b = "ledger/b/1.json";

test("index and files of a checked-out branch follow each commit, removals too", async () => {
  const repo = startedRepo();
  const store = await storeOf(repo.folder);
  await write(store, put(a, "1\n"), put(b, "1\n"));
  expect([repo.status(), readFileSync(join(repo.folder, a), "utf8")]).toEqual(["", "1\n"]);
  await write(store, put(a, "2\n"), { path: b, content: undefined });
  expect([repo.status(), readFileSync(join(repo.folder, a), "utf8")]).toEqual(["", "2\n"]);
  expect(existsSync(join(repo.folder, "ledger/b"))).toBe(false);
  expect(repo.git("diff-index", "HEAD")).toBe("");
});

test("names what a person changed, staged, removed or put in the way below the guarded folders", async () => {
  const repo = startedRepo();
  const store = await storeOf(repo.folder);
  await write(store, put(a, "1\n"), put(b, "1\n"), put("ledger/a/2.json", "1\n"));
  expect(await store.open(["ledger"])).toEqual([]);
  repo.write(a, "mine\n");
  repo.write(b, "staged\n");
  repo.git("add", b);
  repo.git("rm", "-q", "ledger/a/2.json");
  repo.write("ledger/a/3.json", "new\n");
  repo.write("ledger/a/notes.txt", "new\n");
  repo.write("README.md", "elsewhere\n");
  expect(await store.open(["ledger/a"])).toEqual([a, "ledger/a/2.json", "ledger/a/3.json"]);
  expect(await store.open(["ledger/b"])).toEqual([b]);
  expect(await store.open([])).toEqual([]);
});

test("leaves alone what a person changed, in the index and on disk", async () => {
  const repo = startedRepo();
  const store = await storeOf(repo.folder);
  await write(store, put(a, "1\n"), put(b, "1\n"));
  repo.write(a, "mine\n");
  repo.write(b, "staged\n");
  repo.git("add", b);
  repo.write("README.md", "edited\n");
  await write(store, put(a, "2\n"), put(b, "2\n"), put("ledger/c.json", "1\n"));
  expect(readFileSync(join(repo.folder, a), "utf8")).toBe("mine\n");
  expect(repo.git("show", `:${b}`)).toBe("staged");
  expect(readFileSync(join(repo.folder, "ledger/c.json"), "utf8")).toBe("1\n");
  expect(repo.git("diff", "--name-only").split("\n")).toEqual(["README.md", a]);
});

test("a stale index.lock delays only the files, and the next start brings them forward", async () => {
  const repo = startedRepo();
  const lock = join(repo.folder, ".git/index.lock");
  writeFileSync(lock, "");
  const store = await storeOf(repo.folder);
  const tip = await write(store, put(a, "1\n"));
  expect(repo.git("rev-parse", "main")).toBe(tip);
  expect(existsSync(join(repo.folder, a))).toBe(false);
  rmSync(lock);
  expect(await (await storeOf(repo.folder)).open(["ledger"])).toEqual([]);
  expect([repo.status(), existsSync(join(repo.folder, a))]).toEqual(["", true]);
});

test("commits as Tidemark when no identity is configured, else as the person", async () => {
  const repo = startedRepo();
  await write(await storeOf(repo.folder), put(a, "1\n"));
  expect(repo.git("log", "-1", "--format=%an <%ae>")).toBe("Ada <ada@example.com>");
  repo.git("config", "--unset", "user.email");
  vi.stubEnv("GIT_CONFIG_GLOBAL", "/dev/null");
  vi.stubEnv("GIT_CONFIG_SYSTEM", "/dev/null");
  await write(await storeOf(repo.folder), put(a, "2\n"));
  expect(repo.git("log", "-1", "--format=%an <%ae> %cn <%ce>")).toBe(
    "Tidemark <tidemark@localhost> Tidemark <tidemark@localhost>",
  );
});

test("is not led astray by the variables that git sets for hooks", async () => {
  const repo = startedRepo();
  const other = startedRepo();
  vi.stubEnv("GIT_DIR", join(other.folder, ".git"));
  vi.stubEnv("GIT_INDEX_FILE", join(other.folder, ".git/index"));
  vi.stubEnv("GIT_WORK_TREE", other.folder);
  const tip = await write(await storeOf(repo.folder), put(a, "1\n"));
  vi.unstubAllEnvs();
  expect([repo.git("rev-parse", "main"), repo.status(), other.status()]).toEqual([tip, "", ""]);
});

test("works from a folder below the top, and in a linked work tree", async () => {
  const repo = startedRepo();
  repo.write("sub/x", "x\n");
  await write(await storeOf(join(repo.folder, "sub")), put(a, "1\n"));
  expect(repo.status()).toBe("?? sub/x");
  const linked = repoAt(join(temporaryFolder(), "linked"));
  repo.git("worktree", "add", "-q", "-b", "ledger-branch", linked.folder);
  await write(await storeOf(repo.folder, { branch: "ledger-branch" }), put(b, "1\n"));
  expect([linked.status(), existsSync(join(linked.folder, b)), repo.status()]).toEqual([
    "",
    true,
    "?? sub/x",
  ]);
});

test("keeps a sparse checkout sparse", async () => {
  const repo = startedRepo();
  const store = await storeOf(repo.folder);
  await write(store, put(a, "1\n"), put("src/x", "1\n"));
  repo.git("sparse-checkout", "set", "src");
  expect(existsSync(join(repo.folder, a))).toBe(false);
  await write(store, put(a, "2\n"), put("src/x", "2\n"));
  expect([repo.status(), existsSync(join(repo.folder, a))]).toEqual(["", false]);
  expect(await store.open(["ledger"])).toEqual([]);
});

test("a named branch that does not exist begins at what is checked out", async () => {
  const repo = startedRepo();
  const store = await storeOf(repo.folder, { branch: "other" });
  const start = repo.git("rev-parse", "HEAD");
  await write(store, put(a, "1\n"));
  expect([repo.git("rev-parse", "other^"), repo.git("rev-parse", "HEAD"), repo.status()]).toEqual([
    start,
    start,
    "",
  ]);
});

test("refuses to start without a repository, on a detached HEAD, and with --no-push on a pushed branch", async () => {
  await expect(storeOf(temporaryFolder())).rejects.toThrow("expected a git repository, found none");
  const repo = startedRepo();
  repo.git("checkout", "-q", "--detach");
  await expect(storeOf(repo.folder)).rejects.toThrow("name one with --ledger-branch");
  const { clone } = remoteAndClone();
  await expect(storeOf(clone.folder, { push: false })).rejects.toThrow(
    "expected a ledger branch without upstream, found one with; name another with --ledger-branch",
  );
});

test("a ledger branch that a fresh clone has at its remote only is refused, and the remedy makes it the same ledger", async () => {
  const { remote, clone } = remoteAndClone();
  clone.git("checkout", "-q", "-b", "tidemark-ledger");
  clone.git("push", "-q", "-u", "origin", "tidemark-ledger");
  const theirs = await write(await storeOf(clone.folder), put(a, "1\n"));
  const fresh = cloneOf(remote);
  const remedy = "git branch --track tidemark-ledger origin/tidemark-ledger";
  await expect(storeOf(fresh.folder, { branch: "tidemark-ledger" })).rejects.toMatchObject({
    problems: [
      `ledger.branch: expected the branch tidemark-ledger in this clone, found it as origin/tidemark-ledger only; run ${remedy}`,
    ],
  });
  fresh.git(...remedy.split(" ").slice(1));
  const store = await storeOf(fresh.folder, { branch: "tidemark-ledger" });
  expect(await store.tip()).toBe(theirs);
  const ours = await write(store, put(b, "2\n"));
  expect(remote.git("rev-parse", "tidemark-ledger")).toBe(ours);
});

function hook(remote: GitRepo, script: string): void {
  const path = join(remote.folder, "hooks/pre-receive");
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

test("a push that a hook refuses is refused with its words, and nothing moves here", async () => {
  const { remote, clone } = remoteAndClone();
  hook(remote, "echo 'rule 7: no direct pushes to https://x.test/y?token=s3cret' >&2; exit 1");
  const store = await storeOf(clone.folder);
  const tip = await store.tip();
  const answer = await store.commit({
    expected: tip,
    message: "x\n",
    changes: [put(a, "1\n")],
    until: 0,
  });
  expect(answer).toMatchObject({ kind: "refused" });
  const words = answer.kind === "refused" ? answer.message : "";
  expect(words).toContain("rule 7: no direct pushes");
  expect(words).not.toContain("s3cret");
  expect([clone.git("rev-parse", "main"), clone.status(), await store.tip()]).toEqual([
    tip,
    "",
    tip,
  ]);
});

test("a remote that does not answer leaves the outcome unknown, and nothing moves here", async () => {
  const { clone } = remoteAndClone();
  const store = await storeOf(clone.folder);
  const tip = await store.tip();
  clone.git("remote", "set-url", "origin", join(temporaryFolder(), "gone.git"));
  expect(
    await store.commit({ expected: tip, message: "x\n", changes: [put(a, "1\n")], until: 0 }),
  ).toMatchObject({ kind: "unknown" });
  expect([clone.git("rev-parse", "main"), clone.status()]).toEqual([tip, ""]);
  await expect(store.tip()).rejects.toThrow("check the network and the access to it");
});

test("a branch that was forced back is a conflict, never brought forward again (L6)", async () => {
  const { remote, clone } = remoteAndClone();
  const store = await storeOf(clone.folder);
  const start = await store.tip();
  const tip = await write(store, put(a, "1\n"));
  remote.git("update-ref", "refs/heads/main", start);
  expect(
    await store.commit({ expected: tip, message: "x\n", changes: [put(a, "2\n")], until: 0 }),
  ).toEqual({ kind: "conflict" });
  expect([remote.git("rev-parse", "main"), await store.tip()]).toEqual([start, start]);
});

test("a clone that is behind follows at the start, around what a person edited", async () => {
  const { remote, clone } = remoteAndClone();
  const other = cloneOf(remote);
  await write(await storeOf(other.folder), put(a, "1\n"));
  clone.write("README.md", "edited\n");
  expect(await (await storeOf(clone.folder)).open(["ledger"])).toEqual([]);
  expect([clone.git("rev-parse", "main"), clone.status()]).toEqual([
    remote.git("rev-parse", "main"),
    " M README.md",
  ]);
});

test("a clone stays behind rather than touch an edited file, and its commits land all the same", async () => {
  const { remote, clone } = remoteAndClone();
  const other = cloneOf(remote);
  await write(await storeOf(other.folder), put("README.md", "theirs\n"));
  clone.write("README.md", "edited\n");
  const before = clone.git("rev-parse", "main");
  const store = await storeOf(clone.folder);
  await store.open(["ledger"]);
  const tip = await write(store, put(a, "1\n"));
  expect([remote.git("rev-parse", "main"), clone.git("rev-parse", "main"), clone.status()]).toEqual(
    [tip, before, " M README.md"],
  );
});

test("commits that a person has not pushed are neither published nor merged", async () => {
  const { remote, clone } = remoteAndClone();
  clone.write("mine.txt", "x\n");
  clone.git("add", "mine.txt");
  clone.git("commit", "-q", "-m", "mine");
  const mine = clone.git("rev-parse", "main");
  const store = await storeOf(clone.folder);
  await store.open(["ledger"]);
  await write(store, put(a, "1\n"));
  expect(remote.git("ls-tree", "-r", "--name-only", "main").split("\n")).toEqual(["README.md", a]);
  expect([clone.git("rev-parse", "main"), clone.status()]).toEqual([mine, ""]);
});

test("the first push creates the branch of an empty remote", async () => {
  const remote = emptyRepo({ bare: true });
  const clone = startedRepo();
  clone.git("remote", "add", "origin", remote.folder);
  clone.git("config", "branch.main.remote", "origin");
  clone.git("config", "branch.main.merge", "refs/heads/main");
  const tip = await write(await storeOf(clone.folder), put(a, "1\n"));
  expect([remote.git("rev-parse", "main"), clone.git("rev-parse", "main"), clone.status()]).toEqual(
    [tip, tip, ""],
  );
});

test("a commit never leaves the repository or writes git's own files", async () => {
  const store = await storeOf(startedRepo().folder);
  const tip = await store.tip();
  for (const path of ["../x", "/x", ".git/config", "a/.GIT/x", ".github/workflows/x.yml", "a//b"])
    await expect(
      store.commit({ expected: tip, message: "x\n", changes: [put(path, "1")], until: 0 }),
    ).rejects.toThrow("a commit writes only");
});
