// Runs that cannot go on: variables that are missing, a signal, a remote that refuses. What they leave is consistent,
// and the next run goes on from there (contract 4.2, 4.6, 7).

import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { makeItems, serveItems } from "../support/acceptance-api.ts";
import {
  expectedRows,
  itemsSync,
  itemsSyncWith,
  projectOf,
  projectRepo,
  recordPaths,
  recordsOf,
  sqliteRows,
  type WrittenRecord,
} from "../support/acceptance-project.ts";
import { findingsAt, runAt, runCli, startCli } from "../support/cli-process.ts";
import { cloneOf, emptyRepo, type GitRepo } from "../support/git-repo.ts";

const now = "2026-01-02T00:02:00Z";
const soon = "2026-01-02T00:10:00Z";
const items = makeItems(24, { start: "2026-01-01T00:00:00Z", everySeconds: 3600 });

describe("refusals", { timeout: 120_000 }, () => {
  it("names all missing variables at once, exits 2 and does nothing (S7)", async () => {
    await using api = await serveItems(items);
    const names = ["TIDEMARK_FIRST_TOKEN", "TIDEMARK_SECOND_TOKEN", "TIDEMARK_THIRD_TOKEN"];
    const sources = Object.fromEntries(
      names.map((env, index) => [
        `api${index}`,
        { type: "http", base_url: api.url, auth: { type: "bearer", env } },
      ]),
    );
    const syncs = Object.fromEntries(
      names.map((_, index) => [`items${index}`, itemsSyncWith({ source: `api${index}` })]),
    );
    const repo = projectRepo({ ...projectOf({ url: api.url, syncs }), sources });
    const tip = repo.git("rev-parse", "HEAD");

    const end = await runCli(repo.folder, ["run"], { now, env: { TIDEMARK_SECOND_TOKEN: "" } });

    expect(end.code).toBe(2);
    expect(names.filter((name) => !end.stderr.includes(name))).toEqual([]);
    expect(repo.git("rev-parse", "HEAD")).toBe(tip);
    expect(api.requests).toEqual([]);
  });

  it.each([
    { signal: "SIGTERM", page: 1, left: "pending", code: undefined },
    { signal: "SIGINT", page: 2, left: "failed", code: "cancelled" },
  ] as const)(
    "leaves a window $left after $signal at page $page, exits 130 and goes on later (contract 4.2)",
    async ({ signal, page, left, code }) => {
      await using api = await serveItems(items);
      const sync = itemsSyncWith({ pages: { size: 20 } });
      const repo = projectRepo(projectOf({ url: api.url, syncs: { items: sync } }));
      // The request is never answered; the signal arrives while the window waits for it.
      api.hook = (request) => {
        if (request.number === page) child.kill(signal);
        return request.number === page;
      };

      const child = startCli(repo.folder, ["run"], { now });
      const end = await child.ended;
      const [record] = recordsOf(repo);
      api.hook = undefined;
      const next = await runAt(repo.folder, soon);

      expect(end.code).toBe(130);
      expect([record?.status, record?.failures, record?.error?.code]).toEqual([left, 0, code]);
      expect(next).toMatchObject({ code: 0, status: "ok", gaps: [] });
      expect(sqliteRows(repo)).toEqual(expectedRows(items));
      expect(repo.status()).toBe("");
    },
  );

  it("exits 3 before any request when the remote refuses the claim (4.6)", async () => {
    await using api = await serveItems(items);
    const { remote, clone } = publish(api.url);
    refusePushes(remote, "true");

    const end = await runCli(clone.folder, ["run"], { now });

    expect(end.code).toBe(3);
    expect(end.stderr).not.toBe("");
    expect(api.requests).toEqual([]);
    expect(recordsOf(cloneOf(remote))).toEqual([]);
    expect(clone.status()).toBe("");
  });

  it("rescues the records when the remote refuses after the work, and adopts them later (4.6, 4.5)", async () => {
    await using api = await serveItems(items);
    const { remote, clone } = publish(api.url);
    const flag = join(remote.folder, "closed");
    refusePushes(remote, `test -e '${flag}'`);
    api.hook = () => {
      writeFileSync(flag, "");
      return false;
    };

    const end = await runCli(clone.folder, ["run"], { now });
    const path = recordPaths(clone)[0] ?? "";
    const rescued = JSON.parse(
      readFileSync(join(clone.folder, ".tidemark/rescue", path), "utf8"),
    ) as WrittenRecord;
    refusePushes(remote, "false");
    const next = await runAt(clone.folder, soon);

    expect(end.code).toBe(3);
    expect(end.stderr).toContain(".tidemark/rescue");
    expect(rescued).toMatchObject({ status: "succeeded", item_counts: { inserted: 24 } });
    expect(next).toMatchObject({ code: 0, gaps: [] });
    expect(api.requests).toHaveLength(1);
    expect(recordsOf(cloneOf(remote))).toMatchObject([{ status: "succeeded", attempt: 1 }]);
    expect(sqliteRows(clone)).toEqual(expectedRows(items));
    expect(await findingsAt(clone.folder, "2026-01-02T00:20:00Z")).toEqual([]);
    expect(clone.status()).toBe("");
  });

  it("exits 2 at a sync or run id that nobody knows, and outside of a repository (contract 9)", async () => {
    await using api = await serveItems(items);
    const repo = projectRepo(projectOf({ url: api.url, syncs: { items: itemsSync } }));
    const runId = "items/20260101T000000Z--20260102T000000Z";
    const calls = [
      ["run", "item"],
      ["rerun", runId],
      ["rerun", "../x"],
      ["waive", runId, "--reason", "r"],
    ];

    const ends = await Promise.all(calls.map((call) => runCli(repo.folder, call, { now })));

    expect(ends.map((end) => end.code)).toEqual([2, 2, 2, 2]);
    expect(ends.map((end) => end.stderr === "")).toEqual([false, false, false, false]);
    expect(existsSync(join(repo.folder, "ledger"))).toBe(false);
    expect(api.requests).toEqual([]);
  });
});

function publish(url: string): { remote: GitRepo; clone: GitRepo } {
  const remote = emptyRepo({ bare: true });
  const clone = projectRepo(projectOf({ url }));
  clone.git("remote", "add", "origin", remote.folder);
  clone.git("push", "-q", "-u", "origin", "main");
  return { remote, clone };
}

// A hook that refuses every push for which the command succeeds.
function refusePushes(remote: GitRepo, command: string): void {
  const hook = join(remote.folder, "hooks/pre-receive");
  writeFileSync(hook, `#!/bin/sh\nif ${command}; then echo 'protected branch' >&2; exit 1; fi\n`);
  chmodSync(hook, 0o755);
}
