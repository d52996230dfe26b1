// One table in SQLite: created and widened, read and written by key. Serves upsert; decides nothing, newest.ts does.

import type { DatabaseSync, SQLOutputValue, StatementSync } from "node:sqlite";

import { invariant } from "../../core/failure/assert.ts";
import { fail, type Outcome, succeed } from "../../core/failure/failure.ts";
import { quoteIdentifier } from "../../core/row/identifier.ts";
import { newestOf, noWatermark, type StoredRow } from "../../core/row/newest.ts";
import type { CellValue } from "../../core/row/row.ts";
import { formatWatermark, parseWatermark } from "../../core/row/stored-watermark.ts";
import {
  changeTable,
  type FoundColumn,
  type TableShape,
  tableShape,
} from "../../core/row/table.ts";
import type { ColumnType, SyncSpec } from "../../core/sync/sync-spec.ts";
import type { Instant } from "../../core/time/instant.ts";

/** Creates or widens the sync's table, inside the caller's transaction. */
export function prepareTable(
  database: DatabaseSync,
  sync: SyncSpec,
  place: string,
): Outcome<undefined> {
  const shape = tableShape(sync);
  const subject = `${place}, table ${sync.table}`;
  const remedy = "remedy: another table, or other columns";
  if (sync.table.toLowerCase().startsWith("sqlite_"))
    return fail("config", `${subject}: expected a name not kept for SQLite itself; ${remedy}`);
  const change = changeTable(shape, foundColumns(database, sync.table), fits);
  const table = quoteIdentifier(sync.table);
  if (change.kind === "conflict")
    return fail("config", `${subject}: ${change.problems.join("; ")}; ${remedy}`);
  if (change.kind === "create")
    database.exec(`CREATE TABLE ${table} (${definitions(shape).join(", ")})`);
  else
    for (const column of change.missing)
      database.exec(`ALTER TABLE ${table} ADD COLUMN ${definition(column)}`);
  return succeed(undefined);
}

function foundColumns(database: DatabaseSync, table: string): FoundColumn[] | undefined {
  const rows = database
    .prepare("SELECT name, type, pk FROM pragma_table_info(?)")
    .all(table)
    .map((row) => ({
      name: String(row["name"]),
      declared: String(row["type"]),
      isKey: row["pk"] !== 0,
    }));
  return rows.length === 0 ? undefined : rows;
}

function definitions(shape: TableShape): string[] {
  const key = `${quoteIdentifier(shape.key.name)} TEXT PRIMARY KEY NOT NULL`;
  return [key, ...[...shape.cells, ...shape.meta].map(definition)];
}

function definition(column: { readonly name: string; readonly type: ColumnType }): string {
  return `${quoteIdentifier(column.name)} ${storageOf(column.type)}`;
}

// `numeric` is text: SQLite's own NUMERIC is a double beyond 15 digits.
function storageOf(type: ColumnType): "TEXT" | "INTEGER" {
  return type === "integer" || type === "bigint" || type === "boolean" ? "INTEGER" : "TEXT";
}

// The affinity rules of SQLite (datatype3.html section 3.1), so far as they keep our values as they are.
function fits(type: ColumnType, declared: string): boolean {
  const name = declared.toUpperCase();
  if (name.includes("INT")) return storageOf(type) === "INTEGER";
  return storageOf(type) === "TEXT" && /CHAR|CLOB|TEXT/.test(name);
}

/** What is stored for a key, and where, so that a store touches only what there is. */
export interface Found {
  readonly state: StoredRow;
  readonly hasRow: boolean;
  readonly hasTombstone: boolean;
}

/** Reads and writes the rows of one table by key. */
export interface RowStore {
  readonly columns: readonly string[];
  /** undefined: the row's watermark is no timestamp. */
  find(key: string): Found | undefined;
  store(key: string, found: Found, next: StoredRow): void;
}

/** Opens a table for one window; `runId` goes into the rows that change. */
export function openTable(database: DatabaseSync, sync: SyncSpec, runId: string): RowStore {
  const shape = tableShape(sync);
  const columns = shape.cells.map((column) => column.name);
  const sql = statementsOf(database, sync.table, shape);
  return {
    columns: [shape.key.name, ...columns],
    find(key) {
      const row = readRow(sql.select.get(key), columns.length);
      const tombstone = readTombstone(sql.findTombstone.get(sync.table, key)?.["watermark"]);
      if (row === undefined || tombstone === undefined) return undefined;
      return {
        state: newestOf(row, tombstone),
        hasRow: row.kind !== "absent",
        hasTombstone: tombstone.kind !== "absent",
      };
    },
    store(key, found, next) {
      if (next.kind === "absent") return;
      const watermark = textOf(next.watermark);
      if (next.kind === "tombstone") {
        if (found.hasRow) sql.remove.run(key);
        sql.putTombstone.run(sync.table, key, watermark);
        return;
      }
      const meta = [watermark, next.deleted ? watermark : null, runId];
      if (next.deleted && found.hasRow) sql.mark.run(...meta, key);
      else if (found.hasRow) sql.update.run(...next.cells.map(toSql), ...meta, key);
      else sql.insert.run(...next.cells.map(toSql), ...meta, key);
      if (found.hasTombstone) sql.dropTombstone.run(sync.table, key);
    },
  };
}

type Statements = Readonly<
  Record<
    | "select"
    | "insert"
    | "update"
    | "mark"
    | "remove"
    | "findTombstone"
    | "putTombstone"
    | "dropTombstone",
    StatementSync
  >
>;

function statementsOf(database: DatabaseSync, name: string, shape: TableShape): Statements {
  const table = quoteIdentifier(name);
  const key = quoteIdentifier(shape.key.name);
  const cells = shape.cells.map((column) => quoteIdentifier(column.name));
  const meta = shape.meta.map((column) => quoteIdentifier(column.name));
  const all = [...cells, ...meta, key];
  const select = database.prepare(
    `SELECT ${[...cells, ...meta].join(", ")} FROM ${table} WHERE ${key} = ?`,
  );
  select.setReadBigInts(true);
  select.setReturnArrays(true);
  const prepare = (sql: string): StatementSync => database.prepare(sql);
  return {
    select,
    insert: prepare(
      `INSERT INTO ${table} (${all.join(", ")}) VALUES (${all.map(() => "?").join(", ")})`,
    ),
    update: prepare(`UPDATE ${table} SET ${assignments([...cells, ...meta])} WHERE ${key} = ?`),
    mark: prepare(`UPDATE ${table} SET ${assignments(meta)} WHERE ${key} = ?`),
    remove: prepare(`DELETE FROM ${table} WHERE ${key} = ?`),
    findTombstone: prepare(`SELECT watermark FROM _tidemark_deleted WHERE "table" = ? AND key = ?`),
    putTombstone: prepare(
      `INSERT INTO _tidemark_deleted ("table", key, watermark) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET watermark = excluded.watermark`,
    ),
    dropTombstone: prepare(`DELETE FROM _tidemark_deleted WHERE "table" = ? AND key = ?`),
  };
}

function assignments(names: readonly string[]): string {
  return names.map((name) => `${name} = ?`).join(", ");
}

function readRow(row: unknown, width: number): StoredRow | undefined {
  if (row === undefined) return { kind: "absent" };
  // setReturnArrays makes rows arrays, which the types of node:sqlite do not say.
  const values = row as readonly SQLOutputValue[];
  const watermark = readWatermark(values[width]);
  if (watermark === undefined) return undefined;
  return {
    kind: "row",
    watermark,
    deleted: (values[width + 1] ?? null) !== null,
    cells: values.slice(0, width).map(fromSql),
  };
}

function readTombstone(stored: SQLOutputValue | undefined): StoredRow | undefined {
  if (stored === undefined) return { kind: "absent" };
  const watermark = readWatermark(stored);
  return watermark === undefined ? undefined : { kind: "tombstone", watermark };
}

function readWatermark(stored: SQLOutputValue | undefined): Instant | undefined {
  if (stored === null || stored === undefined) return noWatermark;
  return typeof stored === "string" ? parseWatermark(stored) : undefined;
}

function textOf(watermark: Instant): string {
  const text = formatWatermark(watermark);
  // refusalOf has looked before; a row without a watermark of its own is never written back.
  invariant(text !== undefined, "a stored watermark has a four-digit year");
  return text;
}

// JavaScript numbers are bound as REAL; whole ones must arrive as whole ones.
function toSql(cell: CellValue): string | bigint | null {
  if (typeof cell === "boolean") return cell ? 1n : 0n;
  return typeof cell === "number" ? BigInt(cell) : cell;
}

/** A cell as the guard compares it: in the form in which it is stored. */
export function asStored(cell: CellValue): CellValue {
  return toSql(cell);
}

// A blob is nothing that Tidemark writes; it must equal no cell, and no cell has a NUL.
function fromSql(stored: SQLOutputValue): CellValue {
  return stored instanceof Uint8Array ? "\0" : stored;
}
