// The published copy against the fake GitHub, in runs that meet nobody (github.md section 11).

import { expect, test } from "vitest";

import {
  names,
  record,
  other,
  readme,
  code,
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
import { openGithubPlace } from "../../support/github-place.ts";

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

test("a body beyond what GitHub takes is clamped and says so (G29)", async () => {
  const place = await aRepository();
  await run(place, { title: "t", body: "line\n".repeat(10_000) });
  expect(place.fake.pulls[0]?.body).toMatch(
    /^(?:line\n)+line\n\n… \d+ more characters are left out\.$/,
  );
});
