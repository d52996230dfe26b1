// Record -> cells, in the order of `columns`. Serves upsert; knows no destination and shows no value.

import { ExactNumber } from "../source/exact-number.ts";
import { readPointer } from "../source/pointer.ts";
import type { ColumnSpec, SyncSpec } from "../sync/sync-spec.ts";
import { canonicalJson } from "./canonical-json.ts";
import type { Conversion } from "./conversion.ts";
import { convertCell } from "./convert-cell.ts";
import type { CellValue } from "./row.ts";

/** The cells of a row, or why the item is failed at stage `upsert`. */
export type MappedRow =
  | { readonly ok: true; readonly cells: readonly CellValue[] }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** Maps a record to cells; without `columns` the record itself as canonical JSON, numbers exact (contract 5, S30). */
export function mapRow(record: unknown, sync: Pick<SyncSpec, "columns">): MappedRow {
  if (sync.columns === undefined) return { ok: true, cells: [canonicalJson(record)] };
  const cells: CellValue[] = [];
  for (const column of sync.columns) {
    const value = readPointer(record, column.pointer);
    const converted = convertCell(value, column.type);
    if (!converted.ok) return { ok: false, ...explain(column, converted, value) };
    cells.push(converted.cell);
  }
  return { ok: true, cells };
}

function explain(
  column: ColumnSpec,
  conversion: Extract<Conversion, { ok: false }>,
  value: unknown,
): { readonly code: string; readonly message: string } {
  const { code } = conversion;
  const expected = `column ${column.name}: expected ${column.type}`;
  const problems = {
    type: `, found ${kindOf(value)} that is none`,
    range: `, found ${kindOf(value)} beyond its range`,
    nul: " without NUL characters, found one",
    encoding: ", well-formed, found a lone surrogate",
  };
  return { code, message: `${expected}${problems[code]}` };
}

function kindOf(value: unknown): string {
  if (value instanceof ExactNumber) return "a number";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  return typeof value === "string" ? "text" : `a ${typeof value}`;
}
