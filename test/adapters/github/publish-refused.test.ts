// The published copy where GitHub refuses, falters or does not know itself: a warning, never more (G21).

import { expect, test } from "vitest";

import { copyRider } from "../../../src/adapters/github/copy-reading.ts";
import { githubPublisher } from "../../../src/adapters/github/publish-branch.ts";
import { LedgerError } from "../../../src/core/failure/errors.ts";
import {
  names,
  other,
  text,
  aRepository,
  settle,
  begin,
  run,
  filesOf,
  copyOf,
  open,
  published,
  sent,
} from "../../support/copy-world.ts";

test("the setting that forbids pull requests costs a warning with the page that opens one, and nothing else (G21)", async () => {
  const place = await aRepository();
  place.fake.forbidPullRequests();
  const url = `${place.repositoryUrl}/compare/main...tidemark/publish?expand=1`;
  const refused = {
    kind: "refused",
    url,
    warning: `pull request of tidemark/publish: expected to be opened, found that GitHub refused it: GitHub Actions is not permitted to create or approve pull requests; nothing is lost, the branch is there: turn on "Allow GitHub Actions to create and approve pull requests" under Settings, Actions, General, of the repository or its organization, or open it by hand: ${url}`,
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
