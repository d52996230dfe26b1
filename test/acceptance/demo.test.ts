// The demo as a user starts it: outside of any repository, without a terminal, to its end (issue "First light", 8).

import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

import { expect, it } from "vitest";

import { repoAt, temporaryFolder } from "../support/git-repo.ts";

const program = join(import.meta.dirname, "../../src/entry/cli.ts");

it(
  "plays a fortnight of syncs with a kill, a week asleep, a rerun and a backfill, and proves its end",
  { timeout: 120_000 },
  async () => {
    const folder = temporaryFolder();

    const { code, stdout, stderr } = await playDemo(folder);

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(proofsIn(stdout)).toEqual([
      "proved  no gap and no overlap",
      "proved  nothing left to do",
      "proved  caught up in bounded steps",
      "proved  the same as the CRM",
      "proved  nothing twice",
      "proved  each window once",
      "proved  every request accounted for",
      "proved  every 429 answered by waiting",
      "proved  git tells the story",
    ]);
    expect(stdout).toContain("57 windows lie end to end from 2026-08-01T00:00:00Z to 2026-09-27");
    expect(stdout).toContain("1200 of them imported in one second");
    expect(stdout.endsWith("All 9 proofs hold.\n")).toBe(true);
    // Escapes are for terminals.
    expect(stdout).not.toContain("\u001B");

    const [kept, ...others] = readdirSync(folder).filter((name) =>
      name.startsWith("tidemark-demo-"),
    );
    expect(others).toEqual([]);
    expect(stdout).toContain(join(folder, kept!));
    const repo = repoAt(join(folder, kept!));
    expect(repo.status()).toBe("");
    expect(repo.git("log", "--format=%s", "--grep", "lose 2026-09-06")).toBe(
      "ledger(contacts): lose 2026-09-06",
    );
  },
);

async function playDemo(
  folder: string,
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const child = spawn(process.execPath, [program, "demo"], {
    cwd: folder,
    env: { ...process.env, TMPDIR: folder, TEMP: folder, TMP: folder, FORCE_COLOR: undefined },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}

function proofsIn(stdout: string): readonly string[] {
  return stdout
    .split("\n")
    .filter((line) => /^ {2}(?:proved|FAILED) /.test(line))
    .map((line) => line.trim().split(": ")[0]!);
}
