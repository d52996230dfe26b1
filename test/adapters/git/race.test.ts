// Several writers on one branch: every commit lands once, the history is linear, nothing of a third party is lost (L6).

import { expect, test } from "vitest";

import { openGitStore } from "../../../src/adapters/git/git-ledger-store.ts";
import type { LedgerStore } from "../../../src/ports/ledger-store.ts";
import { cloneOf, type GitRepo, remoteAndClone, startedRepo } from "../../support/git-repo.ts";

function storeOf(repo: GitRepo, nonce: string, year = 2100): Promise<LedgerStore> {
  const now = (): number => Date.UTC(year, 0, 1);
  return openGitStore({ root: repo.folder, branch: "main", push: true, nonce, now });
}

async function commitAll(store: LedgerStore, name: string, count: number): Promise<void> {
  for (let done = 0, tries = 0; done < count; tries += 1) {
    if (tries > 200) throw new Error("no end of lost races");
    const changes = [{ path: `ledger/${name}/${done}.json`, content: `${done}\n` }];
    const answer = await store.commit({
      expected: await store.tip(),
      message: `${name} ${done}\n`,
      changes,
      until: 0,
    });
    if (answer.kind === "committed") done += 1;
    else if (answer.kind !== "conflict") throw new Error(JSON.stringify(answer));
  }
}

function subjectsOf(repo: GitRepo): readonly string[] {
  return repo.git("log", "--format=%s", "main").split("\n").toSorted();
}

function named(name: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${name} ${index}`);
}

test("two runs in one clone lose no commit and leave it clean", async () => {
  const repo = startedRepo();
  const [a, b] = [await storeOf(repo, "aa"), await storeOf(repo, "bb")];
  await Promise.all([commitAll(a, "a", 6), commitAll(b, "b", 6)]);
  expect(subjectsOf(repo)).toEqual([...named("a", 6), ...named("b", 6), "start"]);
  await (await storeOf(repo, "cc")).open(["ledger"]);
  expect(repo.status()).toBe("");
});

test("two clones and a third party that push to one remote lose no commit (4.4)", async () => {
  const { remote, clone } = remoteAndClone();
  const other = cloneOf(remote);
  const third = cloneOf(remote);
  await Promise.all([
    commitAll(await storeOf(clone, "aa"), "a", 5),
    commitAll(await storeOf(other, "bb"), "b", 5),
    commitAll(await storeOf(third, "cc"), "third", 8),
  ]);
  expect(subjectsOf(remote)).toEqual([
    ...named("a", 5),
    ...named("b", 5),
    "start",
    ...named("third", 8),
  ]);
  expect(remote.git("log", "--merges", "--format=%H", "main")).toBe("");
  for (const repo of [clone, other]) {
    await (await storeOf(repo, "dd")).open(["ledger"]);
    expect([repo.status(), repo.git("rev-parse", "main")]).toEqual([
      "",
      remote.git("rev-parse", "main"),
    ]);
  }
});

test("a commit dated in the future counts as dated now (9)", async () => {
  const repo = startedRepo();
  const store = await storeOf(repo, "aa", 2001);
  const [entry] = await store.history(await store.tip(), { paths: [], since: undefined, limit: 1 });
  expect(entry?.committedAt).toBe(Date.UTC(2001, 0, 1) * 1000);
});
