// Whether a local holder is alive.

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { holdLockFile, localLiveness } from "../../../src/adapters/git/lock-file.ts";
import { temporaryFolder } from "../../support/git-repo.ts";

const now = (): number => Date.now();

test("a holder is alive while its process runs, unknown once its lock file is gone", async () => {
  const folder = temporaryFolder();
  const release = await holdLockFile(folder, "aa", now);
  const liveness = localLiveness(folder, "bb");
  expect(await liveness.of("local:aa")).toBe("alive");
  expect(await localLiveness(folder, "aa").of("local:aa")).toBe("alive");
  await release();
  expect(await liveness.of("local:aa")).toBe("unknown");
});

test("a holder whose process is gone, or is another one by now, is dead (4.5)", async () => {
  const folder = temporaryFolder();
  await holdLockFile(folder, "aa", now);
  const written = JSON.parse(readFileSync(join(folder, "tidemark/aa"), "utf8")) as object;
  const gone = spawnSync("true").pid;
  writeFileSync(join(folder, "tidemark/cc"), JSON.stringify({ ...written, pid: gone }));
  writeFileSync(join(folder, "tidemark/dd"), JSON.stringify({ ...written, started: "other/1" }));
  writeFileSync(join(folder, "tidemark/ee"), JSON.stringify({ ...written, pid: gone, scope: "x" }));
  writeFileSync(join(folder, "tidemark/ff"), "{");
  const liveness = localLiveness(folder, "bb");
  const holders = ["local:cc", "local:dd", "local:ee", "local:ff", "actions:1/1/cc", "local:../cc"];
  expect(await Promise.all(holders.map((holder) => liveness.of(holder)))).toEqual([
    "dead",
    "dead",
    "unknown",
    "unknown",
    "unknown",
    "unknown",
  ]);
});

test("lock files name no host and no user (G15)", async () => {
  const folder = temporaryFolder();
  await holdLockFile(folder, "aa", now);
  const written = JSON.parse(readFileSync(join(folder, "tidemark/aa"), "utf8")) as object;
  expect(Object.keys(written)).toEqual(["scope", "pid", "started"]);
});
