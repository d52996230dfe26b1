// Files at a tip with changes that are not committed yet (contract 4.4).

import { expect, test } from "vitest";

import { lastOfEach, withChanges } from "../../src/app/overlay.ts";
import { memoryTip } from "../support/memory-tip.ts";

const store = { blobId: (content: string) => content };
const text = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : new TextDecoder().decode(bytes);

test("shows what is changed, added and removed, and the rest as it is below", async () => {
  const below = memoryTip();
  below.commit(["a", "b", "c"].map((name) => ({ path: `data/${name}`, content: name })));
  const files = withChanges(
    below.tip(),
    [
      { path: "data/b", content: "B" },
      { path: "data/c", content: undefined },
      { path: "data/d", content: "D" },
      { path: "elsewhere/e", content: "E" },
    ],
    store,
  );
  const paths = ["data/a", "data/b", "data/c", "data/d", "data/none"];
  const shown = ["a", "B", undefined, "D", undefined];
  expect(await Promise.all(paths.map(async (path) => text(await files.read(path))))).toEqual(shown);
  const many = await files.readMany(paths);
  expect(paths.map((path) => text(many.get(path)))).toEqual(shown);
  expect((await files.list("data")).map(({ path, oid }) => [path, oid])).toEqual([
    ["data/a", "a"],
    ["data/b", "B"],
    ["data/d", "D"],
  ]);
  expect(files.tip).not.toBe(below.tip().tip);
});

test("keeps the last of several changes of one path", () => {
  const [first, second] = [
    { path: "a", content: "1" },
    { path: "b", content: "2" },
  ];
  const last = { path: "a", content: undefined };
  expect(lastOfEach([first, second, last])).toEqual([last, second]);
});
