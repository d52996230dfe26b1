// The ledger store over the fake GitHub: the contract of all stores, then what is special.

import { expect, test } from "vitest";

import { openFiles } from "../../../src/adapters/files/files-destination.ts";
import { blobIdOf } from "../../../src/adapters/github/object-id.ts";
import type { ConfigFiles } from "../../../src/adapters/github/tip-query.ts";
import { systemDigest } from "../../../src/adapters/system/digest.ts";
import { InvariantError } from "../../../src/core/failure/errors.ts";
import { ledgerStoreContract } from "../../contracts/ledger-store.contract.ts";
import { at, syncOf } from "../../support/builders.ts";
import { commitOn, openGithubStoreWorld, tipOf } from "../../support/github-store-world.ts";
import { dayOf } from "../../support/record-builders.ts";

ledgerStoreContract("github", async () => {
  const world = await openGithubStoreWorld();
  const dataPaths = ["x.txt"];
  return { store: world.open({ dataPaths }), other: world.open({ dataPaths }) };
});

test("reading a ledger branch that is missing writes nothing; the first commit makes it (G14)", async () => {
  const world = await openGithubStoreWorld({ "ledger/a/0.json": "0\n" });
  const store = world.open({ branch: "tidemark-ledger" });
  const base = await store.tip();
  expect(base).toBe(world.fake.head("main"));
  expect((await store.files(base).list("ledger")).map(({ path }) => path)).toEqual([
    "ledger/a/0.json",
  ]);
  expect(world.fake.head("tidemark-ledger")).toBe(undefined);
  const tip = tipOf(await commitOn(store, base, "claim", { "ledger/a/1.json": "1\n" }));
  expect([world.fake.head("tidemark-ledger"), world.fake.head("main")]).toEqual([tip, base]);
});

test("a branch that another run makes first is the lost race", async () => {
  const world = await openGithubStoreWorld();
  const [store, other] = [world.open({ branch: "l" }), world.open({ branch: "l" })];
  const [base] = [await store.tip(), await other.tip()];
  const theirs = tipOf(await commitOn(other, base, "theirs", { "ledger/b/1.json": "1\n" }));
  const answer = await commitOn(store, base, "mine", { "ledger/a/1.json": "1\n" });
  expect(answer).toEqual({ kind: "conflict" });
  expect(await store.tip()).toBe(theirs);
});

test.each([
  { lost: 1, kind: "committed" },
  { lost: 5, kind: "unknown" },
])("goes on after $lost lost answers to the making of its branch", async ({ lost, kind }) => {
  const world = await openGithubStoreWorld();
  const store = world.open({ branch: "l" });
  const base = await store.tip();
  world.fake.fault({
    on: ({ route }) => route === "POST /repos/{owner}/{repo}/git/refs",
    times: lost,
    do: { kind: "lost" },
  });
  expect((await commitOn(store, base, "1", { "ledger/a/1.json": "1\n" })).kind).toBe(kind);
  const tip = tipOf(await commitOn(store, await store.tip(), "2", { "ledger/a/1.json": "2\n" }));
  expect(world.fake.head("l")).toBe(tip);
});

test("waits for a branch that it has made and cannot see yet", async () => {
  const world = await openGithubStoreWorld();
  const store = world.open({ branch: "l" });
  const base = await store.tip();
  world.fake.fault({
    on: ({ fields }) => fields.includes("createCommitOnBranch"),
    times: 2,
    do: { kind: "stale" },
  });
  const tip = tipOf(await commitOn(store, base, "claim", { "ledger/a/1.json": "1\n" }));
  expect(world.fake.head("l")).toBe(tip);
});

test("makes the ledger branch for a pull request against it, once", async () => {
  const world = await openGithubStoreWorld();
  const store = world.open({ branch: "l" });
  const base = await store.tip();
  await store.ensureBranch();
  expect(world.fake.head("l")).toBe(base);
  world.routes();
  await store.ensureBranch();
  expect(world.routes()).toEqual([]);
  const refused = world.open({ branch: "m" });
  await refused.tip();
  world.fake.readOnlyToken();
  await expect(refused.ensureBranch()).rejects.toThrow(
    "ledger branch m: expected GitHub to take a commit, found a token without the permission to write",
  );
});

test("an empty repository is named as such", async () => {
  const world = await openGithubStoreWorld();
  const store = world.open({ branch: "l" });
  world.fake.deleteBranch("main");
  await expect(store.tip()).rejects.toThrow(
    "octo/ledger on GitHub: expected a default branch with a commit, found none; push one first",
  );
});

test("lists retired folders and leaves out those of syncs that the run does not read", async () => {
  const world = await openGithubStoreWorld({
    "ledger/README.md": "about\n",
    "ledger/a/2026/01/1.json": "1\n",
    "ledger/old/2025/12/1.json": "old\n",
    "ledger/old/orders/1.json": "order\n",
    "ledger/other/2026/01/1.json": "other\n",
  });
  const store = world.open({ syncIds: ["a"], skip: ["other"] });
  const tip = await store.tip();
  const paths = (await store.files(tip).list("ledger")).map(({ path }) => path);
  expect(paths).toEqual([
    "ledger/README.md",
    "ledger/a/2026/01/1.json",
    "ledger/old/2025/12/1.json",
    "ledger/old/orders/1.json",
  ]);
  expect(world.routes()).toEqual(["graphql:Tip", "graphql:Objects", "graphql:Objects"]);
});

test.each(["100644", "120000"])(
  "a ledger of mode %s is named, never taken for empty (G6)",
  async (mode) => {
    const world = await openGithubStoreWorld({ ledger: { mode, content: "elsewhere" } });
    const store = world.open();
    await expect(store.files(await store.tip()).list("ledger")).rejects.toThrow(
      `ledger on GitHub: expected a folder, found an entry of mode ${mode}; remove it, or set ledger.path`,
    );
  },
);

test("works with a branch of an odd name and a nested folder, in each way of committing", async () => {
  const world = await openGithubStoreWorld();
  const branch = "ops/ledger#1+a@b";
  const ledgerPath = "ops/state/ledger";
  const store = world.open({ branch, ledgerPath, dataPaths: ["ops/data/x.ndjson"] });
  const small = { "ops/state/ledger/a/1.json": "1\n", "ops/data/x.ndjson": "{}\n" };
  const first = tipOf(await commitOn(store, await store.tip(), "small", small));
  const large = Object.fromEntries(
    Array.from({ length: 120 }, (_, nth) => [`${ledgerPath}/a/${nth}.json`, `${nth}!\n`]),
  );
  const second = tipOf(await commitOn(store, first, "large", large));
  const gone = Object.fromEntries(Object.keys(large).map((path) => [path, undefined]));
  const third = tipOf(
    await commitOn(store, second, "gone", { ...gone, [`${ledgerPath}/a/x.json`]: "x\n" }),
  );
  expect(world.fake.head(branch)).toBe(third);
  const other = world.open({ branch, ledgerPath });
  expect((await other.files(await other.tip()).list(ledgerPath)).map(({ path }) => path)).toEqual([
    `${ledgerPath}/a/x.json`,
  ]);
  world.fake.protect(branch, "ruleset");
  const refused = await commitOn(store, third, "small", { [`${ledgerPath}/a/2.json`]: "2\n" });
  expect(refused).toMatchObject({ kind: "refused" });
  expect(JSON.stringify(refused)).toContain("the rules pull_request of a ruleset");
});

test("shows what is no regular file with its mode (G6)", async () => {
  const world = await openGithubStoreWorld({
    "ledger/a/link.json": { mode: "120000", content: "../b" },
    "ledger/a/run.json": { mode: "100755", content: "1\n" },
  });
  const store = world.open();
  const entries = await store.files(await store.tip()).list("ledger");
  expect(entries.map(({ path, mode }) => [path, mode])).toEqual([
    ["ledger/a/link.json", "120000"],
    ["ledger/a/run.json", "100755"],
  ]);
});

test("reads what GraphQL cuts off, and what is no text, over REST (G5)", async () => {
  const long = "ü".repeat(300_000);
  const world = await openGithubStoreWorld({
    "ledger/a/2026-01.jsonl": long,
    "ledger/a/1.json": "1\n",
    "ledger/a/2.json": "\0\u0001",
  });
  const store = world.open();
  const tip = await store.tip();
  world.routes();
  const files = await store
    .files(tip)
    .readMany(["ledger/a/2026-01.jsonl", "ledger/a/1.json", "ledger/a/2.json"]);
  expect([...files].map(([path, bytes]) => [path, Buffer.from(bytes).toString("utf8")])).toEqual([
    ["ledger/a/2026-01.jsonl", long],
    ["ledger/a/1.json", "1\n"],
    ["ledger/a/2.json", "\0\u0001"],
  ]);
  expect(world.routes().toSorted()).toEqual([
    "GET /repos/{owner}/{repo}/git/blobs/{file_sha}",
    "GET /repos/{owner}/{repo}/git/blobs/{file_sha}",
    "graphql:Objects",
  ]);
});

/** 40 small files and their paths. */
const small = Object.fromEntries(
  Array.from({ length: 40 }, (_, index) => [`ledger/a/${index}.txt`, `${index}\n`]),
);

test("reads a table of forty buckets with one query of contents (G5)", async () => {
  const buckets = 40;
  const sync = syncOf({ table: "rows" });
  const row = (nth: number): string =>
    `{"id":"${nth}","_tidemark_watermark":"2026-11-01T00:00:00Z"}\n`;
  const files = Object.fromEntries(
    Array.from({ length: buckets }, (_, nth) => [
      `data/rows/${String(nth).padStart(2, "0")}.ndjson`,
      row(nth),
    ]),
  );
  const world = await openGithubStoreWorld(files);
  const spec = {
    name: "repo",
    type: "files",
    path: "data",
    format: "ndjson",
    buckets,
    maxSizeBytes: 1e7,
  } as const;
  const destination = openFiles(spec, { digest: systemDigest() });
  const store = world.open({ dataPaths: destination.dataPaths(sync) });
  const tip = await store.tip();
  world.routes();
  const opening = {
    sync,
    window: dayOf("2026-11-01"),
    epoch: 1,
    runId: "a/1",
    now: () => at("2026-11-02"),
  };
  expect(await destination.openWindow(opening, store.files(tip))).toMatchObject({ ok: true });
  expect(world.routes()).toEqual(["graphql:Objects"]);
});

test("halves a query that fails, and reads fewer than ten one by one (G5)", async () => {
  const world = await openGithubStoreWorld(small);
  const store = world.open();
  const tip = await store.tip();
  world.routes();
  world.fake.fault({
    on: ({ route }) => route === "graphql:Objects",
    times: 2,
    do: { kind: "fail", status: 502 },
  });
  const files = await store.files(tip).readMany(Object.keys(small));
  expect(files.size).toBe(40);
  expect(world.routes()).toEqual(Array(5).fill("graphql:Objects"));
  const again = world.open();
  const other = await again.tip();
  world.routes();
  world.fake.fault({
    on: ({ route }) => route === "graphql:Objects",
    times: Infinity,
    do: { kind: "fail", status: 502 },
  });
  expect((await again.files(other).readMany(Object.keys(small))).size).toBe(40);
  const routes = world.routes();
  expect(routes.filter((route) => route === "graphql:Objects").length).toBe(7);
  expect(routes.length).toBe(47);
});

test("takes a null in an answer for a failed read, never for a file that is absent (G5)", async () => {
  const world = await openGithubStoreWorld(small);
  const store = world.open();
  const tip = await store.tip();
  world.routes();
  world.fake.fault({
    on: ({ route }) => route === "graphql:Objects",
    do: { kind: "partial", silent: true },
  });
  expect((await store.files(tip).readMany(Object.keys(small))).size).toBe(40);
  expect(world.routes()).toEqual([
    "graphql:Objects",
    "GET /repos/{owner}/{repo}/git/blobs/{file_sha}",
  ]);
});

test("names the paths whose version is not that of the event any more (G18)", async () => {
  const world = await openGithubStoreWorld({
    ".github/tidemark.yml": "1\n",
    "src/transform.mts": "1\n",
  });
  const paths = [".github/tidemark.yml", "src/transform.mts", "src/none.mts"];
  const store = world.open({ config: new Map(paths.map((path) => [path, []])) });
  await store.tip();
  expect(store.claimHold()).toBe(undefined);
  await world.fake.push("main", { "src/transform.mts": "2\n" });
  expect(store.claimHold()).toBe(undefined);
  await store.tip();
  expect(store.claimHold()).toEqual({
    kind: "moved",
    message:
      "src/transform.mts: expected the version of the event's commit at the tip of main, found another; " +
      "start a new run instead of re-running",
  });
});

test("names the paths of which another version was checked out than the event's (G18)", async () => {
  const world = await openGithubStoreWorld({ "a.yml": "1\n", "b.yml": "1\n" });
  const id = (text: string): string => blobIdOf(Buffer.from(text));
  const holdOf = async (config: ConfigFiles): Promise<string | undefined> => {
    const store = world.open({ config });
    await store.tip();
    return store.claimHold()?.message;
  };
  expect(await holdOf(new Map([["a.yml", [id("2\n"), id("1\n")]]]))).toBe(undefined);
  expect(
    await holdOf(
      new Map([
        ["a.yml", [id("1\n")]],
        ["b.yml", [id("2\n")]],
        ["none.yml", [id("1\n")]],
      ]),
    ),
  ).toBe(
    "b.yml, none.yml: expected the version of the event's commit in the checkout, found another; " +
      "check that commit out, as actions/checkout does by itself, or nothing",
  );
});

test("claims nothing with fewer than 50 points left, until they are back (G24)", async () => {
  const world = await openGithubStoreWorld();
  const store = world.open();
  world.fake.points.remaining.graphql = 51;
  await store.tip();
  expect(store.claimHold()).toBe(undefined);
  await store.tip();
  const hold = store.claimHold();
  expect(hold).toEqual({
    kind: "limited",
    message: expect.stringMatching(
      /^GitHub: expected room for more windows, found 49 points left of its limit; a run after 2026-11-25T\S+Z goes on$/,
    ),
  });
});

test("gives riders the repository of each Tip answer, at no request of their own (G4)", async () => {
  const world = await openGithubStoreWorld();
  const noted: unknown[] = [];
  const store = world.open({
    riders: [
      {
        fields: "xBase: ref(qualifiedName: $xBase) { name }",
        variables: { xBase: { type: "String!", value: "refs/heads/main" } },
        note: (repository) => {
          noted.push((repository as { xBase: unknown }).xBase);
        },
      },
    ],
  });
  await store.tip();
  await store.tip();
  expect(noted).toEqual([{ name: "main" }, { name: "main" }]);
  expect(world.routes()).toEqual(["graphql:Tip", "graphql:Tip"]);
});

test("knows the ids of ledger entries and data paths after its commits without asking", async () => {
  const world = await openGithubStoreWorld({
    "ledger/README.md": "about\n",
    "ledger/a/2026/01/1.json": "1\n",
    "ledger/old/1.json": "old\n",
    "data/rows.ndjson": "row\n",
    "data/other.csv": "x\n",
  });
  const store = world.open({
    syncIds: ["a"],
    dataPaths: ["data/rows.ndjson", "data/rows.deleted.ndjson"],
  });
  const base = await store.tip();
  await store.files(base).list("ledger");
  world.routes();
  const tip = tipOf(
    await commitOn(store, base, "settle", {
      "ledger/a/2026/01/1.json": undefined,
      "ledger/a/2026/02/1.json": "2\n",
      "data/rows.deleted.ndjson": "gone\n",
    }),
  );
  const ids = await store.ids();
  expect(world.routes()).toEqual(["graphql:Commit"]);
  const oid = (path: string): string => world.fake.git("rev-parse", `${tip}:${path}`).trim();
  expect(ids).toEqual({
    tip,
    entries: new Map([
      ["ledger/README.md", { mode: "100644", oid: oid("ledger/README.md") }],
      ["ledger/a", { mode: "040000", oid: oid("ledger/a") }],
      ["ledger/old", { mode: "040000", oid: oid("ledger/old") }],
      ["data/rows.ndjson", { mode: "100644", oid: oid("data/rows.ndjson") }],
      ["data/rows.deleted.ndjson", { mode: "100644", oid: oid("data/rows.deleted.ndjson") }],
    ]),
  });
});

test.each([
  { path: ".github/workflows/x.yml" },
  { path: "src/app.ts" },
  { path: "ledger/../x" },
  { path: "ledgers/a.json" },
])("never writes $path (G8)", async ({ path }) => {
  const world = await openGithubStoreWorld();
  const store = world.open({ dataPaths: ["data/rows.ndjson"] });
  await expect(commitOn(store, await store.tip(), "x", { [path]: "1" })).rejects.toThrow(
    InvariantError,
  );
});

test("never makes an empty commit (G9)", async () => {
  const world = await openGithubStoreWorld();
  const store = world.open();
  await expect(commitOn(store, await store.tip(), "x", {})).rejects.toThrow(InvariantError);
});

test("paces commits: a second apart, and none of the waits past the end of the run", async () => {
  const world = await openGithubStoreWorld();
  const store = world.open();
  const first = tipOf(await commitOn(store, await store.tip(), "1", { "ledger/a/1.json": "1\n" }));
  const second = tipOf(await commitOn(store, first, "2", { "ledger/a/1.json": "2\n" }));
  expect(world.clock.mono()).toBe(1000);
  tipOf(await commitOn(store, second, "3", { "ledger/a/1.json": "3\n" }, 1500));
  expect(world.clock.mono()).toBe(1000);
});

test("of commits at the same time each goes on the tip of the one before it, or loses", async () => {
  const world = await openGithubStoreWorld();
  const store = world.open();
  const base = await store.tip();
  world.routes();
  const answers = await Promise.all([
    commitOn(store, base, "1", { "ledger/a/1.json": "1\n" }),
    commitOn(store, base, "2", { "ledger/a/2.json": "2\n" }),
  ]);
  expect(answers.map(({ kind }) => kind)).toEqual(["committed", "conflict"]);
  expect(world.routes()).toEqual(["graphql:Commit"]);
});

test("reads any commit by its id, with folders of any depth", async () => {
  const world = await openGithubStoreWorld({
    "ledger/a/1.json": "1\n",
    "deep/a/b/c/d/e/f.txt": "deep\n",
    "root.txt": "root\n",
  });
  const store = world.open();
  const tip = await store.resolve("main");
  if (tip === undefined) throw new Error("expected a commit");
  expect((await store.files(tip).list("deep")).map(({ path }) => path)).toEqual([
    "deep/a/b/c/d/e/f.txt",
  ]);
  expect((await store.files(tip).list("")).map(({ path }) => path)).toEqual([
    "deep/a/b/c/d/e/f.txt",
    "ledger/a/1.json",
    "root.txt",
  ]);
  const bytes = await store.files(tip).read("root.txt");
  expect(Buffer.from(bytes ?? []).toString("utf8")).toBe("root\n");
  expect(await store.files(tip).read("root.txt/x")).toBe(undefined);
});

test("says what is missing where the ledger cannot be read", async () => {
  const world = await openGithubStoreWorld();
  const store = world.open();
  world.fake.expireToken();
  await expect(store.tip()).rejects.toThrow(
    "branch main on GitHub: expected it to be readable, found Bad credentials (status 401); " +
      "give the input `token` a token that is valid as long as the run",
  );
});

test("readings wait for a limit as long as the run lasts, and two minutes before its first commit (G24)", async () => {
  const world = await openGithubStoreWorld();
  const store = world.open();
  const base = await store.tip();
  const limit = (times: number): void =>
    world.fake.fault({
      on: ({ route }) => route === "graphql:Tip",
      times,
      do: { kind: "limited", limit: "secondary", status: 403, retryAfter: 600 },
    });
  limit(1);
  await expect(store.tip()).rejects.toThrow("GitHub's limit lasts until 2026-11-25T00:10:00.000Z");
  world.clock.pass(600_000);
  const until = world.clock.mono() + 3_600_000;
  const tip = tipOf(await commitOn(store, base, "1", { "ledger/a/1.json": "1\n" }, until));
  limit(2);
  expect(await store.tip()).toBe(tip);
  expect(world.clock.mono()).toBe(1_800_000);
});
