// The published copy and what people and other runs do to it, between runs and during them (G22).

import { expect, test } from "vitest";

import { copyRider } from "../../../src/adapters/github/copy-reading.ts";
import { githubPublisher } from "../../../src/adapters/github/publish-branch.ts";
import {
  names,
  record,
  other,
  text,
  aRepository,
  settle,
  begin,
  run,
  entriesOf,
  filesOf,
  copyOf,
  open,
  published,
} from "../../support/copy-world.ts";

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
