// Ledger files that people or tools damaged (T13): the sync of a damaged file stops and says why, its files stay as
// they are, nothing is asked of the source for it, and the other sync of the project goes on.

import { cpSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { expect, it } from "vitest";

import { makeItems, serveItems } from "../support/acceptance-api.ts";
import {
  itemsSync,
  itemsSyncWith,
  projectOf,
  projectRepo,
  recordPaths,
  recordsOf,
} from "../support/acceptance-project.ts";
import { findingsAt, runAt } from "../support/cli-process.ts";
import { type GitRepo, repoAt, temporaryFolder } from "../support/git-repo.ts";

const name = "20260101T000000Z--20260102T000000Z.json";
const path = `ledger/items/2026/01/${name}`;
const overlapping = "ledger/items/2026/01/20260101T120000Z--20260102T120000Z.json";
const moved = `ledger/items/2026/02/${name}`;

interface Damage {
  /** The path that the message names. */
  readonly named: string;
  /** Words of the reason. */
  readonly reason: string;
  readonly edit: (text: string) => string | Buffer;
  readonly after?: (repo: GitRepo) => void;
}

const damages: Readonly<Record<string, Damage>> = {
  "conflict markers": {
    named: path,
    reason: "conflict marker",
    edit: (text) =>
      text.replace('  "attempt"', '<<<<<<< ours\n=======\n>>>>>>> theirs\n  "attempt"'),
  },
  "overlapping windows": {
    named: overlapping,
    reason: "overlap",
    edit: (text) => text,
    after: (repo) => {
      const text = readFileSync(join(repo.folder, path), "utf8")
        .replace(
          "items/20260101T000000Z--20260102T000000Z",
          "items/20260101T120000Z--20260102T120000Z",
        )
        .replace('"window_start": "2026-01-01T00', '"window_start": "2026-01-01T12')
        .replace('"window_end": "2026-01-02T00', '"window_end": "2026-01-02T12');
      repo.write(overlapping, text);
    },
  },
  "edited counts": {
    named: path,
    reason: "L9",
    edit: (text) => text.replace('"processed": 24', '"processed": 25'),
  },
  "a wrong path": {
    named: moved,
    reason: "path",
    edit: (text) => text,
    after: (repo) => {
      repo.write(moved, "");
      renameSync(join(repo.folder, path), join(repo.folder, moved));
    },
  },
  "a byte order mark": { named: path, reason: "byte order mark", edit: (text) => `\uFEFF${text}` },
  "a repeated key": {
    named: path,
    reason: "status",
    edit: (text) =>
      text.replace(
        '  "status": "succeeded",',
        '  "status": "succeeded",\n  "status": "succeeded",',
      ),
  },
  "a truncated file": {
    named: path,
    reason: "JSON",
    edit: (text) => text.slice(0, text.length / 2),
  },
  "an empty file": { named: path, reason: "JSON", edit: () => "" },
  "a symbolic link": {
    named: path,
    reason: "regular file",
    edit: (text) => text,
    after: (repo) => {
      rmSync(join(repo.folder, path));
      symlinkSync("/etc/hostname", join(repo.folder, path));
    },
  },
  "a future schema": {
    named: path,
    reason: "schema",
    edit: (text) => text.replace('"schema": 1', '"schema": 2'),
  },
  "an unknown status": {
    named: path,
    reason: "status",
    edit: (text) => text.replace('"succeeded"', '"done"'),
  },
  "a file of 300 KiB": {
    named: path,
    reason: "256 KiB",
    edit: (text) => `${text}${" ".repeat(300 * 1024)}\n`,
  },
  "bytes that are no UTF-8": {
    named: path,
    reason: "UTF-8",
    edit: (text) => Buffer.concat([Buffer.from(text), Buffer.from([0xff, 0xfe])]),
  },
};

it(
  "stops the sync of a damaged record file by name, and no other (T13, L11)",
  { timeout: 120_000 },
  async () => {
    const items = makeItems(48, { start: "2026-01-01T00:00:00Z", everySeconds: 3600 });
    await using api = await serveItems(items);
    const others = itemsSyncWith({ request: { path: "/others" } });
    const base = projectRepo(projectOf({ url: api.url, syncs: { items: itemsSync, others } }));
    await runAt(base.folder, "2026-01-02T00:02:00Z");
    api.requests.length = 0;
    const lanes: (readonly [string, Damage])[][] = [[], []];
    for (const [index, damage] of Object.entries(damages).entries()) lanes[index % 2]?.push(damage);

    const found: Record<string, unknown> = {};
    const serve = async (lane: (readonly [string, Damage])[]): Promise<void> => {
      for (const [what, damage] of lane) found[what] = await runDamaged(base, damage);
    };
    await Promise.all(lanes.map(serve));

    const expected = Object.entries(damages).map(([what, { named, reason }]) => [
      what,
      {
        code: 1,
        stopped: `items is stopped: ${named}: `,
        reason,
        isFound: true,
        isUntouched: true,
        others: "succeeded",
      },
    ]);
    expect(found).toEqual(Object.fromEntries(expected));
    expect(new Set(api.requests.map((request) => request.collection))).toEqual(new Set(["others"]));
  },
);

it("stops a sync whose record a person has changed without a commit, and leaves the change (contract 7)", async () => {
  await using api = await serveItems(
    makeItems(48, { start: "2026-01-01T00:00:00Z", everySeconds: 3600 }),
  );
  const repo = projectRepo(projectOf({ url: api.url }));
  await runAt(repo.folder, "2026-01-02T00:02:00Z");
  const requests = api.requests.length;
  repo.write(path, "mine\n");

  const report = await runAt(repo.folder, "2026-01-03T00:02:00Z");

  expect(report).toMatchObject({ code: 1, status: "failed", settled: [] });
  expect(report.faults.join("\n")).toContain(`items is stopped: ${path}`);
  expect(api.requests).toHaveLength(requests);
  expect(readFileSync(join(repo.folder, path), "utf8")).toBe("mine\n");
  expect(repo.status()).toBe(` M ${path}`);
});

async function runDamaged(base: GitRepo, damage: Damage): Promise<unknown> {
  const repo = repoAt(temporaryFolder());
  cpSync(base.folder, repo.folder, { recursive: true });
  const file = join(repo.folder, path);
  writeFileSync(file, damage.edit(readFileSync(file, "utf8")));
  damage.after?.(repo);
  repo.git("add", "--all", dirname(dirname(path)));
  repo.git("commit", "-q", "-m", "damage");
  const before = imageOf(repo);

  const report = await runAt(repo.folder, "2026-01-03T00:02:00Z");
  const findings = await findingsAt(repo.folder, "2026-01-03T01:00:00Z");

  const stopped = report.faults.find((fault) => fault.startsWith("items is stopped")) ?? "";
  const { reason, named } = damage;
  return {
    code: report.code,
    stopped: stopped.slice(0, `items is stopped: ${named}: `.length),
    reason: stopped.includes(reason) ? reason : stopped,
    isFound: findings.some((finding) => finding.startsWith(`${named} `)),
    isUntouched: imageOf(repo) === before,
    others: recordsOf(repo, "others").at(-1)?.status,
  };
}

// The committed folder of the sync, and what git finds changed.
function imageOf(repo: GitRepo): string {
  return `${repo.git("rev-parse", "HEAD:ledger/items")}\n${repo.status()}\n${recordPaths(repo).join("\n")}`;
}
