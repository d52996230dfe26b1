// A whole table of data files in memory: read at a tip, changed by the guard, written back where it changed. Serves
// upsert and commit; it must not touch a file that holds something it does not understand.

import { fail, type Outcome, succeed } from "../../core/failure/failure.ts";
import { compareKeys } from "../../core/row/key-order.ts";
import { decide, newestOf, type StoredRow } from "../../core/row/newest.ts";
import { refusalOf } from "../../core/row/refusal.ts";
import { formatJsonLine } from "../../core/row/row-text.ts";
import type { RowChange, UpsertResult } from "../../core/row/row.ts";
import { parseWatermark } from "../../core/row/stored-watermark.ts";
import { type TableShape, tableShape } from "../../core/row/table.ts";
import type { SyncSpec } from "../../core/sync/sync-spec.ts";
import { formatInstant, type Instant } from "../../core/time/instant.ts";
import type { Digest } from "../../ports/digest.ts";
import type { FileChange, TipFiles } from "../../ports/ledger-store.ts";
import {
  type FileRow,
  formatRows,
  memberOf,
  parseJsonLine,
  parseRows,
  textOf,
} from "./row-lines.ts";
import { type FilesSpec, type TablePaths, tablePaths } from "./table-paths.ts";

/** What a table needs to know besides its files. */
export interface TableOptions {
  readonly spec: FilesSpec;
  readonly sync: SyncSpec;
  readonly digest: Digest;
}

/** A table at one tip, with the changes applied so far. */
export interface FilesTable {
  apply(change: RowChange): UpsertResult;
  /** What the settling commit must contain, or a failure when the table has become too large. */
  changes(): Outcome<readonly FileChange[]>;
}

/** Reads the table of a sync at a tip. */
export async function loadTable(
  options: TableOptions,
  tip: TipFiles,
): Promise<Outcome<FilesTable>> {
  const paths = tablePaths(options.spec, options.sync, options.digest);
  const content: Content = {
    rows: new Map(),
    tombstones: new Map(),
    texts: new Map(),
    dirty: new Set(),
  };
  const shape = tableShape(options.sync);
  const found = await findFiles(options, paths, tip);
  if (!found.ok) return found;
  // Together: on GitHub each reading is a request, and a table may have a hundred buckets.
  const read = await tip.readMany(found.value);
  for (const path of found.value) {
    const subject = subjectOf(options, path);
    const text = decode(read.get(path));
    if (text === undefined)
      return fail("destination", `${subject}: expected UTF-8, found other bytes; ${restore}`);
    content.texts.set(path, text);
    const problem =
      path === paths.deleted
        ? takeTombstones(text, content)
        : takeRows(text, path, content, { paths, shape, format: options.spec.format });
    if (problem !== undefined) {
      const why = `line ${problem.line}: expected ${problem.expected}, found something else`;
      return fail("destination", `${subject}, ${why}; ${restore}`);
    }
  }
  return succeed(tableOf(content, { ...options, paths, shape }));
}

// Paths of the table's files; one that is odd or of the other format stops the reading.
async function findFiles(
  options: TableOptions,
  paths: TablePaths,
  tip: TipFiles,
): Promise<Outcome<readonly string[]>> {
  const found: string[] = [];
  for (const { path, mode } of await tip.list(paths.folder)) {
    const subject = subjectOf(options, path);
    if (paths.isOtherFormat(path)) {
      const remedy = "remedy: remove the file, then backfill --reprocess all";
      const { format } = options.spec;
      return fail("config", `${subject}: expected ${format} only, found it; ${remedy}`);
    }
    if (!paths.holdsRows(path) && path !== paths.deleted) continue;
    if (mode !== "100644")
      return fail("destination", `${subject}: expected a regular file, found mode ${mode}`);
    found.push(path);
  }
  return succeed(found);
}

function subjectOf({ spec }: TableOptions, path: string): string {
  return `destination ${spec.name}, ${path}`;
}

const restore = "remedy: correct it by hand or restore the file from git";

interface Content {
  readonly rows: Map<string, FileRow>;
  readonly tombstones: Map<string, Instant>;
  /** The files as they are at the tip. */
  readonly texts: Map<string, string>;
  /** Paths whose text must be written anew. */
  readonly dirty: Set<string>;
}

interface Problem {
  readonly line: number;
  readonly expected: string;
}

function decode(bytes: Uint8Array | undefined): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function takeRows(
  text: string,
  path: string,
  content: Content,
  known: { paths: TablePaths; shape: TableShape; format: FilesSpec["format"] },
): Problem | undefined {
  const parsed = parseRows(text, known.format, known.shape);
  if (!parsed.ok) return parsed;
  for (const row of parsed.rows) {
    if (content.rows.has(row.key)) return { line: 1, expected: "no key that another bucket has" };
    content.rows.set(row.key, row);
    const home = known.paths.home(row.key);
    // The number of buckets was another: the row moves with the next commit.
    if (home !== path) content.dirty.add(path).add(home);
  }
  return undefined;
}

function takeTombstones(text: string, content: Content): Problem | undefined {
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const members = parseJsonLine(line);
    const key = textOf(members?.get("key"), "ndjson");
    const watermark = parseWatermark(textOf(members?.get("watermark"), "ndjson") ?? "");
    if (key === undefined || watermark === undefined)
      return { line: index + 1, expected: "an object with key and watermark" };
    content.tombstones.set(key, watermark);
  }
  return undefined;
}

interface Table extends TableOptions {
  readonly paths: TablePaths;
  readonly shape: TableShape;
}

function tableOf(content: Content, table: Table): FilesTable {
  const { cells } = table.shape;
  const names = cells.map((column) => column.name);
  return {
    apply(change) {
      const refusal = refusalOf(change, names);
      if (refusal !== undefined) return refusal;
      const incoming =
        change.kind === "delete" ? change : { ...change, cells: membersOf(change.cells, table) };
      const found = findRow(content, change.key, names);
      const { onDelete } = table.sync;
      const { next, result } = decide(found, incoming, { onDelete, width: names.length });
      if (next !== found) store(content, change.key, next, table);
      return result;
    },
    changes: () => changesOf(content, table),
  };
}

function membersOf(
  cells: Extract<RowChange, { kind: "upsert" }>["cells"],
  table: Table,
): (string | null)[] {
  return table.shape.cells.map(({ type }, index) =>
    memberOf(cells[index] ?? null, type, table.spec.format),
  );
}

function findRow(content: Content, key: string, names: readonly string[]): StoredRow {
  const row = content.rows.get(key);
  const tombstone = content.tombstones.get(key);
  const stored: StoredRow =
    row === undefined
      ? { kind: "absent" }
      : {
          kind: "row",
          watermark: row.watermark,
          deleted: row.deletedAt !== undefined,
          cells: names.map((name) => row.members.get(name) ?? null),
        };
  return newestOf(
    stored,
    tombstone === undefined ? { kind: "absent" } : { kind: "tombstone", watermark: tombstone },
  );
}

function store(content: Content, key: string, next: StoredRow, table: Table): void {
  if (next.kind === "absent") return;
  if (next.kind === "tombstone") {
    if (content.rows.delete(key)) content.dirty.add(table.paths.home(key));
    content.tombstones.set(key, next.watermark);
    content.dirty.add(table.paths.deleted);
    return;
  }
  const members = new Map(content.rows.get(key)?.members);
  for (const [index, { name }] of table.shape.cells.entries()) {
    const cell = next.cells[index] ?? null;
    members.set(name, cell === null ? null : String(cell));
  }
  const { watermark, deleted } = next;
  const deletedAt = deleted ? formatInstant(watermark) : undefined;
  content.rows.set(key, { key, watermark, deletedAt, members });
  content.dirty.add(table.paths.home(key));
  if (content.tombstones.delete(key)) content.dirty.add(table.paths.deleted);
}

function changesOf(content: Content, table: Table): Outcome<readonly FileChange[]> {
  const byPath = new Map<string, FileRow[]>();
  for (const row of content.rows.values()) {
    const home = table.paths.home(row.key);
    const rows = byPath.get(home);
    if (rows === undefined) byPath.set(home, [row]);
    else rows.push(row);
  }
  const written = new Map(
    [...content.dirty].map((path) => [
      path,
      path === table.paths.deleted
        ? formatTombstones(content.tombstones)
        : textOfRows(byPath.get(path) ?? [], table),
    ]),
  );
  const tooLarge = checkSize(new Map([...content.texts, ...written]), table);
  if (tooLarge !== undefined) return fail("destination", tooLarge);
  const changes = [...written]
    .filter(([path, text]) => text !== (content.texts.get(path) ?? ""))
    .toSorted(([a], [b]) => compareKeys(a, b))
    .map(([path, text]) => ({ path, content: text === "" ? undefined : text }));
  return succeed(changes);
}

function textOfRows(rows: readonly FileRow[], table: Table): string {
  return rows.length === 0 ? "" : formatRows(rows, table.spec.format, table.shape);
}

function formatTombstones(tombstones: ReadonlyMap<string, Instant>): string {
  return [...tombstones]
    .toSorted(([a], [b]) => compareKeys(a, b))
    .map(([key, watermark]) => {
      const at = JSON.stringify(formatInstant(watermark));
      return `${formatJsonLine([
        ["key", JSON.stringify(key)],
        ["watermark", at],
      ])}\n`;
    })
    .join("");
}

// The rows and not the tombstones: nobody can make those fewer by choosing other columns.
function checkSize(texts: ReadonlyMap<string, string>, table: Table): string | undefined {
  let bytes = 0;
  for (const [path, text] of texts)
    if (path !== table.paths.deleted) bytes += Buffer.byteLength(text, "utf8");
  const { name, maxSizeBytes } = table.spec;
  if (bytes <= maxSizeBytes) return undefined;
  const found = `found ${megabytes(bytes)}`;
  const subject = `destination ${name}, table ${table.sync.table}`;
  const remedy = "fewer columns, max_size up to 40MB, or a database as destination";
  return `${subject}: expected at most ${megabytes(maxSizeBytes)}, ${found}; remedy: ${remedy}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(2)} MB`;
}
