// `_tidemark_windows`: what the database itself knows of a window, and the fence (contract 5). Serves claim, upsert and
// recovery. Instants are text; without their `Z` they sort as they follow each other.

import type { DatabaseSync, SQLOutputValue } from "node:sqlite";

import { fail, type Outcome, succeed } from "../../core/failure/failure.ts";
import type { SyncSpec } from "../../core/sync/sync-spec.ts";
import { formatInstant, type Instant, parseInstant } from "../../core/time/instant.ts";
import { formatWindow, type Window } from "../../core/window/window.ts";
import type { WindowRow } from "../../ports/destination.ts";

/**
 * The rows of exactly these windows, under whatever table the sync wrote then: another `table` in the configuration
 * makes windows stale, not missing. A row whose table itself is gone says nothing.
 */
export function readWindowRows(
  database: DatabaseSync,
  sync: SyncSpec,
  windows: readonly Window[],
  place: string,
): Outcome<readonly WindowRow[]> {
  if (!hasTable(database, "_tidemark_windows")) return succeed([]);
  const select = database.prepare(
    `SELECT epoch, chunk, complete, record, committed_at FROM _tidemark_windows AS held
     WHERE sync = ? AND window_start = ? AND window_end = ? AND EXISTS (
       SELECT 1 FROM sqlite_schema WHERE type = 'table' AND lower(name) = lower(held."table"))
     ORDER BY epoch DESC LIMIT 1`,
  );
  const rows: WindowRow[] = [];
  for (const window of windows) {
    const found = select.get(sync.id, ...edgesOf(window));
    if (found === undefined) continue;
    const row = parseRow(window, found);
    if (row === undefined) {
      const problem = `window row of ${formatWindow(window)}: expected epoch, chunk and a time`;
      return fail("destination", `${place}: ${problem}, found others; remedy: backfill the window`);
    }
    rows.push(row);
  }
  return succeed(rows);
}

function hasTable(database: DatabaseSync, name: string): boolean {
  const sql = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND lower(name) = lower(?)";
  return database.prepare(sql).get(name) !== undefined;
}

function parseRow(
  window: Window,
  row: Readonly<Record<string, SQLOutputValue>>,
): WindowRow | undefined {
  const { epoch, chunk, complete, record, committed_at: committedText } = row;
  const committedAt = typeof committedText === "string" ? parseInstant(committedText) : undefined;
  if (typeof epoch !== "number" || typeof chunk !== "number") return undefined;
  if (typeof record !== "string" || committedAt === undefined) return undefined;
  return { window, epoch, chunk, complete: complete === 1, record, committedAt };
}

/** One attempt at one window, as the fence and its row see it. */
export interface WindowKey {
  readonly sync: SyncSpec;
  readonly window: Window;
  readonly epoch: number;
}

/** The highest epoch above ours of a window of the sync that overlaps this one, or undefined: the fence is open. */
export function higherEpoch(database: DatabaseSync, key: WindowKey): number | undefined {
  const [start, end] = edgesOf(key.window);
  const found = database
    .prepare(
      `SELECT max(epoch) AS epoch FROM _tidemark_windows WHERE sync = ? AND epoch > ?
       AND rtrim(window_start, 'Z') < rtrim(?, 'Z') AND rtrim(window_end, 'Z') > rtrim(?, 'Z')`,
    )
    .get(key.sync.id, key.epoch, end, start)?.["epoch"];
  return typeof found === "number" ? found : undefined;
}

/** What a transaction leaves in the window's row. */
export interface Mark {
  readonly complete: boolean;
  readonly record: string;
  readonly committedAt: Instant;
}

/** Raises the chunk and stores the record; an attempt of a higher epoch begins again at 1. Answers the chunk. */
export function raiseChunk(database: DatabaseSync, key: WindowKey, mark: Mark): number {
  const row = database
    .prepare(
      `INSERT INTO _tidemark_windows
       (sync, "table", window_start, window_end, epoch, chunk, complete, record, committed_at)
       VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?)
       ON CONFLICT DO UPDATE SET
         chunk = CASE WHEN epoch = excluded.epoch THEN chunk + 1 ELSE 1 END,
         epoch = excluded.epoch, complete = excluded.complete, record = excluded.record,
         committed_at = excluded.committed_at
       RETURNING chunk`,
    )
    .get(
      key.sync.id,
      key.sync.table,
      ...edgesOf(key.window),
      BigInt(key.epoch),
      mark.complete ? 1n : 0n,
      mark.record,
      formatInstant(mark.committedAt),
    );
  return Number(row?.["chunk"]);
}

function edgesOf(window: Window): [start: string, end: string] {
  return [formatInstant(window.start), formatInstant(window.end)];
}
