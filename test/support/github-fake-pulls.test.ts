import { expect, test } from "vitest";

import { callFake, type Caller } from "./github-caller.ts";

async function openPull({ fake, rest }: Caller, files: Readonly<Record<string, string>>) {
  await fake.push("work", files, "change things\n\nTidemark-Holder: local:1");
  const title = "Ledger";
  const answer = await rest("POST", "/pulls", { title, head: "work", base: "main", body: "b" });
  return (answer.body as { number: number }).number;
}

test("opens a pull request once, and none when the head has nothing ahead", async () => {
  const caller = await callFake();
  const { fake, rest } = caller;
  fake.git("branch", "equal", "main");
  const same = { title: "t", head: "equal", base: "main" };
  expect(await rest("POST", "/pulls", same)).toMatchObject({
    status: 422,
    body: { errors: [{ message: "No commits between main and equal" }] },
  });
  await openPull(caller, { a: "1" });
  const again = { title: "t", head: "work", base: "main" };
  expect(await rest("POST", "/pulls", again)).toMatchObject({
    status: 422,
    body: { errors: [{ message: "A pull request already exists for octo:work." }] },
  });
  const nowhere = { title: "t", head: "nowhere", base: "main" };
  expect(await rest("POST", "/pulls", nowhere)).toMatchObject({
    status: 422,
    body: { errors: [{ field: "head", code: "invalid" }] },
  });
  expect(fake.pulls).toHaveLength(1);
});

test("is opened, edited and found through GraphQL", async () => {
  const { fake, graphql } = await callFake();
  await fake.push("work", { a: "1" });
  const opened = await graphql(
    `
      mutation ($input: CreatePullRequestInput!) {
        createPullRequest(input: $input) {
          pullRequest {
            id
            number
            url
          }
        }
      }
    `,
    {
      input: {
        repositoryId: "R_octo/ledger",
        baseRefName: "main",
        headRefName: "work",
        title: "Ledger",
        body: "one",
      },
    },
  );
  const url = `${fake.serverUrl}/octo/ledger/pull/1`;
  expect(opened.body).toEqual({
    data: { createPullRequest: { pullRequest: { id: "PR_1", number: 1, url } } },
  });
  await graphql(
    `
      mutation ($input: UpdatePullRequestInput!) {
        updatePullRequest(input: $input) {
          pullRequest {
            body
          }
        }
      }
    `,
    { input: { pullRequestId: "PR_1", body: "two" } },
  );
  const found = await graphql(`
    {
      repository(owner: "octo", name: "ledger") {
        none: pullRequests(headRefName: "other", baseRefName: "main", states: [OPEN], first: 1) {
          nodes {
            url
          }
        }
        one: pullRequests(
          headRefName: "work"
          baseRefName: "main"
          first: 1
          orderBy: { field: CREATED_AT, direction: DESC }
        ) {
          nodes {
            state
            url
            body
          }
        }
        ref(qualifiedName: "work") {
          associatedPullRequests(states: [OPEN], first: 1) {
            nodes {
              number
            }
          }
        }
      }
    }
  `);
  expect(found.body).toEqual({
    data: {
      repository: {
        none: { nodes: [] },
        one: { nodes: [{ state: "OPEN", url, body: "two" }] },
        ref: { associatedPullRequests: { nodes: [{ number: 1 }] } },
      },
    },
  });
  await graphql(
    `
      mutation ($input: ClosePullRequestInput!) {
        closePullRequest(input: $input) {
          pullRequest {
            state
          }
        }
      }
    `,
    { input: { pullRequestId: "PR_1" } },
  );
  expect(fake.pulls[0]?.state).toBe("CLOSED");
});

test("is closed by the server when the head is set to the base's tip, and does not reopen", async () => {
  const caller = await callFake();
  const number = await openPull(caller, { a: "1" });
  const { fake, rest } = caller;
  await rest("PATCH", "/git/refs/heads/work", { sha: fake.head("main"), force: true });
  expect((await rest("GET", `/pulls/${number}`)).body).toMatchObject({
    state: "closed",
    merged: false,
  });
  expect((await rest("PATCH", `/pulls/${number}`, { state: "open" })).status).toBe(422);
});

test("stays open when the head is forced from one finished commit to the next", async () => {
  const caller = await callFake();
  const number = await openPull(caller, { a: "1" });
  const { fake, rest } = caller;
  const next = await fake.push("next", { b: "2" });
  await rest("PATCH", "/git/refs/heads/work", { sha: next, force: true });
  expect(fake.pulls[0]).toMatchObject({ number, state: "OPEN", headOid: next });
});

test("is closed when its head branch is deleted", async () => {
  const caller = await callFake();
  await openPull(caller, { a: "1" });
  caller.fake.deleteBranch("work");
  expect(caller.fake.pulls[0]?.state).toBe("CLOSED");
});

test("is merged when somebody pushes its commits to the base", async () => {
  const caller = await callFake();
  await openPull(caller, { a: "1" });
  const { fake, rest } = caller;
  fake.git("update-ref", "refs/heads/main", "work");
  expect((await rest("GET", "/pulls/1")).body).toMatchObject({ state: "closed", merged: true });
});

test.for(["merge", "squash", "rebase"] as const)(
  "a person merges by %s, with real commits on a base that moved",
  async (method) => {
    const caller = await callFake({ files: { a: "0" } });
    const { fake, show } = caller;
    const number = await openPull(caller, { a: "1" });
    await fake.push("main", { b: "theirs" });
    const base = fake.head("main");
    const head = fake.head("work");
    const merged = await fake.merge(number, method, { deleteBranch: true });
    expect(fake.head("main")).toBe(merged);
    expect([show("main", "a"), show("main", "b")]).toEqual(["1", "theirs"]);
    expect(fake.git("log", "-1", "--format=%P|%B", "main")).toBe(
      {
        merge: `${base} ${head}|Merge pull request #1 from octo/work\n\nLedger`,
        squash: `${base}|change things (#1)\n\nTidemark-Holder: local:1`,
        rebase: `${base}|change things\n\nTidemark-Holder: local:1`,
      }[method],
    );
    expect(fake.head("work")).toBeUndefined();
    expect(fake.pulls[0]).toMatchObject({ state: "MERGED", mergeCommit: merged });
  },
);

test("a squash of several commits lists their messages below the title", async () => {
  const caller = await callFake();
  const number = await openPull(caller, { a: "1" });
  await caller.fake.push("work", { a: "2" }, "second");
  await caller.fake.merge(number, "squash");
  expect(caller.fake.git("log", "-1", "--format=%B", "main")).toBe(
    "Ledger (#1)\n\n* change things\n\nTidemark-Holder: local:1\n\n* second",
  );
  expect(caller.fake.head("work")).toBeDefined();
});

test("does not merge what conflicts", async () => {
  const caller = await callFake({ files: { a: "0\n" } });
  const number = await openPull(caller, { a: "1\n" });
  await caller.fake.push("main", { a: "2\n" });
  const head = caller.fake.head("main");
  await expect(caller.fake.merge(number, "merge")).rejects.toThrow("merge-tree");
  expect(caller.fake.head("main")).toBe(head);
});

test("a setting keeps Actions from opening pull requests, whatever the permission", async () => {
  const { fake, rest } = await callFake();
  await fake.push("work", { a: "1" });
  fake.forbidPullRequests();
  expect(await rest("POST", "/pulls", { title: "t", head: "work", base: "main" })).toMatchObject({
    status: 403,
    body: { message: "GitHub Actions is not permitted to create or approve pull requests." },
  });
});

test("cannot resolve a pull request for a moment when it is told so", async () => {
  const caller = await callFake();
  const number = await openPull(caller, { a: "1" });
  const { fake, rest } = caller;
  fake.fault({ on: ({ method }) => method === "PATCH", do: { kind: "unresolved" } });
  const first = await rest("PATCH", `/pulls/${number}`, { body: "new" });
  expect(first).toMatchObject({
    status: 422,
    body: { message: expect.stringContaining("Could not resolve to a node") },
  });
  expect((await rest("PATCH", `/pulls/${number}`, { body: "new" })).status).toBe(200);
});

test("keeps a branch where it is when it would move over workflow files", async () => {
  const { fake, graphql } = await callFake();
  await fake.push("tidemark/publish", { a: "1" });
  const before = fake.head("tidemark/publish");
  const after = await fake.push("main", { ".github/workflows/ci.yml": "on: push\n" });
  fake.guardWorkflows();
  const answer = await graphql(
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
        refUpdates: [
          { name: "refs/heads/tidemark/publish", beforeOid: before, afterOid: after, force: true },
        ],
      },
    },
  );
  expect(answer.body).toMatchObject({
    data: { updateRefs: null },
    errors: [{ message: expect.stringContaining("without `workflows` permission") }],
  });
  expect(fake.head("tidemark/publish")).toBe(before);
});
