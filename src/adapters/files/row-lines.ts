// The text of one data file, both ways. Serves upsert; people edit these files, so whatever is not understood is named
// by its line and never overwritten, and columns that nobody asked for are kept.

import { canonicalJson, parseKeepingNumbers } from "../../core/row/canonical-json.ts";
import { compareKeys } from "../../core/row/key-order.ts";
import { noWatermark } from "../../core/row/newest.ts";
import { formatCsvLine, formatJsonLine, parseCsv } from "../../core/row/row-text.ts";
import type { CellValue } from "../../core/row/row.ts";
import { parseWatermark } from "../../core/row/stored-watermark.ts";
import { deletedAtColumn, type TableShape, watermarkColumn } from "../../core/row/table.ts";
import type { ColumnType } from "../../core/sync/sync-spec.ts";
import { formatInstant, type Instant } from "../../core/time/instant.ts";

export type RowFormat = "ndjson" | "csv";

/** One row as it lies in a file. */
export interface FileRow {
  readonly key: string;
  readonly watermark: Instant;
  readonly deletedAt: string | undefined;
  /** Cells and columns of others by name: JSON text in NDJSON, plain text in CSV; null is null. */
  readonly members: ReadonlyMap<string, string | null>;
}

/** The rows of a file, or the line that cannot be understood and what was expected there. */
export type ParsedFile =
  | { readonly ok: true; readonly rows: readonly FileRow[] }
  | { readonly ok: false; readonly line: number; readonly expected: string };

type Members = Map<string, string | null>;

/** A cell in the form in which the file holds it. */
export function memberOf(cell: CellValue, type: ColumnType, format: RowFormat): string | null {
  if (cell === null) return null;
  const isText = type === "text" || type === "date" || type === "timestamptz";
  return format === "ndjson" && isText ? JSON.stringify(cell) : String(cell);
}

/** Parses a data file. */
export function parseRows(text: string, format: RowFormat, shape: TableShape): ParsedFile {
  const lines = format === "ndjson" ? readJsonLines(text) : readCsvLines(text);
  if (!lines.ok) return lines;
  const rows: FileRow[] = [];
  const seen = new Set<string>();
  for (const { line, members } of lines.value) {
    const row = takeRow(members, format, shape.key.name);
    if (typeof row === "string") return { ok: false, line, expected: row };
    if (seen.has(row.key)) return { ok: false, line, expected: "a key that no line above has" };
    seen.add(row.key);
    rows.push(row);
  }
  return { ok: true, rows };
}

type Lines =
  | {
      readonly ok: true;
      readonly value: readonly { readonly line: number; readonly members: Members }[];
    }
  | Extract<ParsedFile, { ok: false }>;

function readJsonLines(text: string): Lines {
  const value: { line: number; members: Members }[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const members = parseJsonLine(line);
    if (members === undefined) return { ok: false, line: index + 1, expected: "a JSON object" };
    value.push({ line: index + 1, members });
  }
  return { ok: true, value };
}

/** The members of a JSON object as JSON texts, or undefined when the line is none. */
export function parseJsonLine(line: string): Members | undefined {
  const object = parseKeepingNumbers(line)?.value;
  if (typeof object !== "object" || object === null || !line.trimStart().startsWith("{"))
    return undefined;
  return new Map(
    Object.entries(object).map(([name, value]) => [
      name,
      value === null ? null : canonicalJson(value),
    ]),
  );
}

function readCsvLines(text: string): Lines {
  const parsed = parseCsv(text);
  if (!parsed.ok) return { ok: false, line: parsed.line, expected: "fields quoted as in RFC 4180" };
  const [header, ...lines] = parsed.lines;
  const names = header?.fields.map((field) => field ?? "") ?? [];
  if (new Set(names).size < names.length)
    return { ok: false, line: 1, expected: "a header with different names" };
  const value: { line: number; members: Members }[] = [];
  for (const { line, fields } of lines) {
    if (fields.length !== names.length)
      return { ok: false, line, expected: `${names.length} fields as in the header` };
    value.push({ line, members: new Map(names.map((name, at) => [name, fields[at] ?? null])) });
  }
  return { ok: true, value };
}

function takeRow(members: Members, format: RowFormat, keyColumn: string): FileRow | string {
  const key = textOf(members.get(keyColumn), format);
  if (key === undefined || key === "") return `text in ${keyColumn}`;
  const written = members.get(watermarkColumn) ?? null;
  const watermark = written === null ? noWatermark : parseWatermark(textOf(written, format) ?? "");
  if (watermark === undefined) return `a UTC time or nothing in ${watermarkColumn}`;
  const mark = members.get(deletedAtColumn) ?? null;
  const deletedAt = textOf(mark, format);
  if (mark !== null && deletedAt === undefined) return `text or nothing in ${deletedAtColumn}`;
  for (const name of [keyColumn, watermarkColumn, deletedAtColumn]) members.delete(name);
  return { key, watermark, deletedAt, members };
}

/** The text in a member; undefined when there is none or it is not text. */
export function textOf(member: string | null | undefined, format: RowFormat): string | undefined {
  if (member === null || member === undefined) return undefined;
  if (format === "csv") return member;
  const value = parseKeepingNumbers(member)?.value;
  return typeof value === "string" ? value : undefined;
}

/** The file of these rows, sorted by key: key, cells, columns of others, watermark and mark. */
export function formatRows(rows: readonly FileRow[], format: RowFormat, shape: TableShape): string {
  const sorted = rows.toSorted((a, b) => compareKeys(a.key, b.key));
  const cells = shape.cells.map((column) => column.name);
  const lines =
    format === "ndjson" ? jsonLines(sorted, cells, shape) : csvLines(sorted, cells, shape);
  return lines.map((line) => `${line}\n`).join("");
}

function jsonLines(
  rows: readonly FileRow[],
  cells: readonly string[],
  shape: TableShape,
): string[] {
  return rows.map((row) =>
    formatJsonLine([
      [shape.key.name, JSON.stringify(row.key)],
      ...[...cells, ...othersOf([row], cells)].map((name): [string, string] => [
        name,
        row.members.get(name) ?? "null",
      ]),
      [watermarkColumn, JSON.stringify(watermarkText(row))],
      [deletedAtColumn, JSON.stringify(row.deletedAt ?? null)],
    ]),
  );
}

// LF and not the CRLF of RFC 4180: git would turn one into the other under `* text=auto`.
function csvLines(rows: readonly FileRow[], cells: readonly string[], shape: TableShape): string[] {
  const names = [...cells, ...othersOf(rows, cells)];
  const header = [shape.key.name, ...names, watermarkColumn, deletedAtColumn];
  const fields = rows.map((row) => [
    row.key,
    ...names.map((name) => row.members.get(name) ?? null),
    watermarkText(row),
    row.deletedAt ?? null,
  ]);
  return [header, ...fields].map(formatCsvLine);
}

function othersOf(rows: readonly FileRow[], cells: readonly string[]): string[] {
  const names = new Set(rows.flatMap((row) => [...row.members.keys()]));
  return [...names].filter((name) => !cells.includes(name)).toSorted(compareKeys);
}

function watermarkText(row: FileRow): string | null {
  return row.watermark === noWatermark ? null : formatInstant(row.watermark);
}
