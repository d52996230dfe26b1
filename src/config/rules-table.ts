// Rules of the columns of a sync and of tables that several syncs write (contract 2 and 5).

import type { DestinationSpec, SyncSpec } from "../core/sync/sync-spec.ts";
import { mismatch, type Path, type Problem } from "./problem.ts";

/** Problems of one sync's table, paths below the sync. */
export function tableProblems(sync: SyncSpec, destination: DestinationSpec): readonly Problem[] {
  return [...tableIsFree(sync, destination), ...columnsAreNames(sync), ...columnsDiffer(sync)];
}

/** SQLite keeps tables of that name for itself. */
function tableIsFree({ table }: SyncSpec, destination: DestinationSpec): readonly Problem[] {
  if (destination.type !== "sqlite" || !table.startsWith("sqlite_")) return [];
  const expected = "a table that does not begin with sqlite_";
  return [mismatch(["table"], { expected, found: table, remedy: "rename it" })];
}

const bytesMax = 63;

/** Contract 2, 5: names that any destination can quote, and none of ours. */
function columnsAreNames({ keyColumn, columns }: SyncSpec): readonly Problem[] {
  const named: readonly (readonly [Path, string])[] = [
    [["key_column"], keyColumn],
    ...(columns ?? []).map(({ name }) => [["columns", name], name] as const),
  ];
  return named.flatMap(([path, name]) => {
    if (name.toLowerCase().startsWith("_tidemark_")) {
      const expected = "a column that does not begin with _tidemark_";
      return [mismatch(path, { expected, found: name, remedy: "rename it" })];
    }
    if (name !== "" && !/\p{Cc}/u.test(name) && new TextEncoder().encode(name).length <= bytesMax)
      return [];
    const expected = `the name of a column of 1 to ${bytesMax} bytes without control characters`;
    return [mismatch(path, { expected, found: name, remedy: "rename it" })];
  });
}

/** Contract 2: key_column, columns and the generated `data` differ, case folded. */
function columnsDiffer({ keyColumn, columns }: SyncSpec): readonly Problem[] {
  const taken = new Set([keyColumn.toLowerCase()]);
  if (columns === undefined) {
    if (!taken.has("data")) return [];
    const text =
      "expected another name than data, where records go without columns, found data; set key_column";
    return [{ path: ["key_column"], text }];
  }
  return columns.flatMap(({ name }) => {
    const folded = name.toLowerCase();
    const isTaken = taken.has(folded);
    taken.add(folded);
    if (!isTaken) return [];
    const expected = "a name that key_column and the other columns do not have, in any case";
    return [mismatch(["columns", name], { expected, found: name, remedy: "rename it" })];
  });
}

/** Contract 2: syncs that write one table agree on columns, key_column and on_delete. Paths from the top. */
export function sharedTableProblems(
  syncs: readonly SyncSpec[],
  destinations: ReadonlyMap<string, DestinationSpec>,
): readonly Problem[] {
  const first = new Map<string, SyncSpec>();
  return syncs.flatMap((sync) => {
    const destination = destinations.get(sync.destination);
    if (destination === undefined) return [];
    // Two destinations of one place are one: what counts is the table that is written.
    const place = `${destination.type}:${destination.path}:${sync.table}`;
    const other = first.get(place);
    if (other === undefined) {
      first.set(place, sync);
      return [];
    }
    return differences(sync, other).map((key) => ({
      path: ["syncs", sync.name, key],
      text: `expected the same ${key} as sync ${other.name}, which shares table ${sync.table}, found another; make them equal or set table`,
    }));
  });
}

function differences(sync: SyncSpec, other: SyncSpec): readonly string[] {
  const keys: string[] = [];
  if (columnsText(sync) !== columnsText(other)) keys.push("columns");
  if (sync.keyColumn !== other.keyColumn) keys.push("key_column");
  if (sync.onDelete !== other.onDelete) keys.push("on_delete");
  return keys;
}

function columnsText({ columns }: SyncSpec): string {
  const rows = (columns ?? []).map(({ name, pointer, type }) =>
    [name, type, ...pointer].join("\0"),
  );
  return columns === undefined ? "data" : rows.toSorted().join("\n");
}
