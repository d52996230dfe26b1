import { expect, test } from "vitest";

import { callFake, type Caller } from "./github-caller.ts";

/** What the referee says when the fake is closed; nothing when all was well. */
async function verdictOf({ fake }: Caller): Promise<string> {
  return await fake.close().then(
    () => "",
    (error: Error) => error.message,
  );
}

test("finds nothing in requests as they should be", async () => {
  const caller = await callFake();
  await caller.commit(caller.fake.head("main"), { a: "1" });
  await caller.rest("GET", "");
  expect(await verdictOf(caller)).toBe("");
});

test("finds a field that GitHub does not describe, deep in a body too", async () => {
  const caller = await callFake();
  const item = { path: "a", mode: "100644", type: "blob", content: "1", colour: "red" };
  const answer = await caller.rest("POST", "/git/trees", { tree: [item], basetree: "x" });
  expect(answer.status).toBe(422);
  const verdict = await verdictOf(caller);
  expect(verdict).toContain("body: /tree/0/colour is not described");
  expect(verdict).toContain("body: /basetree is not described");
});

test("finds what is missing or of a wrong type in body, query and path", async () => {
  const caller = await callFake();
  await caller.rest("POST", "/git/refs", { ref: "refs/heads/x" });
  await caller.rest("POST", "/git/blobs", { content: 7 });
  await caller.rest("GET", "/issues?state=ajar");
  await caller.rest("GET", "/issues?colour=red");
  await caller.rest("GET", "/actions/runs/latest");
  const verdict = await verdictOf(caller);
  expect(verdict).toContain("5 violation(s)");
  expect(verdict).toContain("body:  must have required property 'sha'");
  expect(verdict).toContain("body: /content must be string");
  expect(verdict).toContain("query: /state must be equal to one of the allowed values");
  expect(verdict).toContain("query:  must NOT have additional properties");
  expect(verdict).toContain("path: /run_id must be integer");
});

test("finds routes that are not in use, the contents API and ref reads among them", async () => {
  const caller = await callFake();
  expect((await caller.rest("GET", "/contents/README.md")).status).toBe(404);
  await caller.rest("GET", "/git/ref/heads/main");
  const verdict = await verdictOf(caller);
  expect(verdict).toContain("contents/README.md is no operation in use");
  expect(verdict).toContain("git/ref/heads/main is no operation in use");
});

test("finds a document that GitHub's schema does not allow", async () => {
  const caller = await callFake();
  const { status, body } = await caller.graphql(
    `query($never: String) { repository(owner: "octo", name: "ledger") { colour } }`,
  );
  expect(status).toBe(200);
  expect(body).not.toHaveProperty("data");
  const verdict = await verdictOf(caller);
  expect(verdict).toContain('Cannot query field "colour"');
  expect(verdict).toContain('Variable "$never" is never used');
});

test("finds variables that are not what the schema wants", async () => {
  const caller = await callFake();
  await caller.commit("not an oid", { a: "1" });
  expect(await verdictOf(caller)).toContain('GitObjectID cannot be "not an oid"');
});

test("finds a connection without a size, or with too large a one", async () => {
  const caller = await callFake();
  const pulls = async (page: string) =>
    await caller.graphql(
      `{ repository(owner: "octo", name: "ledger") { pullRequests${page} { totalCount } } }`,
    );
  await pulls("");
  await pulls("(first: 101)");
  const verdict = await verdictOf(caller);
  expect(verdict).toContain("pullRequests is asked for without `first` or `last`");
  expect(verdict).toContain("pullRequests is asked for 101 at once");
});

test("finds a field that the fake does not answer, rather than to say null", async () => {
  const caller = await callFake();
  await caller.graphql(`{ repository(owner: "octo", name: "ledger") { homepageUrl } }`);
  expect(await verdictOf(caller)).toContain("does not answer Repository.homepageUrl");
});

test("finds answers of its own that are not as described", async () => {
  const caller = await callFake();
  const status = 7 as unknown as string;
  caller.fake.runs.set("1", { status, conclusion: null, run_attempt: 1 });
  await caller.rest("GET", "/actions/runs/1");
  expect(await verdictOf(caller)).toContain(
    "answer 200 of GET /repos/{owner}/{repo}/actions/runs/{run_id}: /status must be",
  );
});

test("finds an empty commit, a path named twice, and files below .github", async () => {
  const caller = await callFake();
  const head = caller.fake.head("main");
  await caller.commit(head, {});
  expect(caller.fake.git("rev-list", "--count", "main")).toBe("2");
  await caller.commit(caller.fake.head("main"), { ".github/workflows/x.yml": "on: push" });
  const contents = Buffer.from("1").toString("base64");
  await caller.graphql(
    `mutation($input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $input) { commit { oid } } }`,
    {
      input: {
        branch: { repositoryNameWithOwner: "octo/ledger", branchName: "main" },
        expectedHeadOid: caller.fake.head("main"),
        message: { headline: "twice" },
        fileChanges: { additions: [{ path: "a", contents }], deletions: [{ path: "a" }] },
      },
    },
  );
  const verdict = await verdictOf(caller);
  expect(verdict).toContain("createCommitOnBranch without changes (G9)");
  expect(verdict).toContain("a commit writes .github/workflows/x.yml (G8)");
  expect(verdict).toContain("createCommitOnBranch names a path twice");
});

test("finds a request without the version of the API", async () => {
  const caller = await callFake();
  const { fake } = caller;
  const headers = { authorization: `token ${fake.token}` };
  const answer = await fetch(`${fake.apiUrl}/repos/octo/ledger`, { headers });
  expect(answer.status).toBe(200);
  expect(await verdictOf(caller)).toContain("asks for the API version of today (G1)");
});

test("finds a pull request body beyond the clamp", async () => {
  const caller = await callFake();
  await caller.fake.push("work", { a: "1" });
  const body = "x".repeat(30_001);
  await caller.rest("POST", "/pulls", { title: "t", head: "work", base: "main", body });
  expect(await verdictOf(caller)).toContain("exceeds 30,000 characters (G29)");
});
