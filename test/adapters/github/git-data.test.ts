// Large commits through the Git Data API (G7, section 9), over the fake GitHub.

import { expect, test } from "vitest";

import type { FakeRequest } from "../../support/github-fake/faults.ts";
import { commitOn, openGithubStoreWorld, tipOf } from "../../support/github-store-world.ts";

const post = (what: string): string => `POST /repos/{owner}/{repo}/git/${what}`;
const patch = "PATCH /repos/{owner}/{repo}/git/refs/{ref}";
const isMove = ({ route }: FakeRequest): boolean => route === patch;
const large = "x".repeat(1_100_000);

/** Record files of one month. */
function month(name: string, count: number): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `ledger/a/2026/${name}/${String(index).padStart(5, "0")}.json`,
      `${name} ${index}\n`,
    ]),
  );
}

function removed(files: Readonly<Record<string, string>>): Record<string, undefined> {
  return Object.fromEntries(Object.keys(files).map((path) => [path, undefined]));
}

test("folds 1,000 files of a month with six calls", async () => {
  const old = month("01", 1000);
  const world = await openGithubStoreWorld({
    ...old,
    ...month("02", 3),
    "ledger/a/orders/1.json": "order\n",
    "ledger/b/1.json": "b\n",
    "src/app.ts": "app\n",
  });
  const store = world.open();
  const base = await store.tip();
  await store.files(base).list("ledger");
  world.routes();
  const files = { ...removed(old), "ledger/a/2026-01.jsonl": large, "ledger/a/fold.json": "{}\n" };
  const tip = tipOf(await commitOn(store, base, "fold", files));
  expect(world.routes()).toEqual([
    post("trees"),
    post("blobs"),
    post("trees"),
    post("trees"),
    post("commits"),
    patch,
  ]);
  const names = world.fake.git("ls-tree", "-r", "--name-only", tip).trim().split("\n");
  expect(names).toEqual([
    "ledger/a/2026-01.jsonl",
    ...Object.keys(month("02", 3)),
    "ledger/a/fold.json",
    "ledger/a/orders/1.json",
    "ledger/b/1.json",
    "src/app.ts",
  ]);
  expect(world.fake.git("log", "-1", "--format=%P %s", tip).trim()).toBe(`${base} ledger(a): fold`);
  const listed = await store.files(tip).list("ledger");
  expect(listed.map(({ path }) => path)).toEqual(names.slice(0, -1));
  expect((await store.ids()).entries.get("ledger/a")?.oid).toBe(
    world.fake.git("rev-parse", `${tip}:ledger/a`).trim(),
  );
  expect(world.routes()).toEqual([]);
});

test("writes a month anew that keeps some of its files, and leaves out a year that is empty", async () => {
  const old = Object.fromEntries(
    Object.entries(month("12", 150)).map(([path, text]) => [path.replace("2026", "2025"), text]),
  );
  const kept = month("01", 60);
  const world = await openGithubStoreWorld({ ...old, ...kept, "ledger/a/fold.json": "0\n" });
  const store = world.open();
  const base = await store.tip();
  const some = Object.keys(kept).slice(0, 50);
  const gone = Object.fromEntries(some.map((path) => [path, undefined]));
  const files = { ...removed(old), ...gone, "ledger/a/fold.json": "1\n" };
  const tip = tipOf(await commitOn(store, base, "fold", files));
  expect(world.fake.git("ls-tree", "-r", "--name-only", tip).trim().split("\n")).toEqual([
    ...Object.keys(kept).slice(50),
    "ledger/a/fold.json",
  ]);
  expect(world.fake.git("show", `${tip}:ledger/a/fold.json`)).toBe("1");
  expect((await store.files(tip).list("ledger")).length).toBe(11);
});

test("commits a large data file, its record and removals in one commit", async () => {
  const world = await openGithubStoreWorld({
    "data/old/00.ndjson": "old\n",
    "README.md": "hello\n",
  });
  const store = world.open({ dataPaths: ["data/rows.ndjson"] });
  const files = {
    "data/rows.ndjson": large,
    "data/old/00.ndjson": undefined,
    "ledger/a/1.json": "ü\n",
  };
  const tip = tipOf(await commitOn(store, await store.tip(), "settle", files));
  expect(world.fake.git("ls-tree", "-r", "--name-only", tip).trim().split("\n")).toEqual([
    "README.md",
    "data/rows.ndjson",
    "ledger/a/1.json",
  ]);
  const read = await world.open().files(tip).readMany(["data/rows.ndjson", "ledger/a/1.json"]);
  expect([...read].map(([path, bytes]) => [path, bytes.length])).toEqual([
    ["data/rows.ndjson", large.length],
    ["ledger/a/1.json", 3],
  ]);
});

test("a large commit on a tip that moved is a conflict", async () => {
  const world = await openGithubStoreWorld();
  const store = world.open();
  const base = await store.tip();
  const pushed = await world.fake.push("main", { "src/app.ts": "1\n" });
  const answer = await commitOn(store, base, "fold", { "ledger/a/2026-01.jsonl": large });
  expect(answer).toEqual({ kind: "conflict" });
  expect(await store.tip()).toBe(pushed);
});

test("moves the branch once although the answer was lost, and makes no second commit (G11)", async () => {
  const world = await openGithubStoreWorld();
  const store = world.open();
  world.fake.fault({ on: isMove, do: { kind: "lost" } });
  const files = { "ledger/a/2026-01.jsonl": large };
  const tip = tipOf(await commitOn(store, await store.tip(), "fold", files));
  expect(tip).toBe(world.fake.head("main"));
  expect(world.fake.requests.filter(({ route }) => route === post("commits")).length).toBe(1);
});

test("finds its large commit below the push of a person after the answer was lost", async () => {
  const world = await openGithubStoreWorld();
  const store = world.open();
  const base = await store.tip();
  world.fake.fault({ on: isMove, do: { kind: "lost" } });
  let moves = 0;
  const stop = world.fake.onRequest(async (request) => {
    moves += isMove(request) ? 1 : 0;
    if (moves !== 2) return;
    stop();
    await world.fake.push("main", { "src/app.ts": "1\n" });
  });
  const tip = tipOf(await commitOn(store, base, "fold", { "ledger/a/2026-01.jsonl": large }));
  expect(tip).toBe(world.fake.git("rev-parse", "main~1").trim());
});

test("sends objects again that got no answer", async () => {
  const world = await openGithubStoreWorld();
  const store = world.open();
  for (const what of ["blobs", "trees", "commits"])
    world.fake.fault({
      on: ({ route }) => route === post(what),
      do: { kind: "fail", status: 502 },
    });
  const files = { "ledger/a/2026-01.jsonl": large };
  const tip = tipOf(await commitOn(store, await store.tip(), "fold", files));
  expect(world.fake.git("log", "--format=%s", tip).trim().split("\n")).toEqual([
    "ledger(a): fold",
    "start",
  ]);
});

test("names the rule that refuses a large commit (G23)", async () => {
  const world = await openGithubStoreWorld();
  const store = world.open();
  const base = await store.tip();
  world.fake.protect("main", "ruleset");
  const answer = await commitOn(store, base, "fold", { "ledger/a/2026-01.jsonl": large });
  if (answer.kind !== "refused") throw new Error(`expected a refusal, found ${answer.kind}`);
  expect(answer.message).toContain("found the rules pull_request of a ruleset of octo/ledger (");
  expect(world.fake.head("main")).toBe(base);
});

test("goes through the Git Data API when GitHub calls the mutation too large", async () => {
  const world = await openGithubStoreWorld();
  const client = world.client();
  const message = "The payload cannot be larger than 45 MB";
  const store = world.open({
    client: {
      ...client,
      graphql: async (document, variables, call) =>
        document.startsWith("mutation")
          ? { ok: false, error: { kind: "refused", status: 413, type: undefined, message } }
          : await client.graphql(document, variables, call),
    },
  });
  const tip = tipOf(
    await commitOn(store, await store.tip(), "claim", { "ledger/a/1.json": "1\n" }),
  );
  expect(world.fake.head("main")).toBe(tip);
  expect(world.routes()).toEqual(["graphql:Tip", post("trees"), post("commits"), patch]);
});
