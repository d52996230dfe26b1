// Two clones, one remote, and people who push meanwhile (T2, T3): every window is executed by exactly one run, and
// nobody's commit is lost. What others push lands while a window is being read, between a read of the tip and a write.

import { expect, it } from "vitest";

import { type ItemsApi, makeItems, serveItems } from "../support/acceptance-api.ts";
import {
  expectedRows,
  fileRows,
  itemsSync,
  itemsSyncWith,
  joined,
  projectOf,
  projectRepo,
  recordPaths,
  recordsOf,
  sqliteRows,
} from "../support/acceptance-project.ts";
import { findingsAt, runAt } from "../support/cli-process.ts";
import { cloneOf, emptyRepo, type GitRepo } from "../support/git-repo.ts";

const now = "2026-01-06T00:02:00Z";

it.each([
  { type: "sqlite", path: ".tidemark/rows.db" },
  { type: "files", path: "data" },
])(
  "lets exactly one of two runs into $type execute each window and loses no foreign commit (T2, L4, L6)",
  { timeout: 120_000 },
  async (destination) => {
    await using api = await serveItems(
      makeItems(120, { start: "2026-01-01T00:00:00Z", everySeconds: 3600 }),
    );
    const { remote, clones } = publish(api, destination);
    const pushed = pushDuringRequests(api, cloneOf(remote), (number) => ({
      path: `notes/${number}.txt`,
      change: () => `note ${number}\n`,
    }));

    const ends = await Promise.all(clones.map((clone) => runAt(clone.folder, now)));
    const reader = cloneOf(remote);

    expect(ends.map((end) => end.faults)).toEqual([[], []]);
    expect(ends.map((end) => end.code)).toEqual([0, 0]);
    expect([...api.byRange().values()]).toEqual([1, 1, 1, 1, 1]);
    expect(ends.map((end) => `${end.status} ${end.windows_succeeded}`).toSorted()).toEqual([
      "nothing_due 0",
      "ok 5",
    ]);
    expect(joined(recordsOf(reader))).toEqual(["2026-01-01T00:00:00Z--2026-01-06T00:00:00Z"]);
    expect(recordsOf(reader).map(({ status, attempt }) => `${status} ${attempt}`)).toEqual(
      Array.from({ length: 5 }, () => "succeeded 1"),
    );
    expectKept(reader, pushed);
    expect(await findingsAt(reader.folder, now)).toEqual([]);
    const winner = clones.find((_, index) => ends[index]?.status === "ok") ?? reader;
    const rows = destination.type === "files" ? fileRows(reader) : sqliteRows(winner);
    expect(rows).toEqual(expectedRows(api.items));
  },
);

it("gives the loser the windows of another source (T2)", { timeout: 120_000 }, async () => {
  await using first = await serveItems(
    makeItems(5, { start: "2026-01-05T01:00:00Z", everySeconds: 60 }),
  );
  await using second = await serveItems(
    makeItems(5, { start: "2026-01-05T01:00:00Z", everySeconds: 60 }),
  );
  const project = projectOf({ url: first.url });
  const sources = project["sources"] as Record<string, Record<string, unknown>>;
  const window = { start: "2026-01-05" };
  const { clones } = publishProject({
    ...project,
    sources: { ...sources, other: { ...sources["api"], base_url: second.url } },
    syncs: {
      items: itemsSyncWith({ window }),
      others: itemsSyncWith({ window, source: "other" }),
    },
  });
  // The run that asks the first source is kept there until the other run has ended.
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const asked = new Promise<void>((resolve) => {
    first.hook = async () => {
      resolve();
      await held;
      return false;
    };
  });

  const winner = runAt(clones[0]?.folder ?? "", now);
  await asked;
  const loser = await runAt(clones[1]?.folder ?? "", now);
  release();
  const end = await winner;

  expect([loser.code, end.code]).toEqual([0, 0]);
  expect(loser.settled.map((record) => record.run_id)).toEqual([
    "others/20260105T000000Z--20260106T000000Z",
  ]);
  expect(end.settled.map((record) => record.run_id)).toEqual([
    "items/20260105T000000Z--20260106T000000Z",
  ]);
  expect([first.requests.length, second.requests.length]).toEqual([1, 1]);
});

it(
  "keeps 20 foreign commits, six of them rows of the very data file, and fetches nothing twice (T3)",
  { timeout: 120_000 },
  async () => {
    await using api = await serveItems(
      makeItems(144, { start: "2025-12-31T00:00:00Z", everySeconds: 3600 }),
    );
    const { remote, clones } = publishProject(
      projectOf({
        url: api.url,
        destination: { type: "files", path: "data" },
        syncs: { items: itemsSyncWith({ window: { start: "2025-12-31" } }) },
      }),
    );
    const [clone = emptyRepo()] = clones;
    // The first window makes the data file that others then edit, and a record that others then copy.
    await runAt(clone.folder, "2026-01-01T00:02:00Z");
    const record = clone.git("show", `HEAD:${recordPaths(clone)[0] ?? ""}`);
    const pushed = pushDuringRequests(api, cloneOf(remote), (number) => {
      if (number % 10 < 4) return { path: `notes/${number}.txt`, change: () => `note ${number}\n` };
      if (number % 10 < 7) return foreignRecord(record, 10 + number);
      return { path: "data/items.ndjson", change: (text) => withRow(text, `foreign${number}`) };
    });

    const end = await runAt(clone.folder, now);
    const reader = cloneOf(remote);

    expect(end).toMatchObject({ code: 0, windows_succeeded: 5, gaps: [] });
    expect([...api.byRange().values()]).toEqual([1, 1, 1, 1, 1, 1]);
    expect(recordsOf(reader).map((one) => one.item_counts["inserted"])).toEqual(
      Array.from({ length: 6 }, () => 24),
    );
    const rowPushes = pushed.filter(({ path }) => path.startsWith("data/"));
    expect([pushed.length, rowPushes.length]).toEqual([20, 6]);
    expect(fileRows(reader)).toEqual(
      [...expectedRows(api.items), ...foreignRows(pushed)].toSorted(),
    );
    expectKept(reader, pushed);
    expect(await findingsAt(reader.folder, now)).toEqual([]);
    expect(clone.status()).toBe("");
  },
);

interface Pushed {
  readonly path: string;
  readonly text: string;
  readonly commit: string;
}

function publish(
  api: ItemsApi,
  destination: Record<string, unknown>,
): { remote: GitRepo; clones: GitRepo[] } {
  return publishProject(projectOf({ url: api.url, destination, syncs: { items: itemsSync } }));
}

function publishProject(project: Record<string, unknown>): { remote: GitRepo; clones: GitRepo[] } {
  const remote = emptyRepo({ bare: true });
  const author = projectRepo(project);
  author.git("remote", "add", "origin", remote.folder);
  author.git("push", "-q", "-u", "origin", "main");
  return { remote, clones: [cloneOf(remote), cloneOf(remote)] };
}

// Four commits during each of the first five requests.
function pushDuringRequests(
  api: ItemsApi,
  third: GitRepo,
  edit: (number: number) => { path: string; change: (text: string) => string },
): readonly Pushed[] {
  const pushed: Pushed[] = [];
  api.hook = () => {
    for (let turn = 0; turn < 4 && pushed.length < 20; turn += 1)
      pushed.push(pushOne(third, edit(pushed.length)));
    return false;
  };
  return pushed;
}

// A person who pulls, edits, commits and pushes, again while others are faster.
function pushOne(third: GitRepo, edit: { path: string; change: (text: string) => string }): Pushed {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    third.git("fetch", "-q", "origin");
    third.git("reset", "-q", "--hard", "origin/main");
    const text = edit.change(textAt(third, edit.path));
    third.write(edit.path, text);
    third.git("add", edit.path);
    third.git("commit", "-q", "-m", `edit ${edit.path}`);
    try {
      third.git("push", "-q", "origin", "main");
      return { path: edit.path, text, commit: third.git("rev-parse", "HEAD") };
    } catch {
      // Somebody was faster.
    }
  }
  throw new Error("expected a push to succeed within 50 attempts");
}

function textAt(repo: GitRepo, path: string): string {
  try {
    return `${repo.git("show", `HEAD:${path}`)}\n`;
  } catch {
    return "";
  }
}

function withRow(text: string, id: string): string {
  const row = {
    id,
    data: {},
    _tidemark_watermark: "2026-01-01T00:00:00Z",
    _tidemark_deleted_at: null,
  };
  return `${text}${JSON.stringify(row)}\n`;
}

function foreignRows(pushed: readonly Pushed[]): string[] {
  return pushed.flatMap(({ path }, number) =>
    path.startsWith("data/") ? [`foreign${number} 2026-01-01T00:00:00Z`] : [],
  );
}

// The record of a window of a sync that this project does not have.
function foreignRecord(record: string, day: number): { path: string; change: () => string } {
  const name = `202511${day}T000000Z--202511${day + 1}T000000Z`;
  const text = record
    .replaceAll("items/20251231T000000Z--20260101T000000Z", `visitors/${name}`)
    .replace('"sync": "items"', '"sync": "visitors"')
    .replace('"window_start": "2025-12-31', `"window_start": "2025-11-${day}`)
    .replace('"window_end": "2026-01-01', `"window_end": "2025-11-${day + 1}`);
  return { path: `ledger/visitors/2025/11/${name}.json`, change: () => `${text}\n` };
}

// Every foreign commit is an ancestor of the tip, no file of others differs, and nothing was merged.
function expectKept(reader: GitRepo, pushed: readonly Pushed[]): void {
  expect(reader.git("log", "--merges", "--format=%H")).toBe("");
  const commits = reader.git("log", "--format=%H").split("\n");
  expect(pushed.filter(({ commit }) => !commits.includes(commit))).toEqual([]);
  const files = pushed.filter(({ path }) => !path.startsWith("data/"));
  expect(files.filter(({ path, text }) => textAt(reader, path) !== text)).toEqual([]);
}
