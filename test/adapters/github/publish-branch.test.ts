// The published copy against the fake GitHub: each case of github.md section 11. `begin` is the start of a run, where
// the copy is read along with the tip; what happens between it and `publish` happens during the run.

import { expect, test } from "vitest";

import { copyRider } from "../../../src/adapters/github/copy-reading.ts";
import { githubPublisher } from "../../../src/adapters/github/publish-branch.ts";
import { LedgerError } from "../../../src/core/failure/errors.ts";
import type { Published } from "../../../src/core/report/published.ts";
import { openGithubPlace, type GithubPlace } from "../../support/github-place.ts";

const names = {
  base: "main",
  ledgerBranch: "tidemark-ledger",
  ledgerPath: "ops/ledger",
  dataPaths: ["data/contacts.ndjson", "data/deals/00.ndjson", "data/deals/01.ndjson", "root.csv"],
};

const record = "ops/ledger/contacts/2026/11/a.json";
const other = "ops/ledger/contacts/2026/11/b.json";
const readme = "ops/ledger/README.md";
const code = "src/main.ts";
const text = { title: "tidemark: 1 window", body: "One window." };

/** A repository whose ledger branch has one record that the base lacks. */
async function aRepository(): Promise<GithubPlace> {
  const place = await openGithubPlace({ [code]: "1\n", [readme]: "ours\n" });
  place.fake.git("branch", names.ledgerBranch, "main");
  await settle(place, { [record]: "a1\n" });
  return place;
}

async function settle(
  place: GithubPlace,
  files: Record<string, string | undefined>,
): Promise<void> {
  await place.fake.push(names.ledgerBranch, files);
}

interface Run {
  publish(words?: { readonly title: string; readonly body: string }): Promise<Published>;
}

async function begin(place: GithubPlace): Promise<Run> {
  const { client, clock, cancel, repositoryUrl } = place;
  const rider = copyRider(names);
  const variables = Object.entries(rider.variables);
  const declared = variables.map(([name, { type }]) => `$${name}: ${type}`).join(", ");
  const answer = await client.graphql(
    `query Tip(${declared}) { repository(owner: "octo", name: "ledger") { ${rider.fields} } }`,
    Object.fromEntries(variables.map(([name, { value }]) => [name, value])),
    { until: Infinity, isRead: true },
  );
  if (!answer.ok) throw new Error(answer.error.message);
  rider.note((answer.data as { repository: unknown }).repository);
  const ids = (): Promise<{ entries: ReturnType<typeof entriesOf> }> =>
    Promise.resolve({ entries: entriesOf(place, names.ledgerBranch) });
  const publisher = githubPublisher({ client, clock, cancel, names, rider, ids, repositoryUrl });
  return { publish: (words = text) => publisher.publish(words) };
}

/** A run in which nothing else happens. */
async function run(place: GithubPlace, words?: typeof text): Promise<Published> {
  return (await begin(place)).publish(words);
}

function entriesOf(
  { fake }: GithubPlace,
  branch: string,
): Map<string, { readonly mode: string; readonly oid: string }> {
  const lines = fake
    .git("ls-tree", branch, "ops/ledger/", ...names.dataPaths)
    .trim()
    .split("\n");
  return new Map(
    lines.map((line) => {
      const [meta = "", path = ""] = line.split("\t");
      const [mode = "", , oid = ""] = meta.split(" ");
      return [path, { mode, oid }] as const;
    }),
  );
}

/** Files of a branch with their text; undefined when there is no such branch. */
function filesOf({ fake }: GithubPlace, branch: string): Record<string, string> | undefined {
  if (fake.head(branch) === undefined) return undefined;
  const paths = fake.git("ls-tree", "-r", "--name-only", branch).trim().split("\n");
  return Object.fromEntries(
    paths.map((path) => [path, fake.git("cat-file", "blob", `${branch}:${path}`).trim()]),
  );
}

/** The copy as people see it: its files, how far ahead of the base it is, and every pull request. */
function copyOf(place: GithubPlace): object {
  const { fake } = place;
  const files = filesOf(place, "tidemark/publish");
  return {
    files,
    commits:
      files === undefined
        ? 0
        : Number(fake.git("rev-list", "--count", "main..tidemark/publish").trim()),
    pulls: fake.pulls.map(({ title, body, state }) => [title, body, state]),
  };
}

function open(place: GithubPlace, number: number): Published {
  return { kind: "open", url: `${place.repositoryUrl}/pull/${number}` };
}

const published = { [code]: "1", [readme]: "ours", [record]: "a1" };

/** Requests since `count`, by operation. */
function sent({ fake }: GithubPlace, count: number): readonly string[] {
  return fake.requests.slice(count).map(({ route }) => route);
}

test("the first copy is base plus ledger in one commit, shown in a pull request, for three requests (G20)", async () => {
  const place = await aRepository();
  const started = await begin(place);
  const count = place.fake.requests.length;
  expect(await started.publish()).toEqual(open(place, 1));
  expect(copyOf(place)).toEqual({
    files: published,
    commits: 1,
    pulls: [["tidemark: 1 window", "One window.", "OPEN"]],
  });
  expect(sent(place, count)).toEqual([
    "POST /repos/{owner}/{repo}/git/trees",
    "POST /repos/{owner}/{repo}/git/commits",
    "graphql:Publish",
  ]);
});

test("a copy that is current costs nothing", async () => {
  const place = await aRepository();
  await run(place);
  const started = await begin(place);
  const count = place.fake.requests.length;
  expect(await started.publish()).toEqual(open(place, 1));
  expect(sent(place, count)).toEqual([]);
});

test("a publisher that is asked twice reads the copy anew", async () => {
  const place = await aRepository();
  const started = await begin(place);
  await started.publish();
  await settle(place, { [other]: "b1\n" });
  const count = place.fake.requests.length;
  expect(await started.publish()).toEqual(open(place, 1));
  expect(filesOf(place, "tidemark/publish")).toEqual({ ...published, [other]: "b1" });
  expect(sent(place, count)[0]).toBe("graphql:PublishedCopy");
  expect(place.clock.mono()).toBe(0);
});

test("what the ledger adds, changes and removes is derived anew in the same pull request, with its new words", async () => {
  const place = await aRepository();
  await settle(place, { [other]: "b1\n", "data/contacts.ndjson": "{}\n", "root.csv": "a\n" });
  await run(place);
  await settle(place, {
    [record]: undefined,
    [other]: "b2\n",
    "ops/ledger/deals/x.json": "d\n",
    "data/deals/01.ndjson": "{}\n",
    "data/notes.md": "nobody's\n",
    "root.csv": undefined,
  });
  expect(await run(place, { title: "tidemark: 2 windows", body: "Two." })).toEqual(open(place, 1));
  expect(copyOf(place)).toEqual({
    files: {
      [code]: "1",
      [readme]: "ours",
      [other]: "b2",
      "data/contacts.ndjson": "{}",
      "data/deals/01.ndjson": "{}",
      "ops/ledger/deals/x.json": "d",
    },
    commits: 1,
    pulls: [["tidemark: 2 windows", "Two.", "OPEN"]],
  });
});

test("a sync folder and a data file that are gone from the ledger are taken out of the base", async () => {
  const place = await aRepository();
  await settle(place, { "data/contacts.ndjson": "{}\n" });
  await run(place);
  await place.fake.merge(1, "squash");
  await settle(place, { [record]: undefined, "data/contacts.ndjson": undefined });
  expect(await run(place)).toEqual(open(place, 2));
  expect(filesOf(place, "tidemark/publish")).toEqual({ [code]: "1", [readme]: "ours" });
});

test("a base that went on is built upon, and keeps its own README and code", async () => {
  const place = await aRepository();
  await run(place);
  await place.fake.push("main", { [code]: "2\n", [readme]: "theirs\n" });
  expect(await run(place)).toEqual(open(place, 1));
  expect(copyOf(place)).toMatchObject({
    files: { [code]: "2", [readme]: "theirs", [record]: "a1" },
    commits: 1,
  });
});

test("a base that goes on during a run leaves the pull request mergeable", async () => {
  const place = await aRepository();
  const started = await begin(place);
  await place.fake.push("main", { [code]: "2\n" });
  expect(await started.publish()).toEqual(open(place, 1));
  await place.fake.merge(1, "merge");
  expect(filesOf(place, "main")).toEqual({ [code]: "2", [readme]: "ours", [record]: "a1" });
});

test("where base and ledger agree there is no copy and no pull request", async () => {
  const place = await openGithubPlace({ [code]: "1\n", [record]: "a1\n" });
  place.fake.git("branch", names.ledgerBranch, "main");
  const started = await begin(place);
  const count = place.fake.requests.length;
  expect(await started.publish()).toEqual({ kind: "none" });
  expect(sent(place, count)).toEqual([]);
});

test("a copy left over when the base has caught up is deleted, which closes what is open", async () => {
  const place = await aRepository();
  await run(place);
  await place.fake.push("main", { [record]: "a1\n" });
  expect(await run(place)).toEqual({ kind: "none" });
  expect(copyOf(place)).toMatchObject({
    files: undefined,
    pulls: [[text.title, text.body, "CLOSED"]],
  });
});

const merges = [
  ["merge", false],
  ["merge", true],
  ["squash", false],
  ["squash", true],
  ["rebase", false],
  ["rebase", true],
] as const;

test.each(merges)(
  "merged by %s, head deleted: %s: the next run has nothing to show, the next difference a new pull request (G22)",
  async (method, deleteBranch) => {
    const place = await aRepository();
    await run(place);
    await place.fake.merge(1, method, { deleteBranch });
    expect(filesOf(place, "main")).toEqual(published);
    expect(await run(place)).toEqual({ kind: "none" });
    expect(filesOf(place, "tidemark/publish")).toBeUndefined();
    await settle(place, { [record]: "a2\n", [other]: "b1\n" });
    expect(await run(place)).toEqual(open(place, 2));
    await place.fake.merge(2, method, { deleteBranch });
    expect(filesOf(place, "main")).toEqual({ ...published, [record]: "a2", [other]: "b1" });
  },
);

test.each(merges)(
  "merged by %s, head deleted: %s, during a run: what is new is shown on top of the merge",
  async (method, deleteBranch) => {
    const place = await aRepository();
    await run(place);
    const started = await begin(place);
    await settle(place, { [record]: "a2\n", [other]: "b1\n" });
    await place.fake.merge(1, method, { deleteBranch });
    expect(await started.publish()).toEqual(open(place, 2));
    expect(copyOf(place)).toMatchObject({
      files: { ...published, [record]: "a2", [other]: "b1" },
      commits: 1,
    });
    await place.fake.merge(2, method);
    expect(filesOf(place, "main")).toEqual({ ...published, [record]: "a2", [other]: "b1" });
  },
);

test("closed by a person, the same difference is not shown again, the next one is", async () => {
  const place = await aRepository();
  await run(place);
  place.fake.closePull(1);
  expect(await run(place)).toEqual({ kind: "none" });
  await settle(place, { [other]: "b1\n" });
  expect(await run(place)).toEqual(open(place, 2));
  expect(copyOf(place)).toMatchObject({ files: { ...published, [other]: "b1" }, commits: 1 });
});

test("closed during a run, the difference that the run made is shown", async () => {
  const place = await aRepository();
  await run(place);
  const started = await begin(place);
  await settle(place, { [other]: "b1\n" });
  place.fake.closePull(1);
  expect(await started.publish()).toEqual(open(place, 2));
});

test("a head branch deleted between or during runs is derived again", async () => {
  const place = await aRepository();
  await run(place);
  place.fake.deleteBranch("tidemark/publish");
  expect(await run(place)).toEqual(open(place, 2));
  const started = await begin(place);
  await settle(place, { [other]: "b1\n" });
  place.fake.deleteBranch("tidemark/publish");
  expect(await started.publish()).toEqual(open(place, 3));
  expect(copyOf(place)).toMatchObject({ files: { ...published, [other]: "b1" }, commits: 1 });
});

test("what a person pushed to the copy goes: it is derived", async () => {
  const place = await aRepository();
  await run(place);
  await place.fake.push("tidemark/publish", { [record]: "edited\n", "notes.md": "x\n" });
  expect(await run(place)).toEqual(open(place, 1));
  expect(copyOf(place)).toMatchObject({ files: published, commits: 1 });
});

test("what a person pushes to the copy during a run is met by a second derivation", async () => {
  const place = await aRepository();
  await run(place);
  const started = await begin(place);
  await settle(place, { [other]: "b1\n" });
  await place.fake.push("tidemark/publish", { "notes.md": "x\n" });
  expect(await started.publish()).toEqual(open(place, 1));
  expect(copyOf(place)).toMatchObject({ files: { ...published, [other]: "b1" }, commits: 1 });
});

test("a copy that another run published from a newer ledger is not put back", async () => {
  const place = await aRepository();
  const slow = await begin(place);
  const stale = { entries: entriesOf(place, names.ledgerBranch) };
  await settle(place, { [other]: "b1\n" });
  expect(await run(place)).toEqual(open(place, 1));
  const { client, clock, cancel, repositoryUrl } = place;
  expect(await slow.publish({ ...text, body: "Older." })).toEqual(open(place, 1));
  expect(copyOf(place)).toMatchObject({ files: { ...published, [other]: "b1" }, commits: 1 });
  const rider = { ...copyRider(names), take: () => undefined };
  const late = githubPublisher({
    client,
    clock,
    cancel,
    names,
    rider,
    ids: () => Promise.resolve(stale),
    repositoryUrl,
  });
  expect(await late.publish(text)).toEqual(open(place, 1));
  expect(filesOf(place, "tidemark/publish")).toEqual({ ...published, [other]: "b1" });
});

test("after the third stale head it is left to the next run, which does it", async () => {
  const place = await aRepository();
  let pushes = 0;
  const stop = place.fake.onRequest(async ({ route }) => {
    if (route !== "graphql:Publish") return;
    pushes += 1;
    await place.fake.push("tidemark/publish", { "notes.md": `${pushes}\n` });
  });
  place.fake.git("branch", "tidemark/publish", "main");
  const answer = await run(place);
  expect(answer).toMatchObject({
    kind: "failed",
    warning: expect.stringMatching(/nothing is lost/),
  });
  expect(pushes).toBe(3);
  expect(place.clock.mono()).toBe(3000);
  stop();
  expect((await run(place)).kind).toBe("open");
  expect(copyOf(place)).toMatchObject({ files: published, commits: 1 });
});

test("the setting that forbids pull requests costs a warning with the page that opens one, and nothing else (G21)", async () => {
  const place = await aRepository();
  place.fake.forbidPullRequests();
  const url = `${place.repositoryUrl}/compare/main...tidemark/publish?expand=1`;
  const refused = {
    kind: "refused",
    url,
    warning: `pull request of tidemark/publish: expected to be opened, found that GitHub refused it: GitHub Actions is not permitted to create or approve pull requests.; nothing is lost, the branch is there: turn on "Allow GitHub Actions to create and approve pull requests" under Settings, Actions, General, of the repository or its organization, or open it by hand: ${url}`,
  };
  expect(await run(place)).toEqual(refused);
  expect(filesOf(place, "tidemark/publish")).toEqual(published);
  const started = await begin(place);
  const count = place.fake.requests.length;
  expect(await started.publish()).toEqual(refused);
  expect(sent(place, count)).toEqual(["graphql:Publish"]);
});

test("a missing permission for pull requests is named, and given later the copy is shown", async () => {
  const place = await aRepository();
  place.fake.permissions.pullRequests = "read";
  expect(await run(place)).toMatchObject({
    kind: "refused",
    warning: expect.stringContaining("give the job the permission `pull-requests: write`"),
  });
  expect(filesOf(place, "tidemark/publish")).toEqual(published);
  place.fake.permissions.pullRequests = "write";
  expect(await run(place)).toEqual(open(place, 1));
});

test("a refusal for workflow files leaves the copy where it was", async () => {
  const place = await aRepository();
  await run(place);
  const before = place.fake.head("tidemark/publish");
  await place.fake.push("main", { ".github/workflows/ci.yml": "on: push\n" });
  place.fake.guardWorkflows();
  const answer = await run(place);
  expect(answer).toEqual({
    kind: "failed",
    warning:
      'tidemark/publish: expected to become base and ledger, found refusing to allow a GitHub App to create or update workflow without `workflows` permission; nothing is lost: it stays where it was; merge what the base brings by hand, or use the token of an App with the permission "workflows"',
  });
  expect(place.fake.head("tidemark/publish")).toBe(before);
});

test("a pull request that a person opened meanwhile is found and given its words", async () => {
  const place = await aRepository();
  place.fake.permissions.pullRequests = "read";
  await run(place);
  place.fake.permissions.pullRequests = "write";
  const started = await begin(place);
  await settle(place, { [other]: "b1\n" });
  await place.client.rest(
    "POST /repos/{owner}/{repo}/pulls",
    { title: "by hand", head: "tidemark/publish", base: "main", body: "-" },
    { until: Infinity, isRead: false },
  );
  expect(await started.publish()).toEqual(open(place, 1));
  expect(copyOf(place)).toMatchObject({
    files: { ...published, [other]: "b1" },
    pulls: [[text.title, text.body, "OPEN"]],
  });
});

test.each([
  { kind: "lost" },
  { kind: "reset" },
  { kind: "fail", status: 502 },
  { kind: "went-wrong", when: "before" },
  { kind: "went-wrong", when: "after" },
] as const)("an unknown answer to the publication is looked into: %o", async (what) => {
  const place = await aRepository();
  place.fake.fault({ on: ({ route }) => route === "graphql:Publish", times: 1, do: what });
  expect(await run(place)).toEqual(open(place, 1));
  expect(copyOf(place)).toEqual({
    files: published,
    commits: 1,
    pulls: [[text.title, text.body, "OPEN"]],
  });
});

test("a tree that cannot be made is tried again", async () => {
  const place = await aRepository();
  place.fake.fault({
    on: ({ route }) => route === "POST /repos/{owner}/{repo}/git/trees",
    times: 1,
    do: { kind: "fail", status: 502 },
  });
  expect(await run(place)).toEqual(open(place, 1));
});

test("a token that may not write any more costs a warning, not the run", async () => {
  const place = await aRepository();
  const started = await begin(place);
  place.fake.expireToken();
  expect(await started.publish()).toEqual({
    kind: "failed",
    warning:
      "tidemark/publish: expected to become base and ledger, found Bad credentials; nothing is lost: the next run derives it again",
  });
});

test("a ledger branch that the store cannot read costs a warning", async () => {
  const { client, clock, cancel, repositoryUrl } = await aRepository();
  const state = {
    repositoryId: "R",
    base: undefined,
    copy: undefined,
    ledger: undefined,
    pulls: [],
  };
  const publisher = githubPublisher({
    client,
    clock,
    cancel,
    names,
    rider: { ...copyRider(names), take: () => state },
    ids: () => Promise.reject(new LedgerError("the ledger branch is gone")),
    repositoryUrl,
  });
  expect(await publisher.publish(text)).toMatchObject({
    kind: "failed",
    warning: expect.stringContaining("found the ledger branch is gone; nothing is lost"),
  });
});

test("a missing base is named", async () => {
  const place = await aRepository();
  const { client, clock, cancel, repositoryUrl } = place;
  const publisher = githubPublisher({
    client,
    clock,
    cancel,
    names: { ...names, base: "trunk" },
    rider: { ...copyRider(names), take: () => undefined },
    ids: () => Promise.reject(new Error("not asked for")),
    repositoryUrl,
  });
  expect(await publisher.publish(text)).toMatchObject({
    kind: "failed",
    warning: expect.stringContaining("expected the branch trunk as its base, found none"),
  });
});

test("a body beyond what GitHub takes is clamped and says so (G29)", async () => {
  const place = await aRepository();
  await run(place, { title: "t", body: "line\n".repeat(10_000) });
  expect(place.fake.pulls[0]?.body).toMatch(
    /^(?:line\n)+line\n\n… \d+ more characters are left out\.$/,
  );
});
