// The one open issue of an ailing sync, against the fake GitHub.

import { expect, test } from "vitest";

import type { GithubClient } from "../../../src/adapters/github/client.ts";
import { githubAlerts } from "../../../src/adapters/github/issue.ts";
import type { SyncAlert } from "../../../src/ports/alerts.ts";
import { createFakeClock } from "../../support/fake-clock.ts";
import { openGithubPlace, type GithubPlace } from "../../support/github-place.ts";

const ailing: SyncAlert = { syncId: "contacts", title: "contacts: 2 windows failed", body: "Two." };
const well: SyncAlert = { ...ailing, body: undefined };

const bodyOf = (text: string): string => `<!-- tidemark:sync=contacts -->\n\n${text}`;

const place = (): Promise<GithubPlace> => openGithubPlace({ "README.md": "x\n" });

function update(
  { client, clock }: GithubPlace,
  ...alerts: SyncAlert[]
): Promise<readonly string[]> {
  return githubAlerts({ client, clock }).update(alerts);
}

/** What people see of the issues. */
function shown({ fake }: GithubPlace): readonly object[] {
  return fake.issues.map(({ number, title, body, state, labels, comments }) => ({
    number,
    title,
    body,
    state,
    labels,
    comments: comments.map((comment) => comment.body),
  }));
}

const opened = {
  number: 1,
  title: ailing.title,
  body: bodyOf("Two."),
  state: "open",
  labels: ["tidemark"],
  comments: [],
};

test("without a sync that asks for it no request is sent", async () => {
  const at = await place();
  expect(await update(at)).toEqual([]);
  expect(at.fake.requests).toEqual([]);
});

test("a sync that ails gets an issue, the next run with the same words sends nothing but the list", async () => {
  const at = await place();
  expect(await update(at, ailing)).toEqual([]);
  expect(shown(at)).toEqual([opened]);
  const before = at.fake.requests.length;
  expect(await update(at, ailing)).toEqual([]);
  expect(shown(at)).toEqual([opened]);
  expect(at.fake.requests.slice(before).map(({ method }) => method)).toEqual(["GET"]);
});

test("a body or title that changed is written anew, in the same issue", async () => {
  const at = await place();
  await update(at, ailing);
  await update(at, { ...ailing, body: "Three." });
  expect(shown(at)).toEqual([{ ...opened, body: bodyOf("Three.") }]);
  await update(at, { ...ailing, title: "contacts: 3 windows failed", body: "Three." });
  expect(shown(at)).toEqual([
    { ...opened, title: "contacts: 3 windows failed", body: bodyOf("Three.") },
  ]);
});

test("the issue of a sync that is well is closed with a comment, once", async () => {
  const at = await place();
  await update(at, ailing);
  await update(at, well);
  const closed = {
    ...opened,
    state: "closed",
    comments: ["The sync is well again; Tidemark closes this issue."],
  };
  expect(shown(at)).toEqual([closed]);
  await update(at, well);
  expect(shown(at)).toEqual([closed]);
});

test("a sync that ails again, or whose issue a person closed, gets a new issue", async () => {
  const at = await place();
  await update(at, ailing);
  await update(at, well);
  await update(at, ailing);
  expect(at.fake.issues.map(({ number, state }) => [number, state])).toEqual([
    [1, "closed"],
    [2, "open"],
  ]);
});

test("several syncs share one list and keep an issue each", async () => {
  const at = await place();
  const deals = { syncId: "deals", title: "deals: stalled", body: "Stalled." };
  await update(at, ailing, deals);
  expect(at.fake.requests.map(({ method }) => method)).toEqual(["GET", "POST", "POST"]);
  await update(at, well, { ...deals, body: "Still stalled." });
  expect(at.fake.issues.map(({ title, state }) => [title, state])).toEqual([
    [ailing.title, "closed"],
    ["deals: stalled", "open"],
  ]);
});

test("issues without our label, without our marker, or of another sync are nobody's business", async () => {
  const at = await place();
  const others = [
    { title: "a person's", body: bodyOf("Two.") },
    { title: "a person's too", body: "tidemark:sync=contacts", labels: ["tidemark"] },
    {
      title: "of another sync",
      body: "<!-- tidemark:sync=contacts-2 -->\n\nTwo.",
      labels: ["tidemark"],
    },
  ];
  for (const issue of others) at.fake.openIssue(issue);
  await update(at, well);
  expect(at.fake.issues.map(({ state }) => state)).toEqual(["open", "open", "open"]);
  await update(at, ailing);
  expect(at.fake.issues.map(({ title }) => title)).toEqual([
    "a person's",
    "a person's too",
    "of another sync",
    ailing.title,
  ]);
});

test("of two open issues of one sync the older one stays, the other is closed", async () => {
  const at = await place();
  for (const title of ["first", "second"])
    at.fake.openIssue({ title, body: bodyOf("Two."), labels: ["tidemark"] });
  await update(at, ailing);
  expect(shown(at)).toEqual([
    { ...opened, number: 1 },
    {
      ...opened,
      number: 2,
      title: "second",
      state: "closed",
      comments: ["An older issue of this sync is open; Tidemark closes this one."],
    },
  ]);
});

test("an issue is found behind a hundred others", async () => {
  const at = await place();
  for (let index = 0; index < 100; index += 1)
    at.fake.openIssue({ title: `other ${index}`, labels: ["tidemark"] });
  await update(at, ailing);
  await update(at, ailing);
  expect(at.fake.issues.length).toBe(101);
});

test("a pull request with our label and marker is no issue", async () => {
  const sent: string[] = [];
  const pull = { number: 9, title: "t", body: bodyOf("Two."), pull_request: { url: "x" } };
  const client: GithubClient = {
    owner: "octo",
    name: "ledger",
    rateLeft: () => undefined,
    graphql: () => Promise.reject(new Error("no query is expected")),
    rest: (route) => {
      sent.push(route);
      return Promise.resolve({ ok: true, data: route.startsWith("GET") ? [pull] : {} });
    },
  };
  expect(await githubAlerts({ client, clock: createFakeClock() }).update([ailing])).toEqual([]);
  expect(sent).toEqual(["GET /repos/{owner}/{repo}/issues", "POST /repos/{owner}/{repo}/issues"]);
});

test("line ends that GitHub changed are no change", async () => {
  const at = await place();
  at.fake.openIssue({
    title: ailing.title,
    body: `${bodyOf("Two.")}\n`.replaceAll("\n", "\r\n"),
    labels: ["tidemark"],
  });
  await update(at, ailing);
  expect(at.fake.requests.map(({ method }) => method)).toEqual(["GET"]);
});

test("a missing permission is one sentence that names it, for all syncs", async () => {
  const at = await place();
  at.fake.permissions.issues = "read";
  expect(await update(at, ailing, { ...ailing, syncId: "deals" })).toEqual([
    "issue of contacts: expected to be brought up to date, found: Resource not accessible by integration; give the job the permission `issues: write`, or set `alerts.issue: false`",
  ]);
  expect(at.fake.issues).toEqual([]);
});

test("an answer that got lost opens no second issue, this run or the next", async () => {
  const at = await place();
  at.fake.fault({ on: ({ method }) => method === "POST", times: 1, do: { kind: "lost" } });
  const [sentence] = await update(at, ailing);
  expect(sentence).toMatch(/^issue of contacts: expected to be .*; the next run tries again$/);
  expect(await update(at, ailing)).toEqual([]);
  expect(shown(at)).toEqual([opened]);
});
