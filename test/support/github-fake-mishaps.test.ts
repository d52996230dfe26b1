import { expect, test } from "vitest";

import { type Answer, callFake, isCommit } from "./github-caller.ts";
import type { FaultAction } from "./github-fake/faults.ts";

const noon = Date.UTC(2026, 10, 25, 12);

const tipDocument = `query Tip { repository(owner: "octo", name: "ledger") {
  tip: ref(qualifiedName: "refs/heads/main") { target { oid } }
  last: object(expression: "HEAD:README.md") { oid } } }`;

function tipOf({ body }: Answer): string | undefined {
  const { data } = body as { data: { repository: { tip: { target: { oid: string } } | null } } };
  return data.repository.tip?.target.oid;
}

function errorOf({ status, body }: Answer): unknown {
  const { errors, message: ofRest } = body as {
    errors?: readonly { type?: string; message: string }[];
    message?: string;
  };
  const [error] = errors ?? [];
  return { status, type: error?.type, message: error?.message ?? ofRest };
}

test("loses the answer after the effect: the same mutation again is stale", async () => {
  const { fake, commit, show } = await callFake();
  const head = fake.head("main");
  fake.fault({ on: isCommit, do: { kind: "lost" } });
  await expect(commit(head, { a: "1" })).rejects.toThrow("fetch failed");
  expect(show("main", "a")).toBe("1");
  expect(fake.requests.map(({ status }) => status)).toEqual([undefined]);
  expect(errorOf(await commit(head, { a: "1" }))).toMatchObject({ type: "STALE_DATA" });
});

test.for([
  { kind: "reset" },
  { kind: "fail", status: 502 },
  { kind: "went-wrong", when: "before" },
] satisfies FaultAction[])("fails before the effect by $kind, once", async (action) => {
  const { fake, commit } = await callFake();
  const head = fake.head("main");
  fake.fault({ on: isCommit, do: action });
  const answer = await commit(head, { a: "1" }).catch(() => undefined);
  expect(answer?.status).toBe({ reset: undefined, fail: 502, "went-wrong": 200 }[action.kind]);
  expect(fake.head("main")).toBe(head);
  expect((await commit(head, { a: "1" })).body).toMatchObject({ data: {} });
  expect(fake.head("main")).not.toBe(head);
});

test("says that something went wrong although the commit was made", async () => {
  const { fake, commit, show } = await callFake();
  fake.fault({ on: isCommit, do: { kind: "went-wrong", when: "after" } });
  expect(errorOf(await commit(fake.head("main"), { a: "1" }))).toMatchObject({
    status: 200,
    type: undefined,
    message: expect.stringContaining("Something went wrong while executing your query"),
  });
  expect(show("main", "a")).toBe("1");
});

test("shows the tip before the last one for as many requests as asked, then the newest", async () => {
  const { fake, graphql } = await callFake();
  const old = fake.head("main");
  const newest = await fake.push("main", { a: "1" });
  fake.fault({ on: ({ route }) => route === "graphql:Tip", times: 2, do: { kind: "stale" } });
  expect(tipOf(await graphql(tipDocument))).toBe(old);
  expect(tipOf(await graphql(tipDocument))).toBe(old);
  expect(tipOf(await graphql(tipDocument))).toBe(newest);
  await fake.push("fresh", { a: "1" });
  const document = `{ repository(owner: "octo", name: "ledger") { ref(qualifiedName: "fresh") { name } } }`;
  fake.fault({ on: () => true, do: { kind: "stale" } });
  const unseen = { data: { repository: { ref: null } } };
  expect((await graphql(document)).body).toEqual(unseen);
});

test("shows what was there some seconds ago, and a new branch not at all", async () => {
  let now = noon;
  const { fake, graphql } = await callFake({ now: () => now });
  const old = fake.head("main");
  now += 10_000;
  const newest = await fake.push("main", { a: "1" });
  await fake.push("fresh", { a: "1" });
  const branches = `{ repository(owner: "octo", name: "ledger") {
    tip: ref(qualifiedName: "main") { target { oid } }
    fresh: ref(qualifiedName: "fresh") { name } } }`;
  const lag = { ms: 3000 };
  fake.fault({ on: () => true, times: Infinity, do: { kind: "stale", lag } });
  now += 2999;
  const early = await graphql(branches);
  expect(tipOf(early)).toBe(old);
  expect(early.body).toMatchObject({ data: { repository: { fresh: null } } });
  now += 1;
  const late = await graphql(branches);
  expect(tipOf(late)).toBe(newest);
  expect(late.body).toMatchObject({ data: { repository: { fresh: { name: "fresh" } } } });
});

test("answers a mutation that meets a lagging replica as stale, and changes nothing", async () => {
  const { fake, commit } = await callFake();
  const newest = await fake.push("main", { a: "1" });
  fake.fault({ on: isCommit, do: { kind: "stale" } });
  expect(errorOf(await commit(newest, { a: "2" }))).toMatchObject({ type: "STALE_DATA" });
  expect(fake.head("main")).toBe(newest);
});

test("names both heads when the branch moves inside the write", async () => {
  const { fake, commit } = await callFake();
  const head = fake.head("main");
  let theirs = "";
  const act = async () => {
    theirs = await fake.push("main", { b: "theirs" });
  };
  fake.fault({ on: isCommit, do: { kind: "between", act } });
  expect(errorOf(await commit(head, { a: "mine" }))).toEqual({
    status: 200,
    type: undefined,
    message: `refs/heads/main is at ${theirs} but expected ${head}`,
  });
  expect(fake.head("main")).toBe(theirs);
});

test("of two commits at the same moment one lands", async () => {
  const { fake, commit } = await callFake();
  const head = fake.head("main");
  const answers = await Promise.all([commit(head, { a: "1" }), commit(head, { b: "2" })]);
  const made = answers.filter(({ body }) => !("errors" in (body as object)));
  expect(made).toHaveLength(1);
  expect(fake.git("rev-list", "--count", "main")).toBe("2");
});

test("leaves the last alias out, with an error or in silence", async () => {
  const { fake, graphql } = await callFake();
  fake.fault({ on: () => true, do: { kind: "partial" } });
  fake.fault({ on: ({ index }) => index === 1, do: { kind: "partial", silent: true } });
  const loud = await graphql(tipDocument);
  expect(loud.body).toMatchObject({
    data: { repository: { tip: { target: { oid: fake.head("main") } }, last: null } },
    errors: [{ type: "RESOURCE_LIMITS_EXCEEDED", path: ["repository", "last"] }],
  });
  const quiet = await graphql(tipDocument);
  expect(quiet.body).toMatchObject({ data: { repository: { last: null } } });
  expect(quiet.body).not.toHaveProperty("errors");
});

test.for([
  {
    action: { limit: "secondary", retryAfter: 3 },
    graphql: 200,
    rest: 403,
    headers: ["3", "1000", 3600],
  },
  {
    action: { limit: "secondary", status: 429 },
    graphql: 429,
    rest: 429,
    headers: [null, "1000", 3600],
  },
  { action: { limit: "primary", resetIn: 20 }, graphql: 200, rest: 403, headers: [null, "0", 20] },
] as const)("limits by $action, as GraphQL and REST say it", async ({ action, ...expected }) => {
  const { fake, graphql, rest } = await callFake({ now: () => noon });
  fake.fault({ on: () => true, times: 2, do: { kind: "limited", ...action } });
  const answers = { graphql: await graphql(tipDocument), rest: await rest("GET", "") };
  for (const kind of ["graphql", "rest"] as const) {
    const { status, headers } = answers[kind];
    expect(status).toBe(expected[kind]);
    expect(errorOf(answers[kind])).toMatchObject({
      type: status === 200 ? "RATE_LIMITED" : undefined,
      message: expect.stringMatching(/rate limit/u),
    });
    const [retryAfter, remaining, reset] = expected.headers;
    expect(headers.get("retry-after")).toBe(retryAfter);
    expect(headers.get("x-ratelimit-remaining")).toBe(remaining);
    expect(Number(headers.get("x-ratelimit-reset")) - noon / 1000).toBe(reset);
  }
});

test("runs out of points, gets new ones at the reset, and shows none when limits are off", async () => {
  let now = noon;
  const { fake, graphql, rest } = await callFake({ now: () => now });
  fake.points.remaining.graphql = 1;
  const last = await graphql(`
    {
      rateLimit {
        remaining
        resetAt
      }
    }
  `);
  expect(last.body).toEqual({
    data: { rateLimit: { remaining: 0, resetAt: "2026-11-25T13:00:00Z" } },
  });
  expect(errorOf(await graphql(tipDocument))).toMatchObject({ type: "RATE_LIMITED" });
  expect((await rest("GET", "")).headers.get("x-ratelimit-remaining")).toBe("999");
  now += 3_600_000;
  expect((await graphql(tipDocument)).headers.get("x-ratelimit-remaining")).toBe("999");
  fake.points.isOff = true;
  const off = await graphql(`
    {
      rateLimit {
        remaining
      }
    }
  `);
  expect(off.headers.has("x-ratelimit-remaining")).toBe(false);
  expect(off.body).toEqual({ data: { rateLimit: null } });
});

test("does not answer when it hangs, nor before a delay is over", async () => {
  const { fake, rest } = await callFake();
  fake.fault({ on: ({ index }) => index === 0, do: { kind: "hang" } });
  fake.fault({ on: ({ index }) => index === 1, do: { kind: "delay", ms: 60_000 } });
  fake.fault({ on: ({ index }) => index === 2, do: { kind: "delay", ms: 1 } });
  const waiting: Promise<unknown>[] = [];
  for (const count of [1, 2]) {
    waiting.push(rest("GET", "").catch(() => "broken"));
    await expect.poll(() => fake.requests.length).toBe(count);
  }
  expect((await rest("GET", "")).status).toBe(200);
  expect(fake.requests.map(({ status }) => status)).toEqual([undefined, undefined, 200]);
  await fake.close();
  expect(await Promise.all(waiting)).toEqual(["broken", "broken"]);
});

test("refuses what a ruleset, a protection, signatures and the token forbid", async () => {
  const { fake, commit, rest, graphql } = await callFake();
  const head = fake.head("main");
  const attempt = async () => errorOf(await commit(head, { a: "1" }));
  const rules = async () =>
    ((await rest("GET", "/rules/branches/main")).body as { type: string }[]).map(
      ({ type }) => type,
    );
  fake.protect("main", "ruleset");
  expect(await attempt()).toMatchObject({
    type: "FORBIDDEN",
    message: expect.stringContaining("Repository rule violations found"),
  });
  expect(await rules()).toEqual(["pull_request"]);
  fake.unprotect("main");
  fake.protect("main", "classic");
  expect(await attempt()).toMatchObject({ type: "BRANCH_PROTECTION_RULE_VIOLATION" });
  expect(await rules()).toEqual([]);
  fake.unprotect("main");
  fake.readOnlyToken();
  expect(await attempt()).toMatchObject({
    status: 200,
    type: "FORBIDDEN",
    message: "Resource not accessible by integration",
  });
  expect((await rest("POST", "/issues", { title: "x" })).status).toBe(403);
  const sha = await fake.push("work", { b: "1" });
  expect((await rest("PATCH", "/git/refs/heads/main", { sha })).status).toBe(403);
  const moved = await graphql(
    `
      mutation ($input: UpdateRefsInput!) {
        updateRefs(input: $input) {
          clientMutationId
        }
      }
    `,
    {
      input: {
        repositoryId: "R_octo/ledger",
        refUpdates: [{ name: "refs/heads/main", afterOid: sha }],
      },
    },
  );
  expect(errorOf(moved)).toMatchObject({ type: "FORBIDDEN" });
  fake.expireToken();
  expect(await attempt()).toEqual({ status: 401, type: undefined, message: "Bad credentials" });
  expect(fake.head("main")).toBe(head);
});

test("lets signed commits onto a branch that wants signatures, and no others", async () => {
  const { fake, commit, rest } = await callFake();
  fake.protect("main", "signatures");
  await commit(fake.head("main"), { a: "1" });
  expect(fake.git("show", "main:a")).toBe("1");
  const tree = fake.git("rev-parse", "main^{tree}");
  const author = { name: "Ada", email: "ada@example.com" };
  const body = { message: "mine", tree, parents: [fake.head("main")], author };
  const { sha } = (await rest("POST", "/git/commits", body)).body as { sha: string };
  expect(await rest("PATCH", "/git/refs/heads/main", { sha })).toMatchObject({
    status: 422,
    body: { message: expect.stringContaining("Commits must have verified signatures") },
  });
});

test("does not find a branch that was deleted in the middle of the run", async () => {
  const { fake, commit } = await callFake();
  const head = fake.head("main");
  await fake.push("tidemark-ledger", { a: "1" });
  const stop = fake.onRequest(() => fake.deleteBranch("tidemark-ledger"));
  const answer = await commit(fake.head("tidemark-ledger"), { a: "2" }, "tidemark-ledger");
  stop();
  expect(errorOf(answer)).toMatchObject({ type: undefined, message: "Branch not found" });
  expect(fake.head("main")).toBe(head);
});
