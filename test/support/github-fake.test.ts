import { execFileSync } from "node:child_process";

import { expect, test } from "vitest";

import { temporaryFolder } from "./git-repo.ts";
import { type Answer, callFake } from "./github-caller.ts";

const noon = Date.UTC(2026, 10, 25, 12);

/** The oid of a commit that was made. */
function oidOf({ body }: Answer): string {
  const { data } = body as { data: { createCommitOnBranch: { commit: { oid: string } } } };
  return data.createCommitOnBranch.commit.oid;
}

function firstError({ body }: Answer): unknown {
  const { errors } = body as { errors: readonly { type?: string; message: string }[] };
  const { type, message } = errors[0] ?? { message: "" };
  return { type, message };
}

test("answers the query of section 6 from one commit, modes as integers", async () => {
  const { fake, graphql } = await callFake({
    now: () => noon,
    files: { "ledger/a/fold.json": "{}\n", "ledger/a/2026/11.jsonl": "x", "README.md": "hi\n" },
  });
  const tip = fake.head("main");
  const { status, body } = await graphql(
    `
      query Tip($owner: String!, $name: String!, $branch: String!, $s0: String!, $e0: String!) {
        rateLimit {
          remaining
          resetAt
        }
        repository(owner: $owner, name: $name) {
          tip: ref(qualifiedName: $branch) {
            target {
              oid
              ... on Commit {
                s0: file(path: $s0) {
                  mode
                  type
                  object {
                    ... on Tree {
                      entries {
                        name
                        mode
                        type
                        size
                        object {
                          ... on Tree {
                            entries {
                              name
                              size
                            }
                          }
                        }
                      }
                    }
                  }
                }
                none: file(path: "ledger/b") {
                  oid
                }
              }
            }
          }
          gone: ref(qualifiedName: "no-such-branch") {
            target {
              oid
            }
          }
          e0: object(expression: $e0) {
            oid
          }
        }
      }
    `,
    {
      owner: "octo",
      name: "ledger",
      branch: "refs/heads/main",
      s0: "ledger/a",
      e0: `${tip}:README.md`,
    },
  );
  expect({ status, body }).toEqual({
    status: 200,
    body: {
      data: {
        rateLimit: { remaining: 999, resetAt: "2026-11-25T13:00:00Z" },
        repository: {
          tip: {
            target: {
              oid: tip,
              s0: {
                mode: 16384,
                type: "tree",
                object: {
                  entries: [
                    {
                      name: "2026",
                      mode: 16384,
                      type: "tree",
                      size: 0,
                      object: { entries: [{ name: "11.jsonl", size: 1 }] },
                    },
                    { name: "fold.json", mode: 33188, type: "blob", size: 3, object: {} },
                  ],
                },
              },
              none: null,
            },
          },
          gone: null,
          e0: { oid: fake.git("rev-parse", "main:README.md") },
        },
      },
    },
  });
});

test("shows symlinks, executables and submodules by their modes", async () => {
  const { fake, graphql } = await callFake({
    files: {
      link: { mode: "120000", content: "README.md" },
      tool: { mode: "100755", content: "#!\n" },
    },
  });
  const { body } = await graphql(`
    {
      repository(owner: "octo", name: "ledger") {
        ref(qualifiedName: "main") {
          target {
            ... on Commit {
              tree {
                entries {
                  name
                  mode
                }
              }
            }
          }
        }
      }
    }
  `);
  expect(JSON.stringify(body)).toContain(
    '[{"name":"link","mode":40960},{"name":"tool","mode":33261}]',
  );
  expect(fake.git("ls-tree", "main")).toContain("120000 blob");
});

test("cuts the text of a large blob and says so; REST has all of it", async () => {
  const large = "ä".repeat(300_000);
  const { fake, graphql, rest } = await callFake({ files: { large, bin: "a\0b" } });
  const blob = async (path: string) => {
    const oid = fake.git("rev-parse", `main:${path}`);
    const document = `query($oid: GitObjectID!) { repository(owner: "octo", name: "ledger") {
      object(oid: $oid) { oid ... on Blob { byteSize isBinary isTruncated text } } } }`;
    const answer = await graphql(document, { oid });
    const { data } = answer.body as { data: { repository: { object: { text: string | null } } } };
    return { oid, ...data.repository.object, length: data.repository.object.text?.length };
  };
  expect(await blob("large")).toMatchObject({
    byteSize: 600_000,
    isBinary: false,
    isTruncated: true,
    length: 250_000,
  });
  expect(await blob("bin")).toMatchObject({ byteSize: 3, isBinary: true, text: null });
  const { body } = await rest("GET", `/git/blobs/${fake.git("rev-parse", "main:large")}`);
  const { content, size } = body as { content: string; size: number };
  expect(size).toBe(600_000);
  expect(Buffer.from(content, "base64").toString()).toBe(large);
});

test("resolves branches, tags, abbreviated ids, parents and paths in expressions", async () => {
  const { fake, graphql } = await callFake();
  const first = fake.head("main") ?? "";
  const second = await fake.push("main", { "ledger/a": "1" });
  fake.git("tag", "v1", first);
  const oid = async (expression: string) => {
    const { body } = await graphql(
      `
        query ($e: String!) {
          repository(owner: "octo", name: "ledger") {
            object(expression: $e) {
              oid
            }
          }
        }
      `,
      { e: expression },
    );
    return (body as { data: { repository: { object: { oid: string } | null } } }).data.repository
      .object?.oid;
  };
  for (const name of ["main", "HEAD", "refs/heads/main", second, second.slice(0, 8)])
    expect([name, await oid(name)]).toEqual([name, second]);
  for (const name of ["v1", "main~1", `${second}^`])
    expect([name, await oid(name)]).toEqual([name, first]);
  for (const name of ["", "no-such", "--all", `${second}x`, "0".repeat(40), "main:none"])
    expect([name, await oid(name)]).toEqual([name, undefined]);
  expect(await oid("main:ledger/a")).toBe(fake.git("rev-parse", "main:ledger/a"));
});

test("pages through the history of a path", async () => {
  const { fake, graphql } = await callFake({ now: () => noon });
  const one = await fake.push("main", { "ledger/a": "1" }, "one");
  await fake.push("main", { other: "1" }, "other");
  const two = await fake.push("main", { "ledger/a": "2" }, "two\n\nTidemark-Holder: local:1");
  const document = `query($after: String) { repository(owner: "octo", name: "ledger") {
    ref(qualifiedName: "main") { target { ... on Commit {
      history(first: 1, path: "ledger", after: $after) {
        nodes { oid message committedDate author { name } parents(first: 1) { nodes { oid } } }
        pageInfo { hasNextPage endCursor } } } } } } }`;
  const page = async (after: string | null) => {
    const { body } = await graphql(document, { after });
    type Page = { nodes: readonly unknown[]; pageInfo: { endCursor: string } };
    const found = body as { data: { repository: { ref: { target: { history: Page } } } } };
    return found.data.repository.ref.target.history;
  };
  const first = await page(null);
  expect(first).toEqual({
    nodes: [
      {
        oid: two,
        message: "two\n\nTidemark-Holder: local:1",
        committedDate: "2026-11-25T12:00:00Z",
        author: { name: "Mona" },
        parents: { nodes: [{ oid: fake.git("rev-parse", `${two}~1`) }] },
      },
    ],
    pageInfo: { hasNextPage: true, endCursor: `${two} 0` },
  });
  expect(await page(first.pageInfo.endCursor)).toMatchObject({
    nodes: [{ oid: one }],
    pageInfo: { hasNextPage: false },
  });
});

test("commits on the expected head, by the bot, and keeps the mode of what is there", async () => {
  const { fake, commit, show } = await callFake({
    now: () => noon,
    files: { "ledger/tool": { mode: "100755", content: "old" }, "ledger/old/gone": "x" },
  });
  const made = await commit(fake.head("main"), {
    "ledger/tool": "new",
    "ledger/a/1.json": "1\n",
    "ledger/old/gone": undefined,
  });
  expect(fake.head("main")).toBe(oidOf(made));
  expect(fake.git("ls-tree", "-rt", "--format=%(objectmode) %(path)", "main")).toBe(
    "040000 ledger\n040000 ledger/a\n100644 ledger/a/1.json\n100755 ledger/tool",
  );
  expect(show("main", "ledger/tool")).toBe("new");
  expect(fake.git("log", "-1", "--format=%an|%cn|%cI|%B")).toBe(
    "github-actions[bot]|GitHub|2026-11-25T12:00:00+00:00|claim\n\nTidemark-Holder: local:1",
  );
});

test("leaves a history that git finds sound, and that can be cloned and pushed to", async () => {
  const { fake, commit } = await callFake({ files: { "a/b": "1", "a.txt": "2", "a-b/c": "3" } });
  const made = oidOf(await commit(fake.head("main"), { a: "1" }));
  expect(fake.git("fsck", "--strict", "--full", "--no-dangling")).toBe("");
  fake.git("pack-refs", "--all");
  fake.git("repack", "-adq");
  expect(fake.head("main")).toBe(made);
  const folder = temporaryFolder();
  const git = (...args: string[]) =>
    execFileSync("git", args, { cwd: folder, encoding: "utf8", stdio: "pipe" });
  git("clone", "-q", fake.gitDir, ".");
  git("-c", "user.name=Ada", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "mine");
  git("push", "-q", "origin", "main");
  expect(git("rev-parse", "HEAD~1").trim()).toBe(made);
  expect(firstError(await commit(made, { a: "2" }))).toMatchObject({ type: "STALE_DATA" });
});

test("refuses a commit on a head that is not the newest, and changes nothing", async () => {
  const { fake, commit } = await callFake();
  const old = fake.head("main");
  const newest = await fake.push("main", { a: "theirs" });
  const answer = await commit(old, { a: "mine" });
  expect({ status: answer.status, body: answer.body }).toMatchObject({
    status: 200,
    body: { data: { createCommitOnBranch: null }, errors: [{ path: ["createCommitOnBranch"] }] },
  });
  expect(firstError(answer)).toEqual({
    type: "STALE_DATA",
    message: `Expected branch to point to "${old}" but it did not.  Pull and try again.`,
  });
  expect(fake.head("main")).toBe(newest);
});

test("refuses deletions of what is not there, and branches that do not exist", async () => {
  const { fake, commit } = await callFake();
  const head = fake.head("main");
  expect(firstError(await commit(head, { none: undefined }))).toEqual({
    type: "NOT_FOUND",
    message: `A path was requested for deletion which does not exist as of commit oid \`${head}\``,
  });
  expect(firstError(await commit(head, { a: "1" }, "nowhere"))).toEqual({
    type: undefined,
    message: "Branch not found",
  });
});

test("makes trees on a base, with folders by id, inline content and removals", async () => {
  const { fake, rest } = await callFake({
    files: { "ledger/a/1": "1", "ledger/b/2": "2", "ledger/README.md": "r" },
  });
  const head = fake.head("main");
  const blob = await rest("POST", "/git/blobs", { content: "bmV1", encoding: "base64" });
  const { sha } = blob.body as { sha: string };
  const tree = await rest("POST", "/git/trees", {
    base_tree: head,
    tree: [
      { path: "ledger/a", mode: "040000", type: "tree", sha: null },
      { path: "copy", mode: "040000", type: "tree", sha: fake.git("rev-parse", "main:ledger/b") },
      { path: "ledger/b/3", mode: "100644", type: "blob", sha },
      { path: "inline", mode: "100644", type: "blob", content: "here" },
    ],
  });
  const made = tree.body as { sha: string };
  expect(fake.git("ls-tree", "-r", "--name-only", made.sha).split("\n")).toEqual([
    "copy/2",
    "inline",
    "ledger/README.md",
    "ledger/b/2",
    "ledger/b/3",
  ]);
  const gone = { path: "none", mode: "100644", type: "blob", sha: null };
  const missing = await rest("POST", "/git/trees", { base_tree: head, tree: [gone] });
  expect(missing).toMatchObject({ status: 422, body: { message: "GitRPC::BadObjectState" } });
});

test("moves a branch forward by the Git Data API, and refuses what is no fast forward", async () => {
  const { fake, rest, show } = await callFake();
  const head = fake.head("main");
  const item = { path: "a", mode: "100644", type: "blob", content: "1" };
  const tree = await rest("POST", "/git/trees", { base_tree: head, tree: [item] });
  const made = await rest("POST", "/git/commits", {
    message: "by data",
    tree: (tree.body as { sha: string }).sha,
    parents: [head],
  });
  const { sha } = made.body as { sha: string };
  expect(made.body).toMatchObject({ verification: { verified: true } });
  expect(await rest("PATCH", "/git/refs/heads%2Fmain", { sha, force: false })).toMatchObject({
    status: 200,
    body: { ref: "refs/heads/main", object: { sha } },
  });
  expect(show("main", "a")).toBe("1");
  await fake.push("main", { b: "1" });
  expect(await rest("PATCH", "/git/refs/heads/main", { sha, force: false })).toMatchObject({
    status: 422,
    body: { message: "Update is not a fast forward" },
  });
});

test("makes a branch once, and deletes it", async () => {
  const { fake, rest } = await callFake();
  const wanted = { ref: "refs/heads/tidemark-ledger", sha: fake.head("main") };
  expect((await rest("POST", "/git/refs", wanted)).status).toBe(201);
  expect(await rest("POST", "/git/refs", wanted)).toMatchObject({
    status: 422,
    body: { message: "Reference already exists" },
  });
  expect((await rest("DELETE", "/git/refs/heads/tidemark-ledger")).status).toBe(204);
  expect(fake.head("tidemark-ledger")).toBeUndefined();
});

test("updates refs at the ids that were read, and has no word for a stale one", async () => {
  const { fake, graphql } = await callFake();
  const head = fake.head("main");
  const other = await fake.push("other", { a: "1" });
  const update = async (beforeOid: string, afterOid: string) =>
    await graphql(
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
          refUpdates: [{ name: "refs/heads/tidemark/publish", beforeOid, afterOid, force: true }],
        },
      },
    );
  const zeros = "0".repeat(40);
  expect((await update(zeros, other)).body).toEqual({
    data: { updateRefs: { clientMutationId: null } },
  });
  expect(firstError(await update(zeros, other))).toMatchObject({
    type: undefined,
    message: expect.stringMatching(/^Something went wrong while executing your query/u),
  });
  await update(other, head ?? "");
  expect(fake.head("tidemark/publish")).toBe(head);
  await update(head ?? "", zeros);
  expect(fake.head("tidemark/publish")).toBeUndefined();
});

test("updates several refs together or none", async () => {
  const { fake, graphql } = await callFake();
  const head = fake.head("main");
  const other = await fake.push("other", { a: "1" });
  const refUpdates = [
    { name: "refs/heads/one", beforeOid: "0".repeat(40), afterOid: other },
    { name: "refs/heads/main", beforeOid: other, afterOid: other },
  ];
  const { body } = await graphql(
    `
      mutation ($input: UpdateRefsInput!) {
        updateRefs(input: $input) {
          clientMutationId
        }
      }
    `,
    { input: { repositoryId: "R_octo/ledger", refUpdates } },
  );
  expect(body).toMatchObject({ data: { updateRefs: null } });
  expect([fake.head("one"), fake.head("main")]).toEqual([undefined, head]);
});

test("logs every request with its route, its root fields and its status", async () => {
  const { fake, graphql, rest } = await callFake();
  fake.runs.set("77", { status: "completed", conclusion: "success", run_attempt: 2 });
  await graphql(`
    query Limit {
      rateLimit {
        remaining
      }
      viewer {
        login
      }
    }
  `);
  const run = await rest("GET", "/actions/runs/77");
  await rest("GET", "/actions/runs/78");
  expect(run.body).toMatchObject({ status: "completed", conclusion: "success", run_attempt: 2 });
  expect(fake.requests.map(({ route, fields, status }) => ({ route, fields, status }))).toEqual([
    { route: "graphql:Limit", fields: ["rateLimit", "viewer"], status: 200 },
    { route: "GET /repos/{owner}/{repo}/actions/runs/{run_id}", fields: [], status: 200 },
    { route: "GET /repos/{owner}/{repo}/actions/runs/{run_id}", fields: [], status: 404 },
  ]);
});

test("lists issues by label and state with pull requests among them, page by page", async () => {
  const { fake, rest } = await callFake();
  fake.openIssue({ title: "a person's" });
  const opened = await rest("POST", "/issues", { title: "ours", body: "x", labels: ["tidemark"] });
  const { number } = opened.body as { number: number };
  await fake.push("work", { a: "1" });
  await rest("POST", "/pulls", { title: "change", head: "work", base: "main" });
  const titles = async (query: string) =>
    ((await rest("GET", `/issues?${query}`)).body as { title: string }[]).map(({ title }) => title);
  expect(await titles("")).toEqual(["change", "ours", "a person's"]);
  expect(await titles("labels=tidemark&state=open")).toEqual(["ours"]);
  const page = await rest("GET", "/issues?per_page=2");
  expect(page.headers.get("link")).toContain('page=2>; rel="next"');
  await rest("POST", `/issues/${number}/comments`, { body: "well again" });
  await rest("PATCH", `/issues/${number}`, { state: "closed" });
  expect(await titles("labels=tidemark&state=open")).toEqual([]);
  expect(fake.issues.at(1)).toMatchObject({
    state: "closed",
    stateReason: "completed",
    comments: [{ body: "well again" }],
  });
});
