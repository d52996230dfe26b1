// The `sqlite` destination: the embedded default of the command line (contract 5). Serves claim, upsert, settle and
// recovery; everything is done before a promise is answered, so two windows of one process cannot mix.

import { type Outcome, succeed } from "../../core/failure/failure.ts";
import type { DestinationSpec, SyncSpec } from "../../core/sync/sync-spec.ts";
import type { Window } from "../../core/window/window.ts";
import type {
  Destination,
  WindowOpening,
  WindowRow,
  WindowWriter,
} from "../../ports/destination.ts";
import { sqliteFailure } from "./sqlite-error.ts";
import { inTransaction, type SqliteFile, sqliteFile } from "./sqlite-file.ts";
import { prepareTable } from "./sqlite-table.ts";
import { checkFence, sqliteWriter } from "./sqlite-writer.ts";
import { readWindowRows } from "./window-rows.ts";

/** A SQLite file; relative paths start at the repository's root. Nothing is created before `prepare`. */
export function openSqlite(
  spec: Extract<DestinationSpec, { type: "sqlite" }>,
  options: { readonly root: string },
): Destination {
  const file = sqliteFile(spec, options.root);
  return {
    keepsWindowRows: true,
    dataPaths: () => [],
    prepare: async (sync) => prepare(file, sync),
    windowRows: async (sync, windows) => windowRows(file, sync, windows),
    openWindow: async (opening) => openWindow(file, opening),
    close: async () => file.close(),
  };
}

function prepare(file: SqliteFile, sync: SyncSpec): Outcome<undefined> {
  const database = file.write();
  if (!database.ok) return database;
  return guarded(file, () =>
    inTransaction(database.value, () => prepareTable(database.value, sync, file.place)),
  );
}

function windowRows(
  file: SqliteFile,
  sync: SyncSpec,
  windows: readonly Window[],
): Outcome<readonly WindowRow[]> {
  if (windows.length === 0 || !file.exists()) return succeed([]);
  const database = file.read();
  if (!database.ok) return database;
  return guarded(file, () => readWindowRows(database.value, sync, windows, file.place));
}

function openWindow(file: SqliteFile, opening: WindowOpening): Outcome<WindowWriter> {
  const database = file.write();
  if (!database.ok) return database;
  return guarded(file, () => {
    const fence = checkFence(database.value, opening, file.place);
    return fence.ok ? succeed(sqliteWriter(database.value, opening, file.place)) : fence;
  });
}

function guarded<Value>(file: SqliteFile, work: () => Outcome<Value>): Outcome<Value> {
  try {
    return work();
  } catch (error) {
    return sqliteFailure(file.place, error);
  }
}
