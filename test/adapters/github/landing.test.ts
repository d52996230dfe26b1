// What becomes of a commit when GitHub's answer is lost, late, stale or a no: every row of section 7's table and every
// case of section 8, over the fake GitHub on virtual time (G11, G13, G31).

import { expect, test } from "vitest";

import { InvariantError } from "../../../src/core/failure/errors.ts";
import type { FakeRequest } from "../../support/github-fake/faults.ts";
import {
  commitOn,
  type GithubStoreWorld,
  openGithubStoreWorld,
  ownMessage,
  tipOf,
} from "../../support/github-store-world.ts";

const isCommit = ({ fields }: FakeRequest): boolean => fields.includes("createCommitOnBranch");
const isTip = ({ route }: FakeRequest): boolean => route === "graphql:Tip";

const remedies =
  "keep the ledger on an unprotected branch (`ledger.branch`), or set `publish: pull_request`, or give the input " +
  "`token` the token of an App that may bypass the rule";

/** Subjects on main, newest first. */
function subjects({ fake }: GithubStoreWorld): readonly string[] {
  return fake.git("log", "--format=%s", "main").trim().split("\n");
}

test("finds its own commit after the answer was lost, and makes it once (G11)", async () => {
  const world = await openGithubStoreWorld();
  const store = world.open();
  const base = await store.tip();
  world.routes();
  world.fake.fault({ on: isCommit, do: { kind: "lost" } });
  const tip = tipOf(await commitOn(store, base, "claim", { "ledger/a/1.json": "1\n" }));
  expect(tip).toBe(world.fake.head("main"));
  expect(world.routes()).toEqual(["graphql:Commit", "graphql:Commit", "graphql:Tip"]);
  tipOf(await commitOn(store, tip, "settle", { "ledger/a/1.json": "2\n" }));
  expect(subjects(world)).toEqual(["ledger(a): settle", "ledger(a): claim", "start"]);
});

test("sends the same mutation again after an answer that went wrong without an effect (G11)", async () => {
  const world = await openGithubStoreWorld();
  const store = world.open();
  const base = await store.tip();
  world.routes();
  world.fake.fault({ on: isCommit, do: { kind: "went-wrong", when: "before" } });
  world.fake.fault({ on: isCommit, do: { kind: "fail", status: 502 } });
  const before = world.clock.mono();
  tipOf(await commitOn(store, base, "claim", { "ledger/a/1.json": "1\n" }));
  expect(world.routes()).toEqual(["graphql:Commit", "graphql:Commit"]);
  expect(Math.floor((world.clock.mono() - before) / 1000)).toBe(1);
  expect(subjects(world)).toEqual(["ledger(a): claim", "start"]);
});

test("finds its own commit after an answer that went wrong with an effect (G11)", async () => {
  const world = await openGithubStoreWorld();
  const store = world.open();
  world.fake.fault({ on: isCommit, do: { kind: "went-wrong", when: "after" } });
  const answer = await commitOn(store, await store.tip(), "claim", { "ledger/a/1.json": "1\n" });
  expect(answer).toEqual({ kind: "committed", tip: world.fake.head("main") });
  expect(subjects(world)).toEqual(["ledger(a): claim", "start"]);
});

test.each([false, true])(
  "finds its own commit after an answer that lacks it, silently: %s (G11)",
  async (silent) => {
    const world = await openGithubStoreWorld();
    const store = world.open();
    world.fake.fault({ on: isCommit, do: { kind: "partial", silent } });
    const answer = await commitOn(store, await store.tip(), "claim", { "ledger/a/1.json": "1\n" });
    expect(answer).toEqual({ kind: "committed", tip: world.fake.head("main") });
    expect(subjects(world)).toEqual(["ledger(a): claim", "start"]);
  },
);

test("waits 1, 2, 4 and 8 seconds between five broken connections, then leaves it open", async () => {
  const world = await openGithubStoreWorld();
  const store = world.open();
  const base = await store.tip();
  world.routes();
  world.fake.fault({ on: isCommit, times: 5, do: { kind: "reset" } });
  const before = world.clock.mono();
  const answer = await commitOn(store, base, "claim", { "ledger/a/1.json": "1\n" });
  expect(answer.kind).toBe("unknown");
  expect(world.routes()).toEqual([...Array<string>(5).fill("graphql:Commit"), "graphql:Tip"]);
  const waited = world.clock.mono() - before;
  expect([waited >= 15_000, waited <= 15_000 * 1.25]).toEqual([true, true]);
  expect(await store.tip()).toBe(base);
  tipOf(await commitOn(store, base, "claim", { "ledger/a/1.json": "1\n" }));
  expect(subjects(world)).toEqual(["ledger(a): claim", "start"]);
});

test("finds its own commit after every answer was lost", async () => {
  const world = await openGithubStoreWorld();
  const store = world.open();
  world.fake.fault({ on: isCommit, times: 5, do: { kind: "lost" } });
  const answer = await commitOn(store, await store.tip(), "claim", { "ledger/a/1.json": "1\n" });
  expect(answer).toEqual({ kind: "committed", tip: world.fake.head("main") });
  expect(subjects(world)).toEqual(["ledger(a): claim", "start"]);
});

test("does not wait for a second sending that would come too late (G13)", async () => {
  const world = await openGithubStoreWorld();
  const store = world.open();
  const base = await store.tip();
  world.routes();
  world.fake.fault({ on: isCommit, do: { kind: "fail", status: 502 } });
  const until = world.clock.mono() + 900;
  const answer = await commitOn(store, base, "claim", { "ledger/a/1.json": "1\n" }, until);
  expect(answer.kind).toBe("unknown");
  expect(world.routes()).toEqual(["graphql:Commit", "graphql:Tip"]);
});

test("waits for a replica that has not seen the tip yet (section 8, step 3)", async () => {
  const world = await openGithubStoreWorld();
  const store = world.open();
  const first = tipOf(
    await commitOn(store, await store.tip(), "claim", { "ledger/a/1.json": "1\n" }),
  );
  world.routes();
  world.fake.fault({ on: isCommit, times: 2, do: { kind: "stale" } });
  tipOf(await commitOn(store, first, "settle", { "ledger/a/1.json": "2\n" }));
  expect(world.routes()).toEqual([
    "graphql:Commit",
    "graphql:Tip",
    "graphql:Commit",
    "graphql:Tip",
    "graphql:Commit",
  ]);
  expect(subjects(world)).toEqual(["ledger(a): settle", "ledger(a): claim", "start"]);
});

test("finds its lost commit although the tip reads stale for three seconds", async () => {
  const world = await openGithubStoreWorld();
  const store = world.open();
  const base = await store.tip();
  world.fake.fault({ on: isCommit, do: { kind: "lost" } });
  world.fake.fault({ on: isTip, times: Infinity, do: { kind: "stale", lag: { ms: 3000 } } });
  const answer = await commitOn(store, base, "claim", { "ledger/a/1.json": "1\n" });
  expect(answer).toEqual({ kind: "committed", tip: world.fake.head("main") });
  expect(subjects(world)).toEqual(["ledger(a): claim", "start"]);
});

test("takes an older link of its own chain for a replica that lags", async () => {
  const world = await openGithubStoreWorld();
  const store = world.open();
  const base = await store.tip();
  const first = tipOf(await commitOn(store, base, "claim", { "ledger/a/1.json": "1\n" }));
  world.fake.fault({ on: isTip, do: { kind: "stale" } });
  expect(await store.tip()).toBe(first);
});

test("follows a branch that somebody has forced back, after the waits", async () => {
  const world = await openGithubStoreWorld();
  const store = world.open();
  const base = await store.tip();
  const first = tipOf(await commitOn(store, base, "claim", { "ledger/a/1.json": "1\n" }));
  world.fake.git("update-ref", "refs/heads/main", base);
  const before = world.clock.mono();
  const answer = await commitOn(store, first, "settle", { "ledger/a/1.json": "2\n" });
  expect(answer).toEqual({ kind: "conflict" });
  expect(world.clock.mono() - before >= 15_000).toBe(true);
  expect(await store.tip()).toBe(base);
});

test("loses the race to a person and reads the new tip with the question who won (G4)", async () => {
  const world = await openGithubStoreWorld();
  const store = world.open();
  const base = await store.tip();
  const pushed = await world.fake.push("main", { "src/app.ts": "1\n" });
  world.routes();
  // An answer as slow as GitHub's: the next commit may go at once.
  world.fake.onRequest((request) => {
    if (isCommit(request)) world.clock.pass(1700);
  });
  const answer = await commitOn(store, base, "claim", { "ledger/a/1.json": "1\n" });
  expect(answer).toEqual({ kind: "conflict" });
  const tip = await store.tip();
  expect(tip).toBe(pushed);
  expect(await store.files(tip).list("ledger")).toEqual([]);
  expect(world.routes()).toEqual(["graphql:Commit", "graphql:Tip"]);
});

test("reads the tip when its next commit may go, so that it does not lose for as long as others commit (P13)", async () => {
  const world = await openGithubStoreWorld();
  const store = world.open();
  const base = await store.tip();
  await world.fake.push("main", { "ledger/b/1.json": "1\n" });
  const before = world.clock.mono();
  world.routes();
  const answer = await commitOn(store, base, "claim", { "ledger/a/1.json": "1\n" });
  expect(answer).toEqual({ kind: "conflict" });
  expect(world.clock.mono() - before).toBe(1000);
  // Whatever was pushed in that second is in what is read now.
  const newest = await world.fake.push("main", { "ledger/b/2.json": "2\n" });
  const tip = await store.tip();
  expect(tip).toBe(newest);
  tipOf(await commitOn(store, tip, "claim", { "ledger/a/1.json": "1\n" }));
  expect(world.clock.mono() - before).toBe(1000);
  expect(world.routes()).toEqual([
    "graphql:Commit",
    "graphql:Tip",
    "graphql:Tip",
    "graphql:Commit",
  ]);
});

test("loses the race inside the write", async () => {
  const world = await openGithubStoreWorld();
  const store = world.open();
  const base = await store.tip();
  const act = async (): Promise<void> => {
    await world.fake.push("main", { "src/app.ts": "1\n" });
  };
  world.fake.fault({ on: isCommit, do: { kind: "between", act } });
  const answer = await commitOn(store, base, "claim", { "ledger/a/1.json": "1\n" });
  expect(answer).toEqual({ kind: "conflict" });
  expect(subjects(world)).toEqual(["a person's change", "start"]);
});

test("finds its lost commit below the push of a person, and reads before it commits again", async () => {
  const world = await openGithubStoreWorld();
  const store = world.open();
  const base = await store.tip();
  world.fake.fault({ on: isCommit, do: { kind: "lost" } });
  let commits = 0;
  const stop = world.fake.onRequest(async (request) => {
    commits += isCommit(request) ? 1 : 0;
    if (commits !== 2) return;
    stop();
    await world.fake.push("main", { "ledger/b/9.json": "9\n" });
  });
  const own = tipOf(await commitOn(store, base, "claim", { "ledger/a/1.json": "1\n" }));
  const newest = world.fake.head("main");
  expect(own).toBe(world.fake.git("rev-parse", "main~1").trim());
  world.routes();
  expect(await commitOn(store, own, "settle", { "ledger/a/1.json": "2\n" })).toEqual({
    kind: "conflict",
  });
  expect(world.routes()).toEqual([]);
  expect(await store.tip()).toBe(newest);
  expect((await store.ids()).entries.size).toBe(2);
});

test("knows its lost commit by its files after a squash", async () => {
  const world = await openGithubStoreWorld();
  const store = world.open();
  const base = await store.tip();
  world.fake.fault({ on: isCommit, do: { kind: "lost" } });
  let commits = 0;
  const stop = world.fake.onRequest((request) => {
    commits += isCommit(request) ? 1 : 0;
    if (commits !== 2) return;
    stop();
    const { fake } = world;
    const squashed = fake.git("commit-tree", "main^{tree}", "-p", base, "-m", "squashed").trim();
    fake.git("update-ref", "refs/heads/main", squashed);
  });
  const own = tipOf(await commitOn(store, base, "claim", { "ledger/a/1.json": "1\n" }));
  expect(own).toBe(world.fake.head("main"));
  expect(subjects(world)).toEqual(["squashed", "start"]);
  expect(await commitOn(store, own, "settle", { "ledger/a/1.json": "2\n" })).toEqual({
    kind: "conflict",
  });
  tipOf(await commitOn(store, await store.tip(), "settle", { "ledger/a/1.json": "2\n" }));
});

test("does not take the commit of another holder with the same changes for its own", async () => {
  const world = await openGithubStoreWorld();
  const [store, other] = [world.open(), world.open()];
  const base = await store.tip();
  await other.tip();
  const change = { path: "ledger/a/1.json", content: "theirs\n" };
  const theirs = await other.commit({
    expected: base,
    message: ownMessage("claim", "actions:2/1/bbbb"),
    changes: [change],
    until: Infinity,
  });
  expect(theirs.kind).toBe("committed");
  const answer = await commitOn(store, base, "claim", { "ledger/a/1.json": "mine\n" });
  expect(answer).toEqual({ kind: "conflict" });
});

test("a removal of a file that is not there is a bug (section 7)", async () => {
  const world = await openGithubStoreWorld();
  const store = world.open();
  const base = await store.tip();
  await expect(commitOn(store, base, "fold", { "ledger/a/1.json": undefined })).rejects.toThrow(
    InvariantError,
  );
  expect(world.fake.head("main")).toBe(base);
});

test("names a branch that was deleted, after it was waited for", async () => {
  const world = await openGithubStoreWorld();
  await world.fake.push("tidemark-ledger", { "ledger/a/0.json": "0\n" });
  const store = world.open({ branch: "tidemark-ledger" });
  const base = await store.tip();
  world.fake.deleteBranch("tidemark-ledger");
  expect(await commitOn(store, base, "claim", { "ledger/a/1.json": "1\n" })).toEqual({
    kind: "refused",
    message:
      "ledger branch tidemark-ledger: expected the branch that was read before, found that it was deleted",
    remedy: "restore the branch tidemark-ledger, then run again",
  });
  await expect(store.tip()).rejects.toThrow("found that it was deleted");
});

test("goes on when the branch is visible again", async () => {
  const world = await openGithubStoreWorld();
  await world.fake.push("tidemark-ledger", { "ledger/a/0.json": "0\n" });
  const store = world.open({ branch: "tidemark-ledger" });
  const base = await store.tip();
  world.fake.deleteBranch("tidemark-ledger");
  let looks = 0;
  world.fake.onRequest((request) => {
    looks += isTip(request) ? 1 : 0;
    if (looks === 2) world.fake.git("update-ref", "refs/heads/tidemark-ledger", base);
  });
  const tip = tipOf(await commitOn(store, base, "claim", { "ledger/a/1.json": "1\n" }));
  expect(world.fake.head("tidemark-ledger")).toBe(tip);
});

test.each([
  { protection: "ruleset", found: "the rules pull_request of a ruleset of octo/ledger" },
  {
    protection: "status-checks",
    found: "the rules required_status_checks of a ruleset of octo/ledger",
  },
  { protection: "classic", found: "the branch protection rule of this branch" },
] as const)("names the rule and the remedies: $protection (G23)", async ({ protection, found }) => {
  const world = await openGithubStoreWorld();
  const store = world.open();
  const base = await store.tip();
  world.routes();
  world.fake.protect("main", protection);
  const answer = await commitOn(store, base, "claim", { "ledger/a/1.json": "1\n" });
  if (answer.kind !== "refused") throw new Error(`expected a refusal, found ${answer.kind}`);
  expect(answer.message).toContain(
    `ledger branch main: expected GitHub to take a commit, found ${found} (`,
  );
  expect(answer.remedy).toBe(remedies);
  expect(world.routes()).toEqual([
    "graphql:Commit",
    "GET /repos/{owner}/{repo}/rules/branches/{branch}",
  ]);
});

test("a branch that wants signatures takes commits of the API", async () => {
  const world = await openGithubStoreWorld();
  const store = world.open();
  world.fake.protect("main", "signatures");
  const answer = await commitOn(store, await store.tip(), "claim", { "ledger/a/1.json": "1\n" });
  expect(answer.kind).toBe("committed");
});

test("names the permission that is missing", async () => {
  const world = await openGithubStoreWorld();
  const store = world.open();
  const base = await store.tip();
  world.fake.readOnlyToken();
  expect(await commitOn(store, base, "claim", { "ledger/a/1.json": "1\n" })).toEqual({
    kind: "refused",
    message:
      "ledger branch main: expected GitHub to take a commit, found a token without the permission to write " +
      "(Resource not accessible by integration (status 200))",
    remedy: "give the workflow `permissions: contents: write`",
  });
});

test("tells of a token that has expired", async () => {
  const world = await openGithubStoreWorld();
  const store = world.open();
  const base = await store.tip();
  world.fake.expireToken();
  const answer = await commitOn(store, base, "claim", { "ledger/a/1.json": "1\n" });
  expect(answer).toEqual({
    kind: "refused",
    message:
      "ledger branch main: expected GitHub to take a commit, found that the token has expired or was revoked " +
      "(Bad credentials (status 401))",
    remedy:
      "run again with a new token; the token of an App lives one hour, so keep `time_budget` at 45 minutes or less with one",
  });
});

test.each([
  { limit: "secondary", retryAfter: 30, ms: 30_000 },
  { limit: "secondary", status: 403, retryAfter: 5, ms: 5000 },
  { limit: "secondary", status: 429, ms: 60_000 },
  { limit: "primary", resetIn: 20, ms: 20_000 },
] as const)(
  "waits out a limit and commits then: $limit, $ms ms (G24)",
  async ({ ms, ...limit }) => {
    const world = await openGithubStoreWorld();
    const store = world.open();
    const base = await store.tip();
    world.fake.fault({ on: isCommit, do: { kind: "limited", ...limit } });
    const before = world.clock.mono();
    tipOf(await commitOn(store, base, "claim", { "ledger/a/1.json": "1\n" }));
    const waited = world.clock.mono() - before;
    expect([waited >= ms, waited < ms + 1000]).toEqual([true, true]);
  },
);

test("refuses where a limit outlasts the run", async () => {
  const world = await openGithubStoreWorld();
  const store = world.open();
  const base = await store.tip();
  world.fake.fault({
    on: isCommit,
    times: Infinity,
    do: { kind: "limited", limit: "primary", resetIn: 600 },
  });
  const until = world.clock.mono() + 60_000;
  expect(await commitOn(store, base, "claim", { "ledger/a/1.json": "1\n" }, until)).toEqual({
    kind: "refused",
    message:
      "ledger branch main: expected GitHub to take a commit, found no time for it " +
      "(GitHub's limit lasts until 2026-11-25T00:10:00.000Z)",
    remedy: "run again later, and less often where other workflows use up GitHub's limit",
  });
  expect(world.clock.mono()).toBe(0);
});

test("sends once and asks nobody while the run is being cancelled (G13, G28)", async () => {
  const world = await openGithubStoreWorld();
  const cancel = new AbortController();
  const store = world.open({ cancel: cancel.signal });
  const base = await store.tip();
  world.routes();
  cancel.abort();
  world.fake.fault({ on: isCommit, do: { kind: "fail", status: 502 } });
  const answer = await commitOn(store, base, "release", { "ledger/a/1.json": "1\n" });
  expect(answer.kind).toBe("unknown");
  expect(world.routes()).toEqual(["graphql:Commit"]);
  expect(world.clock.mono()).toBe(0);
});

test("gives up when the time of a cancelled run is over, and sends nothing more (G28)", async () => {
  const world = await openGithubStoreWorld();
  const cancel = new AbortController();
  const store = world.open({ cancel: cancel.signal });
  const base = await store.tip();
  cancel.abort();
  world.clock.pass(4500);
  world.routes();
  const answer = await commitOn(store, base, "release", { "ledger/a/1.json": "1\n" });
  expect(answer).toEqual({
    kind: "refused",
    message:
      "ledger branch main: expected GitHub to take a commit, found no time for it " +
      "(not sent, since the run is being cancelled)",
    remedy: "run again later, and less often where other workflows use up GitHub's limit",
  });
  expect(world.routes()).toEqual([]);
});
