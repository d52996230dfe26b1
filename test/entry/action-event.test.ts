// What a runner says about the event, and what follows from it (G18, G19, G26, G33).

import { expect, test } from "vitest";

import { ConfigError } from "../../src/core/failure/errors.ts";
import {
  isOwnPush,
  isScheduled,
  readEvent,
  refusalOfLedger,
  refusalToVerify,
  refusalToWrite,
  type RunnerEvent,
  runUrlOf,
  verifyBaseOf,
} from "../../src/entry/action-event.ts";

const sha = "0123456789abcdef0123456789abcdef01234567";

const variables = {
  GITHUB_EVENT_NAME: "workflow_dispatch",
  GITHUB_REPOSITORY: "octo-org/crm.sync",
  GITHUB_REF: "refs/heads/main",
  GITHUB_REF_NAME: "main",
  GITHUB_REF_TYPE: "branch",
  GITHUB_SHA: sha,
  GITHUB_RUN_ID: "15912345678",
  GITHUB_RUN_ATTEMPT: "2",
  GITHUB_SERVER_URL: "https://ghe.example.com/",
  GITHUB_API_URL: "https://ghe.example.com/api/v3",
  GITHUB_GRAPHQL_URL: "https://ghe.example.com/api/graphql",
  GITHUB_WORKSPACE: "/home/runner/work/crm/crm",
  RUNNER_TEMP: "/home/runner/work/_temp",
};

function problemsOf(changed: Readonly<Record<string, string | undefined>>): readonly string[] {
  try {
    readEvent({ ...variables, ...changed }, {});
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

function eventOf(name: string, ref: string, payload: unknown = {}): RunnerEvent {
  const isTag = ref.startsWith("refs/tags/");
  const changed = {
    GITHUB_EVENT_NAME: name,
    GITHUB_REF: ref,
    GITHUB_REF_NAME: ref.replace(/^refs\/[a-z]+\//, ""),
    GITHUB_REF_TYPE: isTag ? "tag" : "branch",
  };
  return readEvent({ ...variables, ...changed }, payload);
}

test("reads all that a run needs to know of its event", () => {
  const payload = { repository: { default_branch: "trunk", id: 1 }, inputs: null };
  expect(readEvent(variables, payload)).toEqual({
    name: "workflow_dispatch",
    owner: "octo-org",
    repository: "crm.sync",
    ref: "refs/heads/main",
    branch: "main",
    sha,
    runId: "15912345678",
    attempt: 2,
    serverUrl: "https://ghe.example.com",
    apiUrl: "https://ghe.example.com/api/v3",
    graphqlUrl: "https://ghe.example.com/api/graphql",
    workspace: "/home/runner/work/crm/crm",
    temporary: "/home/runner/work/_temp",
    defaultBranch: "trunk",
    headMessage: undefined,
    groupBase: undefined,
  });
});

test("outside of Actions one line says where the action runs", () => {
  expect(problemsOf({ GITHUB_SHA: undefined, GITHUB_RUN_ID: "", RUNNER_TEMP: undefined })).toEqual([
    "GITHUB_SHA GITHUB_RUN_ID RUNNER_TEMP: expected the variables of a step, found none of these; the action runs inside GitHub Actions, elsewhere use the command line",
  ]);
});

test.each([
  ["GITHUB_REPOSITORY", "octo"],
  ["GITHUB_REPOSITORY", "octo/crm/../other"],
  ["GITHUB_SHA", "main"],
  ["GITHUB_RUN_ID", "1 OR 1"],
  ["GITHUB_RUN_ATTEMPT", "0"],
  ["GITHUB_API_URL", "https://me:hunter2@ghe.example.com"],
  ["GITHUB_GRAPHQL_URL", "ghe.example.com"],
])("%s of another form than a runner writes is refused and not shown", (name, value) => {
  expect(problemsOf({ [name]: value })).toEqual([
    `${name}: expected what a runner writes, found another text; do not set it`,
  ]);
});

test("the three variables of a ref agree", () => {
  expect(problemsOf({ GITHUB_REF_TYPE: "tag" })).toEqual([
    "GITHUB_REF_TYPE: expected the kind of GITHUB_REF, found another; do not set it",
  ]);
  expect(problemsOf({ GITHUB_REF_NAME: "other" })).toEqual([
    "GITHUB_REF_NAME: expected the end of GITHUB_REF, found another; do not set it",
  ]);
});

test("reads the repository of an enterprise's user, whose name has an underscore", () => {
  const read = readEvent({ ...variables, GITHUB_REPOSITORY: "mona_acme/crm" }, {});
  expect([read.owner, read.repository]).toEqual(["mona_acme", "crm"]);
});

test.each([[undefined], [null], ["text"], [[]], [{ repository: null, head_commit: "x" }]])(
  "a payload of %j tells nothing and breaks nothing",
  (payload) => {
    const { defaultBranch, headMessage, groupBase } = eventOf("push", "refs/heads/a/b", payload);
    expect([defaultBranch, headMessage, groupBase]).toEqual([undefined, undefined, undefined]);
  },
);

test("one unreadable part of a payload hides no other", () => {
  const payload = { repository: { default_branch: "main" }, head_commit: { message: 7 } };
  expect(eventOf("push", "refs/heads/main", payload)).toMatchObject({
    defaultBranch: "main",
    headMessage: undefined,
  });
});

test("a schedule runs on the default branch, whether or not its payload says so", () => {
  const event = eventOf("schedule", "refs/heads/trunk");
  expect([event.defaultBranch, isScheduled(event)]).toEqual(["trunk", true]);
  expect(isScheduled(eventOf("workflow_dispatch", "refs/heads/trunk"))).toBe(false);
});

const branches = { defaultBranch: "main", ledgerBranch: "tidemark-ledger" };

test.each([
  ["schedule", "refs/heads/main"],
  ["workflow_dispatch", "refs/heads/main"],
  ["workflow_dispatch", "refs/heads/tidemark-ledger"],
  ["push", "refs/heads/main"],
  ["repository_dispatch", "refs/heads/main"],
])("G19: a %s on %s may write", (name, ref) => {
  expect(refusalToWrite(eventOf(name, ref), branches)).toBeUndefined();
});

test.each([["pull_request"], ["pull_request_target"], ["merge_group"]])(
  "G19: a %s may not write, not even on the default branch",
  (name) => {
    expect(refusalToWrite(eventOf(name, "refs/heads/main"), branches)).toBe(
      `event: expected one that may write, found ${name}, which can carry a change that nobody has reviewed; use mode verify on pull_request or merge_group, and run on main or tidemark-ledger`,
    );
  },
);

test.each([
  ["push", "refs/tags/main"],
  ["release", "refs/tags/v1.2.3"],
  ["pull_request_review", "refs/pull/7/merge"],
])("G19: a %s on %s may not write", (name, ref) => {
  expect(refusalToWrite(eventOf(name, ref), branches)).toBe(
    `ref: expected the branch main or tidemark-ledger, found ${ref}; start the workflow on main or tidemark-ledger`,
  );
});

test("G19: another branch may not write, however its name begins", () => {
  const event = eventOf("workflow_dispatch", "refs/heads/main/x");
  expect(refusalToWrite(event, { defaultBranch: "main", ledgerBranch: "main" })).toBe(
    "ref: expected the branch main, found the branch main/x, whose configuration anybody who may push can change; start the workflow on main, or look with dry-run",
  );
});

const trailers = "Tidemark-Run-Id: a/b\nTidemark-Holder: actions:1/1/ab\nTidemark-Digest: sha256:x";

test.each([
  ["push", `ledger(contacts): settle\n\n${trailers}\n`, true],
  ["push", `ledger(contacts): settle\r\n\r\n${trailers.replaceAll("\n", "\r\n")}`, true],
  ["push", "fix: mention Tidemark-Holder: in the text", false],
  ["push", "Tidemark-Holder: a subject is no trailer", false],
  ["push", "fix: quote a commit\n\nTidemark-Holder: actions:1/1/ab\n\nIt was wrong.", false],
  ["workflow_dispatch", `ledger(contacts): settle\n\n${trailers}`, false],
])("G26: a %s of %j is our own: %s", (name, message, isOwn) => {
  const event = eventOf(name, "refs/heads/main", { head_commit: { message } });
  expect(isOwnPush(event)).toBe(isOwn);
});

test("the page of a run is that of its attempt", () => {
  expect(runUrlOf(readEvent(variables, {}))).toBe(
    "https://ghe.example.com/octo-org/crm.sync/actions/runs/15912345678/attempts/2",
  );
});

test("G33: verify is refused where it would judge another commit than the one proposed", () => {
  const refusals = ["pull_request_target", "pull_request", "merge_group", "schedule"].map((name) =>
    refusalToVerify(eventOf(name, "refs/heads/main")),
  );
  expect(refusals).toEqual([
    "event: expected pull_request or merge_group with mode verify, found pull_request_target, which runs beside the change and not on it; start the workflow on pull_request",
    undefined,
    undefined,
    undefined,
  ]);
});

test.each([
  ["pull_request", "refs/pull/7/merge", {}, "HEAD^1"],
  [
    "merge_group",
    "refs/heads/gh-readonly-queue/main/pr-7",
    { merge_group: { base_sha: sha } },
    sha,
  ],
  ["merge_group", "refs/heads/gh-readonly-queue/main/pr-7", {}, "HEAD^1"],
  ["push", "refs/heads/main", {}, undefined],
])("G33: verify on %s of %s with %j compares with %s", (name, ref, payload, base) => {
  expect(verifyBaseOf(eventOf(name, ref, payload))).toBe(base);
});

test.each([
  [
    "push",
    "tidemark/publish",
    "ledger.branch: expected none of the branches that Tidemark makes for people",
  ],
  [
    "pull_request",
    "tidemark/publish",
    "ledger.branch: expected none of the branches that Tidemark makes for people",
  ],
  [
    "push",
    "tidemark/backfill/1",
    "ledger.branch: expected none of the branches that Tidemark makes for people",
  ],
  [
    "push",
    "tidemark",
    "ledger.branch: expected none of the branches that Tidemark makes for people",
  ],
  ["pull_request", "main", "ledger.branch: expected a branch of its own for publish: pull_request"],
  ["push", "main", undefined],
  ["push", "tidemark-ledger", undefined],
  ["pull_request", "tidemark-ledger", undefined],
] as const)("publish: %s with the ledger on %s", (publish, ledgerBranch, found) => {
  const refusal = refusalOfLedger(publish, { defaultBranch: "main", ledgerBranch });
  expect(refusal?.split(", found ")[0]).toBe(found);
});
