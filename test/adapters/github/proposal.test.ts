// Orders that wait for a person, against the fake GitHub (G35).

import { expect, test } from "vitest";

import { githubProposals } from "../../../src/adapters/github/proposal.ts";
import type { Published } from "../../../src/core/report/published.ts";
import type { Tip } from "../../../src/ports/ledger-store.ts";
import { openGithubPlace, type GithubPlace } from "../../support/github-place.ts";

const ledgerBranch = "tidemark-ledger";
const branch = "tidemark/backfill/20261125T000000Z-abcd";
const path = "ledger/contacts/orders/20261125T000000Z-abcd.json";

async function aRepository(): Promise<GithubPlace> {
  const place = await openGithubPlace({ "README.md": "x\n", "ledger/contacts/old.json": "1\n" });
  place.fake.git("branch", ledgerBranch, "main");
  return place;
}

function propose(
  place: GithubPlace,
  ensureBranch = (): Promise<void> => Promise.resolve(),
): Promise<Published> {
  const { fake, client, clock, cancel, repositoryUrl } = place;
  const proposals = githubProposals({
    client,
    clock,
    cancel,
    ledgerBranch,
    ensureBranch,
    repositoryUrl,
  });
  return proposals.propose({
    branch,
    tip: (fake.head(ledgerBranch) ?? fake.head("main")) as Tip,
    message: "ledger(contacts): order 2026-10\n",
    changes: [
      { path, content: '{"schema": 1}\n' },
      { path: "ledger/contacts/old.json", content: undefined },
    ],
    title: "tidemark: order 2026-10",
    body: "31 windows.",
  });
}

/** What people see: what the branch changes, its commits, and the pull requests. */
function shown({ fake }: GithubPlace): object {
  const range = `${ledgerBranch}..${branch}`;
  return {
    changes: fake.git("diff", "--name-status", ledgerBranch, branch).trim().split("\n"),
    commits: fake.git("log", "--format=%s", range).trim().split("\n"),
    pulls: fake.pulls.map(({ title, body, state, head, base }) => [title, body, state, head, base]),
  };
}

const proposed = {
  changes: ["D\tledger/contacts/old.json", `A\t${path}`],
  commits: ["ledger(contacts): order 2026-10"],
  pulls: [["tidemark: order 2026-10", "31 windows.", "OPEN", branch, ledgerBranch]],
};

test("a proposal is one commit on the tip, on a branch of its own, with a pull request against the ledger branch (G35)", async () => {
  const place = await aRepository();
  const head = place.fake.head(ledgerBranch);
  expect(await propose(place)).toEqual({ kind: "open", url: `${place.repositoryUrl}/pull/1` });
  expect(shown(place)).toEqual(proposed);
  expect(place.fake.git("rev-parse", `${branch}^`).trim()).toBe(head);
  expect(place.fake.head(ledgerBranch)).toBe(head);
  expect(place.fake.requests.length).toBe(5);
});

test("merging it brings the order into the ledger", async () => {
  const place = await aRepository();
  await propose(place);
  await place.fake.push(ledgerBranch, { "ledger/contacts/new.json": "2\n" });
  await place.fake.merge(1, "squash", { deleteBranch: true });
  expect(place.fake.git("cat-file", "blob", `${ledgerBranch}:${path}`)).toContain('"schema"');
});

test("the ledger branch is made first where it is missing", async () => {
  const place = await openGithubPlace({ "ledger/contacts/old.json": "1\n" });
  const make = (): Promise<void> => {
    place.fake.git("branch", ledgerBranch, "main");
    return Promise.resolve();
  };
  expect((await propose(place, make)).kind).toBe("open");
  expect(shown(place)).toEqual(proposed);
});

test("a branch that is there already is named and not touched", async () => {
  const place = await aRepository();
  await place.fake.push(branch, { "notes.md": "a person's\n" });
  const before = place.fake.head(branch);
  await expect(propose(place)).rejects.toMatchObject({
    name: "LedgerError",
    message: `${branch}: expected a new branch for the proposal, found that it exists; it was left as it is: merge, close or delete it first`,
  });
  expect(place.fake.head(branch)).toBe(before);
  expect(place.fake.requests.map(({ method }) => method)).toEqual(["POST"]);
});

test("a branch that appears in between is not touched either", async () => {
  const place = await aRepository();
  const stop = place.fake.onRequest(async ({ route }) => {
    if (route === "graphql:Publish") await place.fake.push(branch, { "notes.md": "a person's\n" });
  });
  await expect(propose(place)).rejects.toThrow("found that it exists");
  stop();
  expect(place.fake.git("cat-file", "blob", `${branch}:notes.md`).trim()).toBe("a person's");
  expect(place.fake.pulls).toEqual([]);
});

test("the setting that forbids pull requests leaves the branch and the page that opens one (G21)", async () => {
  const place = await aRepository();
  place.fake.forbidPullRequests();
  const url = `${place.repositoryUrl}/compare/${ledgerBranch}...${branch}?expand=1`;
  expect(await propose(place)).toEqual({
    kind: "refused",
    url,
    warning: `pull request of ${branch}: expected to be opened, found that GitHub refused it: GitHub Actions is not permitted to create or approve pull requests; nothing is lost, the branch is there: turn on "Allow GitHub Actions to create and approve pull requests" under Settings, Actions, General, of the repository or its organization, or open it by hand: ${url}`,
  });
  expect(shown(place)).toEqual({ ...proposed, pulls: [] });
});

test("a missing permission for pull requests leaves the branch and is named", async () => {
  const place = await aRepository();
  place.fake.permissions.pullRequests = "read";
  expect(await propose(place)).toMatchObject({
    kind: "refused",
    warning: expect.stringContaining("give the job the permission `pull-requests: write`"),
  });
  expect(shown(place)).toEqual({ ...proposed, pulls: [] });
});

test("a rule that refuses the branch is told in GitHub's words", async () => {
  const place = await aRepository();
  place.fake.protect(branch, "ruleset");
  await expect(propose(place)).rejects.toMatchObject({
    name: "LedgerError",
    message: expect.stringContaining("Repository rule violations found"),
  });
  expect(place.fake.head(branch)).toBeUndefined();
});

test("a token that may only read proposes nothing", async () => {
  const place = await aRepository();
  place.fake.readOnlyToken();
  await expect(propose(place)).rejects.toMatchObject({
    name: "LedgerError",
    message: expect.stringContaining("Resource not accessible by integration"),
  });
  expect(place.fake.head(branch)).toBeUndefined();
});

test("an answer that got lost ends in one branch and one pull request, at each step and in each way", async () => {
  const faults = [
    { kind: "lost" },
    { kind: "reset" },
    { kind: "fail", status: 502 },
    { kind: "went-wrong", when: "before" },
    { kind: "went-wrong", when: "after" },
  ] as const;
  for (const field of ["updateRefs", "createPullRequest"])
    for (const fault of faults) {
      const place = await aRepository();
      place.fake.fault({ on: ({ fields }) => fields.includes(field), do: fault });
      expect((await propose(place)).kind).toBe("open");
      expect(shown(place)).toEqual(proposed);
    }
});

test("a branch that GitHub does not know yet is asked for again (section 11)", async () => {
  const place = await aRepository();
  place.fake.fault({
    on: ({ fields }) => fields.includes("createPullRequest"),
    times: 2,
    do: { kind: "unresolved" },
  });
  expect((await propose(place)).kind).toBe("open");
  expect(shown(place)).toEqual(proposed);
  expect(place.clock.mono()).toBe(3000);
});

test("what keeps failing ends after four tries: the branch is there, the warning says how to go on", async () => {
  const place = await aRepository();
  place.fake.fault({
    on: ({ fields }) => fields.includes("createPullRequest"),
    times: Infinity,
    do: { kind: "fail", status: 502 },
  });
  expect((await propose(place)).kind).toBe("refused");
  expect(shown(place)).toEqual({ ...proposed, pulls: [] });
  expect(place.clock.mono()).toBe(7000);
});
