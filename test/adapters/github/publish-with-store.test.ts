// The published copy beside the real store: what a run costs when it publishes, from its tip to its pull request.

import { expect, test } from "vitest";

import { copyRider } from "../../../src/adapters/github/copy-reading.ts";
import type { GithubStore } from "../../../src/adapters/github/github-ledger-store.ts";
import { githubPublisher } from "../../../src/adapters/github/publish-branch.ts";
import type { Publisher } from "../../../src/ports/publisher.ts";
import {
  commitOn,
  type GithubStoreWorld,
  openGithubStoreWorld,
  tipOf,
} from "../../support/github-store-world.ts";

const ledgerBranch = "tidemark-ledger";
const dataPaths = ["data/a.ndjson", "data/b/00.ndjson", "root.csv"];
const names = { base: "main", ledgerBranch, ledgerPath: "ledger", dataPaths };
const text = { title: "tidemark: 1 window", body: "One window." };

interface Run {
  readonly store: GithubStore;
  readonly publisher: Publisher;
}

/** A run with a client of its own. */
function openRun(world: GithubStoreWorld): Run {
  const { fake, clock } = world;
  const cancel = new AbortController().signal;
  const client = world.client(cancel);
  const rider = copyRider(names);
  const store = world.open({ client, cancel, branch: ledgerBranch, dataPaths, riders: [rider] });
  const publisher = githubPublisher({
    client,
    clock,
    cancel,
    names,
    rider,
    ids: () => store.ids(),
    repositoryUrl: `${fake.serverUrl}/${fake.repository}`,
  });
  return { store, publisher };
}

function files({ fake }: GithubStoreWorld, branch: string): readonly string[] {
  return fake.git("ls-tree", "-r", "--name-only", branch).trim().split("\n");
}

test("publishing costs a run three requests more (contract 8)", async () => {
  const world = await openGithubStoreWorld({ "README.md": "x\n", "ledger/README.md": "y\n" });
  world.fake.git("branch", ledgerBranch, "main");
  const { store, publisher } = openRun(world);
  const tip = await store.tip();
  const claimed = tipOf(await commitOn(store, tip, "claim", { "ledger/a/2026/11/x.json": "1\n" }));
  const data = { "data/a.ndjson": "{}\n", "data/b/00.ndjson": "{}\n", "root.csv": "k\n" };
  await commitOn(store, claimed, "settle", { "ledger/a/2026/11/x.json": "2\n", ...data });
  world.routes();
  expect((await publisher.publish(text)).kind).toBe("open");
  expect(world.routes()).toEqual([
    "POST /repos/{owner}/{repo}/git/trees",
    "POST /repos/{owner}/{repo}/git/commits",
    "graphql:Publish",
  ]);
  expect(files(world, "tidemark/publish")).toEqual(files(world, ledgerBranch));
});

test("with nothing new the whole run is one request, also where another sync's data is not read", async () => {
  const world = await openGithubStoreWorld({ "README.md": "x\n" });
  world.fake.git("branch", ledgerBranch, "main");
  const record = { "ledger/a/2026/11/x.json": "1\n", "ledger/c/2026/11/x.json": "1\n" };
  await world.fake.push(ledgerBranch, { ...record, "data/a.ndjson": "{}\n" });
  const first = openRun(world);
  await first.store.tip();
  expect((await first.publisher.publish(text)).kind).toBe("open");
  world.routes();
  const second = openRun(world);
  await second.store.tip();
  expect((await second.publisher.publish(text)).kind).toBe("open");
  expect(world.routes()).toEqual(["graphql:Tip"]);
  expect(files(world, "tidemark/publish")).toEqual(files(world, ledgerBranch));
});

test("before there is a ledger branch there is nothing to publish", async () => {
  const world = await openGithubStoreWorld({
    "README.md": "x\n",
    "ledger/a/2026/11/x.json": "1\n",
  });
  const { store, publisher } = openRun(world);
  await store.tip();
  expect(await publisher.publish(text)).toEqual({ kind: "none" });
  expect(world.fake.head("tidemark/publish")).toBeUndefined();
});

test("the run that makes the ledger branch publishes it", async () => {
  const world = await openGithubStoreWorld({ "README.md": "x\n" });
  const { store, publisher } = openRun(world);
  const tip = await store.tip();
  tipOf(await commitOn(store, tip, "claim", { "ledger/a/2026/11/x.json": "1\n" }));
  expect((await publisher.publish(text)).kind).toBe("open");
  expect(files(world, "tidemark/publish")).toEqual(["README.md", "ledger/a/2026/11/x.json"]);
});
