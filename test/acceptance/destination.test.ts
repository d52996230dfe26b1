// A database that is not the one the ledger speaks of (contract 5, T15): the sync stops before any request, says what
// to do, and doing it heals.

import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { makeItems, serveItems } from "../support/acceptance-api.ts";
import {
  expectedRows,
  itemsSync,
  projectOf,
  projectRepo,
  recordsOf,
  sqliteRows,
} from "../support/acceptance-project.ts";
import { findingsAt, runAt } from "../support/cli-process.ts";
import type { GitRepo } from "../support/git-repo.ts";

type Damage = (repo: GitRepo, backup: string) => void;

const damages: readonly { name: string; windows: number; damage: Damage }[] = [
  {
    name: "an emptied",
    windows: 4,
    damage: (repo) => {
      removeDatabase(repo);
    },
  },
  {
    name: "an older",
    windows: 2,
    damage: (repo, backup) => {
      removeDatabase(repo);
      cpSync(backup, databaseOf(repo));
    },
  },
];

describe("destination check", { timeout: 120_000 }, () => {
  it.each(damages)(
    "stops the sync at $name sqlite file and heals by a backfill (T15)",
    async ({ windows, damage }) => {
      await using api = await serveItems(
        makeItems(24 * 5, { start: "2026-01-01T00:00:00Z", everySeconds: 3600 }),
      );
      const repo = projectRepo(projectOf({ url: api.url }));
      await runAt(repo.folder, "2026-01-03T00:02:00Z");
      const backup = join(repo.folder, ".tidemark/backup.db");
      cpSync(databaseOf(repo), backup);
      await runAt(repo.folder, "2026-01-05T00:02:00Z");
      const before = { tip: repo.git("rev-parse", "HEAD"), requests: api.requests.length };

      damage(repo, backup);
      const stopped = await runAt(repo.folder, "2026-01-06T00:02:00Z");
      const after = { tip: repo.git("rev-parse", "HEAD"), requests: api.requests.length };
      const healed = await healAt(repo, "2026-01-06T01:00:00Z");
      const next = await runAt(repo.folder, "2026-01-06T02:00:00Z");

      expect(stopped).toMatchObject({ code: 1, status: "failed", settled: [] });
      expect(stopped.faults.join("\n")).toContain(
        `does not hold ${windows} windows that the ledger calls succeeded`,
      );
      expect(stopped.faults.join("\n")).toContain("backfill items --reprocess all");
      expect(after).toEqual(before);
      expect(healed).toMatchObject({ code: 0, status: "ok", windows_succeeded: 5, gaps: [] });
      expect(next).toMatchObject({ code: 0, status: "nothing_due" });
      expect(sqliteRows(repo)).toEqual(expectedRows(api.items));
      expect(await findingsAt(repo.folder, "2026-01-06T03:00:00Z")).toEqual([]);
    },
  );

  it("stops the sync at the sqlite file of another project, and no other sync (T15)", async () => {
    await using api = await serveItems(
      makeItems(24 * 3, { start: "2026-01-01T00:00:00Z", everySeconds: 3600 }),
    );
    const repo = projectRepo(
      projectOf({ url: api.url, syncs: { items: itemsSync, others: itemsSync } }),
    );
    const other = projectRepo(projectOf({ url: api.url, syncs: { others: itemsSync } }));
    await runAt(other.folder, "2026-01-03T00:02:00Z");
    await runAt(repo.folder, "2026-01-03T00:02:00Z");
    const before = recordsOf(repo);
    api.requests.length = 0;

    removeDatabase(repo);
    cpSync(databaseOf(other), databaseOf(repo));
    const report = await runAt(repo.folder, "2026-01-04T00:02:00Z");

    expect(report).toMatchObject({ code: 1, status: "failed" });
    expect(report.settled.map((record) => record.run_id)).toEqual([
      "others/20260103T000000Z--20260104T000000Z",
    ]);
    expect(report.faults.filter((fault) => fault.startsWith("items is stopped"))).toHaveLength(1);
    expect(api.requests).toHaveLength(1);
    expect(recordsOf(repo)).toEqual(before);
    expect(sqliteRows(repo, "others")).toEqual(expectedRows(api.items));
  });
});

async function healAt(repo: GitRepo, now: string): ReturnType<typeof runAt> {
  const range = ["--from", "2026-01-01", "--to", "2026-01-06"];
  return await runAt(repo.folder, now, ["backfill", "items", ...range, "--reprocess", "all"]);
}

function databaseOf(repo: GitRepo): string {
  return join(repo.folder, ".tidemark/rows.db");
}

function removeDatabase(repo: GitRepo): void {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(databaseOf(repo) + suffix, { force: true });
}
