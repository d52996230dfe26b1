// What every ledger store keeps: the same cases for git, GitHub and the memory store of the simulator.

import { expect, test } from "vitest";

import type { CommitAnswer, FileChange, LedgerStore, Tip } from "../../src/ports/ledger-store.ts";

const decoder = new TextDecoder();

export interface StoreWorld {
  /** A store of the world's branch. */
  readonly store: LedgerStore;
  /** Another store of the same branch: another run, another clone. */
  readonly other: LedgerStore;
}

function put(path: string, content: string): FileChange {
  return { path, content };
}

async function commitOn(
  store: LedgerStore,
  expected: Tip,
  message: string,
  changes: readonly FileChange[],
): Promise<CommitAnswer> {
  return await store.commit({ expected, message, changes, until: Number.POSITIVE_INFINITY });
}

async function committed(
  store: LedgerStore,
  expected: Tip,
  message: string,
  changes: readonly FileChange[],
): Promise<Tip> {
  const answer = await commitOn(store, expected, message, changes);
  if (answer.kind !== "committed") throw new Error(`expected a commit, found ${answer.kind}`);
  return answer.tip;
}

async function textAt(store: LedgerStore, tip: Tip, path: string): Promise<string | undefined> {
  const bytes = await store.files(tip).read(path);
  return bytes === undefined ? undefined : decoder.decode(bytes);
}

/** Registers the suite; `open` makes a fresh world with at least one commit or none at all. */
export function ledgerStoreContract(name: string, open: () => Promise<StoreWorld>): void {
  test(`${name}: commits exactly the changes on the expected tip (L6)`, async () => {
    const { store } = await open();
    const first = await committed(store, await store.tip(), "one", [
      put("ledger/a/1.json", "1\n"),
      put("ledger/a/2.json", "2\n"),
    ]);
    const second = await committed(store, first, "two", [
      put("ledger/a/1.json", "1b\n"),
      { path: "ledger/a/2.json", content: undefined },
      put("ledger/b/3.json", "drei ü\n"),
    ]);
    expect(await store.tip()).toBe(second);
    const entries = await store.files(second).list("ledger");
    expect(entries.map(({ path, mode, oid, bytes }) => ({ path, mode, oid, bytes }))).toEqual([
      { path: "ledger/a/1.json", mode: "100644", oid: store.blobId("1b\n"), bytes: 3 },
      { path: "ledger/b/3.json", mode: "100644", oid: store.blobId("drei ü\n"), bytes: 8 },
    ]);
    expect(await textAt(store, second, "ledger/b/3.json")).toBe("drei ü\n");
  });

  test(`${name}: resolves what names a commit, and nothing else`, async () => {
    const { store } = await open();
    const first = await committed(store, await store.tip(), "one", [put("ledger/a.json", "1\n")]);
    await committed(store, first, "two", [put("ledger/a.json", "2\n")]);
    expect(await store.resolve(first)).toBe(first);
    for (const none of ["", "no-such-branch", "--all", `${first}x`, "0".repeat(40)])
      expect(await store.resolve(none)).toBeUndefined();
  });

  test(`${name}: an older tip stays readable after the branch moved`, async () => {
    const { store } = await open();
    const first = await committed(store, await store.tip(), "one", [put("ledger/a.json", "1\n")]);
    await committed(store, first, "two", [put("ledger/a.json", "2\n")]);
    expect(await textAt(store, first, "ledger/a.json")).toBe("1\n");
  });

  test(`${name}: a commit on a tip that is not the newest is a conflict and changes nothing (L6)`, async () => {
    const { store, other } = await open();
    const base = await store.tip();
    const theirs = await committed(other, await other.tip(), "theirs", [put("x.txt", "x\n")]);
    expect(await commitOn(store, base, "mine", [put("ledger/a.json", "1\n")])).toEqual({
      kind: "conflict",
    });
    const tip = await store.tip();
    expect(tip).toBe(theirs);
    expect(await store.files(tip).list("ledger")).toEqual([]);
  });

  test(`${name}: after a conflict the same changes go on the new tip and nothing is lost`, async () => {
    const { store, other } = await open();
    const base = await store.tip();
    await committed(other, await other.tip(), "theirs", [put("ledger/b.json", "b\n")]);
    await commitOn(store, base, "mine", [put("ledger/a.json", "a\n")]);
    const tip = await committed(store, await store.tip(), "mine", [put("ledger/a.json", "a\n")]);
    expect((await store.files(tip).list("ledger")).map((entry) => entry.path)).toEqual([
      "ledger/a.json",
      "ledger/b.json",
    ]);
  });

  test(`${name}: of two commits on one tip exactly one lands (L6)`, async () => {
    const { store, other } = await open();
    const base = await store.tip();
    await other.tip();
    const answers = await Promise.all([
      commitOn(store, base, "mine", [put("ledger/a.json", "a\n")]),
      commitOn(other, base, "theirs", [put("ledger/b.json", "b\n")]),
    ]);
    expect(answers.map((answer) => answer.kind).toSorted()).toEqual(["committed", "conflict"]);
    const tip = await store.tip();
    const paths = (await store.files(tip).list("ledger")).map((entry) => entry.path);
    expect(paths).toEqual([answers[0].kind === "committed" ? "ledger/a.json" : "ledger/b.json"]);
  });

  test(`${name}: reads many files at once and leaves out those that do not exist`, async () => {
    const { store } = await open();
    const tip = await committed(store, await store.tip(), "one", [
      put("ledger/a.json", "a\n"),
      put("ledger/b.json", ""),
      put("ledger/c.json", "c"),
    ]);
    const wanted = ["ledger/c.json", "ledger/none.json", "ledger/b.json"];
    const files = await store.files(tip).readMany(wanted);
    expect([...files].map(([path, bytes]) => [path, decoder.decode(bytes)])).toEqual([
      ["ledger/c.json", "c"],
      ["ledger/b.json", ""],
    ]);
    expect(await store.files(tip).read("ledger/none.json")).toBeUndefined();
    expect(await store.files(tip).list("elsewhere")).toEqual([]);
  });

  test(`${name}: a folder's list does not hold its neighbours with the same beginning`, async () => {
    const { store } = await open();
    const tip = await committed(store, await store.tip(), "one", [
      put("ledger/a/1.json", "1"),
      put("ledger/ab/1.json", "1"),
      put("ledger/a.json", "1"),
    ]);
    expect((await store.files(tip).list("ledger/a")).map((entry) => entry.path)).toEqual([
      "ledger/a/1.json",
    ]);
  });

  test(`${name}: history names commits of the paths with trailers, newest first`, async () => {
    const { store } = await open();
    const start = await store.tip();
    const one = await committed(
      store,
      start,
      "ledger(a): claim\n\nTidemark-Run-Id: a/1\nTidemark-Run-Id: a/2\nTidemark-Holder: local:1\n",
      [put("ledger/a/1.json", "1"), put("ledger/a/2.json", "2")],
    );
    const two = await committed(store, one, "ledger(b): claim\n", [put("ledger/b/1.json", "1")]);
    const three = await committed(store, two, "ledger(a): settle\n", [put("ledger/a/1.json", "x")]);
    const seen = async (since: Tip | undefined, limit: number) =>
      (await store.history(three, { paths: ["ledger/a"], since, limit })).map(
        ({ id, subject, trailers }) => ({ id, subject, trailers }),
      );
    const newest = {
      id: three,
      subject: "ledger(a): settle",
      trailers: [],
    };
    const oldest = {
      id: one,
      subject: "ledger(a): claim",
      trailers: [
        ["Tidemark-Run-Id", "a/1"],
        ["Tidemark-Run-Id", "a/2"],
        ["Tidemark-Holder", "local:1"],
      ],
    };
    expect(await seen(undefined, 10)).toEqual([newest, oldest]);
    expect(await seen(start, 10)).toEqual([newest, oldest]);
    expect(await seen(one, 10)).toEqual([newest]);
    expect(await seen(undefined, 1)).toEqual([newest]);
  });
}
