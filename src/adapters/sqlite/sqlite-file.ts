// The database file: where it is, its connection, its layout. Serves upsert. The file is created by the first write and
// never by a question, so that a ledger is not told about an empty database by the very question.

import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, isAbsolute, join, normalize } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { fail, type Outcome, succeed } from "../../core/failure/failure.ts";
import type { DestinationSpec } from "../../core/sync/sync-spec.ts";
import { sqliteFailure } from "./sqlite-error.ts";

/** Version of our tables in the file; a file of a later one is refused, not guessed at. */
const layout = 1;

/** How long a transaction waits for that of another process; below the 5 seconds of a cancelled run (contract 4.2). */
const busyMs = 4000;

/** One database file of a destination. */
export interface SqliteFile {
  /** Subject of messages; an absolute path is shown by its last part only. */
  readonly place: string;
  /** Whether there is a file to ask. */
  exists(): boolean;
  /** The connection, for questions: the file must exist and is not changed. */
  read(): Outcome<DatabaseSync>;
  /** The connection, for writing: file, folder and our tables are there afterwards. */
  write(): Outcome<DatabaseSync>;
  close(): void;
}

type SqliteSpec = Extract<DestinationSpec, { type: "sqlite" }>;

/** The file of a destination; nothing is opened yet. */
export function sqliteFile(spec: SqliteSpec, root: string): SqliteFile {
  const path = isAbsolute(spec.path) ? spec.path : join(root, spec.path);
  const shown = isAbsolute(spec.path) ? basename(spec.path) : spec.path;
  const place = `destination ${spec.name} (${shown})`;
  let database: DatabaseSync | undefined;
  let isReady = false;
  const connect = (): DatabaseSync => (database ??= open(path));
  return {
    place,
    exists: () => existsSync(path),
    read: () => attempt(place, () => checkLayout(place, connect())),
    write() {
      if (isReady) return attempt(place, () => succeed(connect()));
      const folder = makeFolder(path, spec.path, place);
      if (!folder.ok) return folder;
      const outcome = attempt(place, () => makeTables(place, connect()));
      isReady = outcome.ok;
      return outcome;
    },
    close() {
      database?.close();
      database = undefined;
      isReady = false;
    },
  };
}

function open(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: busyMs });
  // FULL: a commit is on the disk when it returns (L5). The file's own functions and views are not trusted.
  database.exec("PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF");
  return database;
}

function attempt<Value>(place: string, work: () => Outcome<Value>): Outcome<Value> {
  try {
    return work();
  } catch (error) {
    return sqliteFailure(place, error);
  }
}

function makeFolder(path: string, written: string, place: string): Outcome<undefined> {
  const folder = dirname(path);
  try {
    mkdirSync(folder, { recursive: true });
    // Only our own folder: a folder of the user's would lose everything in it to this pattern.
    const isOurs = !isAbsolute(written) && /^\.tidemark[/\\]/.test(normalize(written));
    const ignore = join(folder, ".gitignore");
    if (isOurs && !existsSync(ignore)) writeFileSync(ignore, "*\n");
    if (existsSync(path) && !statSync(path).isFile())
      return fail("destination", `${place}: expected a file, found a folder; remedy: another path`);
    return succeed(undefined);
  } catch {
    const remedy = "remedy: allow writing there, or another path";
    return fail("destination", `${place}: expected a folder to write to, found none; ${remedy}`);
  }
}

function checkLayout(place: string, database: DatabaseSync): Outcome<DatabaseSync> {
  const table = database
    .prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '_tidemark_meta'")
    .get();
  if (table === undefined) return succeed(database);
  const row = database.prepare("SELECT value FROM _tidemark_meta WHERE name = 'layout'").get();
  const found = row?.["value"];
  if (found === undefined || found === String(layout)) return succeed(database);
  const remedy = "remedy: use the version of Tidemark that wrote it, or a newer one";
  return fail("destination", `${place}: expected layout ${layout}, found another; ${remedy}`);
}

// The layout is a row and not `user_version`: the file may be shared with a program that uses that itself.
const tables = `
CREATE TABLE IF NOT EXISTS _tidemark_meta (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL);
INSERT OR IGNORE INTO _tidemark_meta (name, value) VALUES ('layout', '${layout}');
CREATE TABLE IF NOT EXISTS _tidemark_windows (
  sync TEXT NOT NULL, "table" TEXT NOT NULL, window_start TEXT NOT NULL, window_end TEXT NOT NULL,
  epoch INTEGER NOT NULL, chunk INTEGER NOT NULL, complete INTEGER NOT NULL, record TEXT NOT NULL,
  committed_at TEXT NOT NULL, PRIMARY KEY (sync, "table", window_start, window_end)
);
CREATE INDEX IF NOT EXISTS _tidemark_windows_fence
  ON _tidemark_windows (sync, epoch, window_start, window_end);
CREATE TABLE IF NOT EXISTS _tidemark_deleted (
  "table" TEXT NOT NULL, key TEXT NOT NULL, watermark TEXT NOT NULL, PRIMARY KEY ("table", key)
) WITHOUT ROWID;
`;

function makeTables(place: string, database: DatabaseSync): Outcome<DatabaseSync> {
  const checked = checkLayout(place, database);
  if (!checked.ok) return checked;
  // WAL: readers of the file never hold up a commit. Where a file system cannot have it SQLite keeps its journal,
  // which is as durable.
  database.exec("PRAGMA journal_mode = WAL");
  return inTransaction(database, () => {
    database.exec(tables);
    return succeed(database);
  });
}

/** Work in one IMMEDIATE transaction: committed when it answers ok, else nothing happened. */
export function inTransaction<Value>(
  database: DatabaseSync,
  work: () => Outcome<Value>,
): Outcome<Value> {
  database.exec("BEGIN IMMEDIATE");
  try {
    const outcome = work();
    database.exec(outcome.ok ? "COMMIT" : "ROLLBACK");
    return outcome;
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

// After some errors (a full disk, a failed read) SQLite has rolled back by itself.
function rollBack(database: DatabaseSync): void {
  if (database.isTransaction) database.exec("ROLLBACK");
}
