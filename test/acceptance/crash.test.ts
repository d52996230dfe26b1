// SIGKILL in every phase of a run, then a plain run (T1): nothing is lost, nothing succeeds twice, and git is clean.
// Twenty rounds; each makes two windows due, kills the run that serves them, and runs again in the same repository.

import { watch } from "node:fs";
import { join } from "node:path";

import { expect, it } from "vitest";

import { isoSeconds, type ItemsApi, makeItems, serveItems } from "../support/acceptance-api.ts";
import {
  expectedRows,
  fileRows,
  itemsSyncWith,
  joined,
  projectOf,
  projectRepo,
  recordPaths,
  recordsOf,
  sqliteRows,
  type WrittenRecord,
} from "../support/acceptance-project.ts";
import { type CliProcess, findingsAt, runAt, startCli } from "../support/cli-process.ts";
import type { GitRepo } from "../support/git-repo.ts";
import { seededRandom } from "../support/seeded-random.ts";

const seed = 20_261_125;
const dayMs = 86_400_000;
const start = Date.parse("2026-01-01T00:00:00Z");

/** The nth of its kind since the process started; `time` in ms. */
interface Moment {
  readonly kind: "request" | "commit" | "time";
  readonly at: number;
}

interface Stage {
  readonly repo: GitRepo;
  readonly api: ItemsApi;
  readonly rows: () => string[];
}

it.each([
  { rounds: 12, destination: { type: "sqlite", path: ".tidemark/rows.db" } },
  { rounds: 8, destination: { type: "files", path: "data" } },
])(
  "loses nothing and does nothing twice after $rounds kills of runs into $destination.type (T1, L5, L7)",
  { timeout: 120_000 },
  async ({ rounds, destination }) => {
    console.log(`kills at random moments, seed ${seed}`);
    await using api = await serveItems(
      makeItems(rounds * 240, { start: isoSeconds(start), everySeconds: 360 }),
    );
    const sync = itemsSyncWith({ window: { step: "12h" }, run: { max_windows: 9 } });
    const repo = projectRepo(projectOf({ url: api.url, destination, syncs: { items: sync } }));
    const rows = (): string[] =>
      destination.type === "sqlite" ? sqliteRows(repo) : fileRows(repo);
    const stage = { repo, api, rows };
    let interrupted = 0;

    for (const [round, moment] of momentsOf(rounds).entries()) {
      const now = start + (round + 1) * dayMs + 120_000;
      const name = `round ${round}, seed ${seed}, ${moment.kind} ${moment.at}`;
      await killAt(stage, isoSeconds(now), moment);
      const running = recordsOf(repo).filter((record) => record.status === "running");
      interrupted += running.length;

      const report = await runAt(repo.folder, isoSeconds(now + 60_000));

      expect({ name, ...report }).toMatchObject({ name, code: 0, windows_failed: 0, gaps: [] });
      expectWhole(stage, round, name);
      for (const record of running) expectTold(repo, record, name);
    }

    const end = isoSeconds(start + (rounds + 1) * dayMs);
    expect(await findingsAt(repo.folder, end)).toEqual([]);
    // Most moments lie inside of a window; a test that kills nothing shows nothing.
    expect(interrupted).toBeGreaterThan(rounds / 2);
  },
);

it("releases claimed windows whose turn had not come when the run was killed, uncounted (T2, 4.5)", async () => {
  await using api = await serveItems(
    makeItems(288, { start: isoSeconds(start), everySeconds: 3600 }),
  );
  const repo = projectRepo(projectOf({ url: api.url }));
  // Windows that have run tell how many fit into one claim.
  await runAt(repo.folder, "2026-01-04T00:02:00Z");
  api.hook = () => {
    child.kill("SIGKILL");
    return true;
  };
  const child = startCli(repo.folder, ["run"], { now: "2026-01-07T00:02:00Z" });
  await child.ended;
  const claimed = recordsOf(repo).slice(3);
  api.hook = undefined;

  const report = await runAt(repo.folder, "2026-01-07T00:03:00Z");
  const after = recordsOf(repo).slice(3);

  // The newest window goes first, then the oldest.
  expect(claimed.map((record) => [record.status, record.started_at === null])).toEqual([
    ["running", true],
    ["running", true],
    ["running", false],
  ]);
  expect(report).toMatchObject({ code: 0, gaps: [] });
  expect(
    after.map((record) => [record.status, record.history[0]?.status, record.history[0]?.code]),
  ).toEqual([
    ["succeeded", "released", null],
    ["succeeded", "released", null],
    ["succeeded", "failed", "lost"],
  ]);
  expect(repo.status()).toBe("");
});

function momentsOf(rounds: number): readonly Moment[] {
  const random = seededRandom(seed);
  const upTo = (most: number): number => 1 + Math.floor(random.next() * most);
  return Array.from({ length: rounds }, (_, round): Moment => {
    // Two windows of two pages: four requests, and three commits: claim, settle and start, settle.
    if (round % 5 < 2) return { kind: "request", at: upTo(4) };
    if (round % 5 < 4) return { kind: "commit", at: upTo(3) };
    return { kind: "time", at: upTo(1200) };
  });
}

async function killAt({ repo, api }: Stage, now: string, moment: Moment): Promise<void> {
  const child = startCli(repo.folder, ["run"], { now });
  const disarm = arm(repo, api, moment, child);
  await child.ended;
  disarm();
}

function arm(repo: GitRepo, api: ItemsApi, moment: Moment, child: CliProcess): () => void {
  let seen = 0;
  const count = (): void => {
    seen += 1;
    if (seen === moment.at) child.kill("SIGKILL");
  };
  switch (moment.kind) {
    case "request":
      api.hook = () => {
        count();
        return false;
      };
      return () => {
        api.hook = undefined;
      };
    case "commit": {
      // Git renames the lock onto the branch: one event with this name for every commit.
      const watcher = watch(join(repo.folder, ".git/refs/heads"), (event, name) => {
        if (event === "rename" && name === "main") count();
      });
      return () => {
        watcher.close();
      };
    }
    case "time": {
      const timer = setTimeout(() => {
        child.kill("SIGKILL");
      }, moment.at);
      return () => {
        clearTimeout(timer);
      };
    }
  }
}

function expectWhole({ repo, api, rows }: Stage, round: number, name: string): void {
  const end = isoSeconds(start + (round + 1) * dayMs);
  const due = api.items.filter((item) => item.updated_at < end);
  const records = recordsOf(repo);
  expect({
    name,
    rows: rows(),
    ranges: joined(records),
    successes: records.map(successes),
    status: repo.status(),
  }).toEqual({
    name,
    rows: expectedRows(due),
    ranges: [`${isoSeconds(start)}--${end}`],
    successes: records.map(() => 1),
    status: "",
  });
  const paths = recordPaths(repo);
  repo.write("README.md", `${name}\n`);
  repo.git("commit", "-q", "-a", "-m", "edit");
  expect({ name, paths: recordPaths(repo) }).toEqual({ name, paths });
}

// The record's own outcome, and those of its history.
function successes(record: WrittenRecord): number {
  const past = record.history.filter((entry) => entry.status === "succeeded").length;
  return past + (record.status === "succeeded" ? 1 : 0);
}

// Lost or released attempts stand in the history; an adopted one is told by its commit.
function expectTold(repo: GitRepo, before: WrittenRecord, name: string): void {
  const after = recordsOf(repo).find((record) => record.run_id === before.run_id);
  const entry = after?.history.find(({ attempt }) => attempt === before.attempt);
  const subjects = repo.git("log", "--format=%s", "--grep", `Tidemark-Run-Id: ${before.run_id}`);
  const isAdopted = after?.attempt === before.attempt && subjects.includes("adopt");
  const isTold = entry?.code === "lost" || entry?.status === "released" || isAdopted;
  expect({ name, runId: before.run_id, subjects, isTold }).toMatchObject({ isTold: true });
}
