// Writes one window into SQLite. Serves upsert and settle: each call is one transaction of fence, rows and window row.
// It must not keep rows in memory beyond the call.

import type { DatabaseSync } from "node:sqlite";

import { fail, type Outcome, succeed } from "../../core/failure/failure.ts";
import { decide } from "../../core/row/newest.ts";
import { refusalOf } from "../../core/row/refusal.ts";
import type { RowChange, UpsertResult } from "../../core/row/row.ts";
import { formatWindow } from "../../core/window/window.ts";
import type {
  FinishedWindow,
  WindowOpening,
  WindowWriter,
  WriteResults,
} from "../../ports/destination.ts";
import { sqliteFailure, sqliteRefusal } from "./sqlite-error.ts";
import { inTransaction } from "./sqlite-file.ts";
import { asStored, openTable, type RowStore } from "./sqlite-table.ts";
import { higherEpoch, raiseChunk, readWindowRows } from "./window-rows.ts";

/** A writer on an open database; the table must be prepared. */
export function sqliteWriter(
  database: DatabaseSync,
  opening: WindowOpening,
  place: string,
): WindowWriter {
  const rows = openTable(database, opening.sync, opening.runId);
  return {
    write: async (changes, describe) =>
      transact(database, opening, place, () => {
        const results: UpsertResult[] = [];
        for (const change of changes) results.push(apply(database, rows, opening, change));
        const written: WriteResults = { results };
        return { value: written, record: describe(written), complete: false };
      }),
    finish: async (_tip, describe) =>
      transact(database, opening, place, () => {
        const value: FinishedWindow = { changes: [], recounted: undefined };
        return { value, record: describe(), complete: true };
      }),
    abandon: async () => {},
  };
}

interface Work<Value> {
  readonly value: Value;
  readonly record: string;
  readonly complete: boolean;
}

function transact<Value>(
  database: DatabaseSync,
  opening: WindowOpening,
  place: string,
  work: () => Work<Value>,
): Outcome<Value> {
  let done: { readonly value: Value; readonly chunk: number } | undefined;
  try {
    return inTransaction(database, () => {
      const fenced = checkFence(database, opening, place);
      if (!fenced.ok) return fenced;
      const { value, record, complete } = work();
      const mark = { complete, record, committedAt: opening.now() };
      done = { value, chunk: raiseChunk(database, opening, mark) };
      return succeed(value);
    });
  } catch (error) {
    const failure = sqliteFailure(place, error);
    // A COMMIT that fails may have landed: the chunk tells (contract 5).
    return done !== undefined && hasLanded(database, opening, done.chunk)
      ? succeed(done.value)
      : failure;
  }
}

/** Fails with `fenced` when a later attempt has been at any part of the window (L7). */
export function checkFence(
  database: DatabaseSync,
  opening: WindowOpening,
  place: string,
): Outcome<undefined> {
  const higher = higherEpoch(database, opening);
  if (higher === undefined) return succeed(undefined);
  const subject = `${place}, window ${formatWindow(opening.window)} of ${opening.sync.id}`;
  const found = `expected epoch ${opening.epoch} to be the newest, found ${higher}`;
  return fail("fenced", `${subject}: ${found}; remedy: none, the later attempt goes on`);
}

function hasLanded(database: DatabaseSync, opening: WindowOpening, chunk: number): boolean {
  try {
    const found = readWindowRows(database, opening.sync, [opening.window], "");
    const row = found.ok ? found.value[0] : undefined;
    return row?.epoch === opening.epoch && row.chunk === chunk;
  } catch {
    // It cannot even be read: nothing is claimed about it, and the window is tried again.
    return false;
  }
}

function apply(
  database: DatabaseSync,
  rows: RowStore,
  opening: WindowOpening,
  change: RowChange,
): UpsertResult {
  const refusal = refusalOf(change, rows.columns.slice(1));
  if (refusal !== undefined) return refusal;
  try {
    const found = rows.find(change.key);
    if (found === undefined) {
      const message = "row: expected a UTC time in _tidemark_watermark, found other text";
      return { kind: "refused", code: "other", message };
    }
    const incoming =
      change.kind === "upsert" ? { ...change, cells: change.cells.map(asStored) } : change;
    const { onDelete } = opening.sync;
    const decision = decide(found.state, incoming, { onDelete, width: rows.columns.length - 1 });
    if (decision.next !== found.state) rows.store(change.key, found, decision.next);
    return decision.result;
  } catch (error) {
    const refused = sqliteRefusal(error, new Set(rows.columns));
    // A constraint that rolls back everything has undone its neighbours: no longer a matter of one item.
    if (refused === undefined || !database.isTransaction) throw error;
    return refused;
  }
}
