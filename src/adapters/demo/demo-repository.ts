// A fresh git repository for the demo, in a temporary folder that is kept, and what the proofs read in it: commits,
// record files, and the rows of the SQLite file. Nothing here goes through Tidemark's own code.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { devNull, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseSync, type SQLOutputValue } from "node:sqlite";

import { LedgerError } from "../../core/failure/errors.ts";

export interface DemoRepository {
  readonly folder: string;
  /** What git prints, without the last line break. */
  git(...args: readonly string[]): string;
  /** The record files in the work tree, by path. */
  records(): ReadonlyMap<string, WrittenRecord>;
  /** The rows of a query in the SQLite file; integers are bigints. */
  rows(sql: string): readonly Readonly<Record<string, SQLOutputValue>>[];
}

/** What the proofs read of a record file. */
export interface WrittenRecord {
  readonly window_start: string;
  readonly window_end: string;
  readonly status: string;
  readonly requests: { readonly sent: number };
  readonly history: readonly {
    readonly status: string;
    readonly code?: string;
    readonly requests: { readonly sent: number };
  }[];
}

/** Creates the repository with one commit that holds the files, dated `now`. */
export function createRepository(
  files: ReadonlyMap<string, string>,
  start: { readonly now: string; readonly database: string },
): DemoRepository {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-demo-"));
  const git = (...args: readonly string[]): string => runGit(folder, args, start.now);
  git("init", "--quiet", "--initial-branch=main", "--template=");
  git("config", "user.name", "Demo");
  git("config", "user.email", "demo@localhost");
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  git("add", "--all");
  git("commit", "--quiet", "-m", "Sync contacts");
  return {
    folder,
    git,
    records: () => readRecords(join(folder, "ledger")),
    rows: (sql) => readRows(join(folder, start.database), sql),
  };
}

// Variables that git sets for hooks could send us to another repository, and a person's own configuration may sign,
// run hooks or colour what is read here.
function runGit(folder: string, args: readonly string[], now: string): string {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_"));
  const answer = spawnSync("git", args, {
    cwd: folder,
    encoding: "utf8",
    env: {
      ...Object.fromEntries(own),
      GIT_CONFIG_GLOBAL: devNull,
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_AUTHOR_DATE: now,
      GIT_COMMITTER_DATE: now,
      LC_ALL: "C",
    },
    maxBuffer: 16 * 1024 * 1024,
  });
  if (answer.error !== undefined)
    throw new LedgerError("git: expected to start it, found no program; install git", {
      cause: answer.error,
    });
  if (answer.status !== 0)
    throw new LedgerError(
      `git ${args[0]}: expected exit code 0, found ${answer.status} (${answer.stderr.trim()})`,
    );
  return answer.stdout.trimEnd();
}

function readRecords(folder: string): ReadonlyMap<string, WrittenRecord> {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const files = paths.filter((path) => /--\d{8}T\d{6}Z\.json$/.test(path)).toSorted();
  return new Map(
    files.map((path) => [path, JSON.parse(readFileSync(join(folder, path), "utf8"))] as const),
  );
}

function readRows(path: string, sql: string): readonly Readonly<Record<string, SQLOutputValue>>[] {
  const database = new DatabaseSync(path);
  try {
    const statement = database.prepare(sql);
    statement.setReadBigInts(true);
    return statement.all();
  } finally {
    database.close();
  }
}
