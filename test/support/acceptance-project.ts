// A user's repository for the end-to-end tests: configuration, ledger as a reader sees it, rows of the destination.
// The configuration is written as JSON, which YAML contains.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { type GitRepo, startedRepo } from "./git-repo.ts";

export type Json = Readonly<Record<string, unknown>>;

/** A sync that reads acceptance-api.ts: no lookback and no overshoot, so that a request names its window. */
export const itemsSync: Json = {
  source: "api",
  request: {
    path: "/items",
    query: {
      from: "{{window.start}}",
      to: "{{window.end}}",
      wm: "{{keyset.watermark}}",
      key: "{{keyset.key}}",
      limit: "{{page.size}}",
    },
  },
  records: "/results",
  key: "/id",
  watermark: { path: "/updated_at", format: "rfc3339", precision: "1s" },
  filter: { start: "inclusive", end: "exclusive", overshoot: "drop" },
  // oxlint-disable-next-line unicorn/no-thenable -- `then` is a key of the configuration
  order: { by: "watermark", dir: "asc", then: "key", compare: "numeric" },
  pages: { type: "none", size: 100, keyset: ["watermark", "key"], seed: "0", total: "body:/total" },
  window: { start: "2026-01-01", step: "1d", delay: "1m", lookback: "0s" },
  destination: "local",
};

/** Parts of a sync laid over `itemsSync`, one level deep. */
export function itemsSyncWith(parts: Json): Json {
  const merged: Record<string, unknown> = { ...itemsSync };
  for (const [name, value] of Object.entries(parts)) {
    const before = merged[name];
    merged[name] = isObject(before) && isObject(value) ? { ...before, ...value } : value;
  }
  return merged;
}

/** One source `api`, one destination `local` in SQLite, and the given syncs, unless said otherwise. */
export function projectOf(parts: {
  url: string;
  syncs?: Readonly<Record<string, Json>>;
  source?: Json;
  destination?: Json;
  more?: Json;
}): Json {
  return {
    version: 1,
    sources: {
      api: {
        type: "http",
        base_url: parts.url,
        auth: { type: "none" },
        ...parts.source,
        limits: {
          backoff: { throttle: "10ms", retry: "10ms", max: "20ms" },
          ...(isObject(parts.source?.["limits"]) ? parts.source["limits"] : {}),
        },
      },
    },
    destinations: { local: parts.destination ?? { type: "sqlite", path: ".tidemark/rows.db" } },
    syncs: parts.syncs ?? { items: itemsSync },
    ...parts.more,
  };
}

/** A repository that holds the configuration. */
export function projectRepo(project: Json): GitRepo {
  const repo = startedRepo();
  configure(repo, project);
  return repo;
}

/** Commits another configuration. */
export function configure(repo: GitRepo, project: Json): void {
  repo.write(".github/tidemark.yml", `${JSON.stringify(project, undefined, 2)}\n`);
  repo.git("add", ".github/tidemark.yml");
  repo.git("commit", "-q", "-m", "configure");
}

/** A run record as its file says it. */
export interface WrittenRecord {
  readonly run_id: string;
  readonly window_start: string;
  readonly window_end: string;
  readonly status: string;
  readonly reason: string;
  readonly attempt: number;
  readonly failures: number;
  readonly started_at: string | null;
  readonly item_counts: Readonly<Record<string, number>>;
  readonly requests: Readonly<Record<string, number>>;
  readonly receipt: { readonly records: number; readonly digest: string };
  readonly late: Readonly<Record<string, number>>;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly waived: { readonly reason: string } | null;
  readonly claim: { readonly holder: string } | null;
  readonly history: readonly {
    readonly attempt: number;
    readonly status: string;
    readonly code: string | null;
  }[];
}

/** Paths of a sync's record files in a commit, in the order of their windows. */
export function recordPaths(repo: GitRepo, id = "items", commit = "HEAD"): readonly string[] {
  return repo
    .git("ls-tree", "-r", "--name-only", commit, `ledger/${id}/`)
    .split("\n")
    .filter((path) => /\/\d{8}T\d{6}Z--\d{8}T\d{6}Z\.json$/.test(path))
    .toSorted();
}

/** A sync's records in a commit, in the order of their windows. */
export function recordsOf(repo: GitRepo, id = "items", commit = "HEAD"): readonly WrittenRecord[] {
  return recordPaths(repo, id, commit).map(
    (path) => JSON.parse(repo.git("show", `${commit}:${path}`)) as WrittenRecord,
  );
}

/** The ranges of records in order; touching ones are joined, overlapping ones are an error. */
export function joined(records: readonly WrittenRecord[]): readonly string[] {
  const ranges: [string, string][] = [];
  for (const { window_start: start, window_end: end, run_id: runId } of records) {
    const last = ranges.at(-1);
    if (last !== undefined && start < last[1]) throw new Error(`${runId} overlaps the one before`);
    if (last?.[1] === start) last[1] = end;
    else ranges.push([start, end]);
  }
  return ranges.map(([start, end]) => `${start}--${end}`);
}

/** Every row of a table in SQLite, whole, in the order of the keys as text. */
export function wholeRows(repo: GitRepo, table = "items"): readonly Json[] {
  const file = join(repo.folder, ".tidemark/rows.db");
  if (!existsSync(file)) return [];
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return database.prepare(`SELECT * FROM "${table}" ORDER BY id`).all();
  } finally {
    database.close();
  }
}

/** Key and watermark of every row in SQLite, one line each, in the order of the lines. */
export function sqliteRows(repo: GitRepo, table = "items"): string[] {
  return wholeRows(repo, table)
    .filter((row) => row["_tidemark_deleted_at"] === null)
    .map((row) => `${String(row["id"])} ${String(row["_tidemark_watermark"])}`)
    .toSorted();
}

/** The same of a file of rows in the work tree. */
export function fileRows(repo: GitRepo, table = "items"): string[] {
  return rowLines(readFileSync(join(repo.folder, `data/${table}.ndjson`), "utf8"));
}

/** The same of a file of rows at a commit; none where there is no such file. */
export function rowsAt(repo: GitRepo, table = "items", commit = "HEAD"): string[] {
  const path = `data/${table}.ndjson`;
  return repo.git("ls-tree", commit, path) === ""
    ? []
    : rowLines(repo.git("show", `${commit}:${path}`));
}

function rowLines(text: string): string[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .map((row) => `${String(row["id"])} ${String(row["_tidemark_watermark"])}`)
    .toSorted();
}

/** What the rows of items look like in a destination. */
export function expectedRows(
  items: readonly { readonly id: number; readonly updated_at: string }[],
): string[] {
  return items.map((item) => `${item.id} ${item.updated_at}`).toSorted();
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
