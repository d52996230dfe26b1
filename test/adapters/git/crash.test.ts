// A run that is killed between any two steps of git: one more run, and the work tree is clean and no record is lost
// (contract 7, G37).

import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

import { expect, test } from "vitest";

import {
  cloneOf,
  emptyRepo,
  type GitRepo,
  remoteAndClone,
  repoAt,
  temporaryFolder,
} from "../../support/git-repo.ts";

/** From the commit object to the end, with the moves of branch, index and files. */
const stepsMax = 11;

const child = join(import.meta.dirname, "../../support/git-store-child.ts");

/** A `git` that counts its calls and kills its caller after the one that is named. */
function shim(): { folder: string; calls: () => number; killAfter: (call: number) => void } {
  const folder = temporaryFolder();
  const real = (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((path) => join(path, "git"))
    .find((path) => existsSync(path));
  const script = `#!/bin/sh
n=$(($(cat "${folder}/count") + 1)); echo $n > "${folder}/count"
"${real}" "$@"; code=$?
[ "$n" = "$(cat "${folder}/kill")" ] && kill -9 $PPID
exit $code
`;
  writeFileSync(join(folder, "git"), script);
  chmodSync(join(folder, "git"), 0o755);
  return {
    folder,
    calls: () => Number(readFileSync(join(folder, "count"), "utf8")),
    killAfter: (call) => {
      writeFileSync(join(folder, "count"), "0\n");
      writeFileSync(join(folder, "kill"), `${call}\n`);
    },
  };
}

function run(repo: GitRepo, nonce: string, label: string, path?: string) {
  return spawnSync(process.execPath, [child, repo.folder, nonce, label], {
    encoding: "utf8",
    env: {
      ...process.env,
      ...(path === undefined ? {} : { PATH: `${path}${delimiter}${process.env["PATH"]}` }),
    },
  });
}

function prepare(repo: GitRepo): void {
  repo.write("ledger/a.json", "old\n");
  repo.write("ledger/gone.json", "old\n");
  repo.git("add", "ledger");
  repo.git("commit", "-q", "-m", "ledger");
}

function checkAfterKills(make: () => GitRepo): void {
  const git = shim();
  git.killAfter(0);
  const whole = run(make(), "c0", "killed", git.folder);
  expect([whole.status, whole.stderr]).toEqual([0, ""]);
  const steps = git.calls();
  expect(steps).toBeGreaterThan(15);
  // What comes before the commit's own objects only reads.
  for (let step = steps - stepsMax + 1; step <= steps; step += 1) {
    const repo = make();
    git.killAfter(step);
    expect(run(repo, "c1", "killed", git.folder).signal).toBe("SIGKILL");
    const again = run(repo, "c2", "again");
    expect([step, again.status, again.stderr]).toEqual([step, 0, ""]);
    expect([step, repo.status()]).toEqual([step, ""]);
    expect(repo.git("diff-index", "HEAD")).toBe("");
    const landed = repo.git("log", "--format=%s", "main").split("\n").includes("killed");
    const files = repo.git("ls-files", "ledger").split("\n");
    expect(files).toEqual([
      "ledger/a.json",
      "ledger/gone.json",
      "ledger/new/again.json",
      ...(landed ? ["ledger/new/killed.json"] : []),
    ]);
    expect(repo.git("for-each-ref", "--format=%(objectname)", "refs/heads/main")).toBe(
      repo.git("rev-parse", "HEAD"),
    );
  }
}

test("killed after any step of git, one more run leaves a clean work tree with every record", () => {
  checkAfterKills(() => {
    const repo = repoAt(temporaryFolder());
    repo.git("init", "-q", "-b", "main");
    repo.git("config", "user.name", "Ada");
    repo.git("config", "user.email", "ada@example.com");
    prepare(repo);
    return repo;
  });
}, 60_000);

test("killed after any step of git with an upstream, one more run agrees with the upstream", () => {
  let remote = emptyRepo();
  checkAfterKills(() => {
    const made = remoteAndClone();
    remote = made.remote;
    prepare(made.clone);
    made.clone.git("push", "-q");
    return made.clone;
  });
  expect(cloneOf(remote).git("ls-files", "ledger")).toContain("again.json");
}, 60_000);
