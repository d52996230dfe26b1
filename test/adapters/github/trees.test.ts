// Folders computed from what is known, compared with what git makes of the same files.

import { execFileSync } from "node:child_process";
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { blobIdOf } from "../../../src/adapters/github/object-id.ts";
import { changeTree, type NewFile, type Trees } from "../../../src/adapters/github/trees.ts";

/** The tree id that git gives to a folder with these files. */
function gitTree(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-tree-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const git = (...args: readonly string[]): string =>
    execFileSync("git", args, { cwd: folder, encoding: "utf8" }).trim();
  git("init", "-q");
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  git("-c", "core.autocrlf=false", "add", "-A");
  return git("write-tree");
}

function change(files: Readonly<Record<string, string | undefined>>): ReadonlyMap<string, NewFile> {
  return new Map(
    Object.entries(files).map(([path, text]) => {
      if (text === undefined) return [path, undefined];
      const bytes = Buffer.from(text, "utf8");
      return [path, { oid: blobIdOf(bytes), bytes: bytes.length }];
    }),
  );
}

/** The id of a folder that is made of these changes. */
function made(...args: Parameters<typeof changeTree>): string {
  const changed = changeTree(...args);
  if (changed === "unknown" || changed.oid === undefined) throw new Error("expected a folder");
  return changed.oid;
}

const before = {
  "a/1.json": "1\n",
  "a/2.json": "2\n",
  "a.json": "x\n",
  "a-b/1.json": "y\n",
  "ü/ö.json": "ü\n",
  "z/2026/01/1.json": "deep\n",
};

test("gives a folder the id that git gives it", () => {
  const trees: Trees = new Map();
  expect(changeTree(trees, undefined, change(before))).toEqual({ oid: gitTree(before) });
});

test("changes, adds and removes files, and folders with them", () => {
  const trees: Trees = new Map();
  const first = made(trees, undefined, change(before));
  const changes = {
    "a/1.json": undefined,
    "a/2.json": undefined,
    "a.json": "changed\n",
    "z/2026/02/1.json": "new\n",
    "z/2026/01/1.json": undefined,
  };
  const after = {
    "a.json": "changed\n",
    "a-b/1.json": "y\n",
    "ü/ö.json": "ü\n",
    "z/2026/02/1.json": "new\n",
  };
  expect(changeTree(trees, first, change(changes))).toEqual({ oid: gitTree(after) });
});

test("nothing is left of a folder that loses its last file", () => {
  const trees: Trees = new Map();
  const first = made(trees, undefined, change({ "a/b/c": "1" }));
  expect(changeTree(trees, first, change({ "a/b/c": undefined }))).toEqual({ oid: undefined });
});

test("does not guess what a folder holds that was never read", () => {
  const trees: Trees = new Map();
  const first = made(trees, undefined, change({ "a/b": "1", "c/d": "2" }));
  const a = trees.get(first)?.get("a")?.oid ?? "";
  trees.delete(a);
  expect(changeTree(trees, first, change({ "a/x": "3" }))).toBe("unknown");
  expect(changeTree(trees, first, change({ "c/x": "3" }))).not.toBe("unknown");
});

test("keeps the mode of a file that exists, as an addition does", () => {
  const trees: Trees = new Map();
  const oid = "1".repeat(40);
  trees.set("root", new Map([["run", { name: "run", mode: "100755", oid, bytes: 1 }]]));
  const first = made(trees, "root", change({ run: "2", walk: "3" }));
  expect([...(trees.get(first)?.values() ?? [])].map(({ name, mode }) => [name, mode])).toEqual([
    ["run", "100755"],
    ["walk", "100644"],
  ]);
});
