// The table of a sync: which columns it has, and what an existing one lacks. Serves upsert: creates and widens, never
// narrows or drops.

import type { ColumnType, SyncSpec } from "../sync/sync-spec.ts";
import { identifierProblem } from "./identifier.ts";

/** One column of a table. */
export interface TableColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/** The columns in order: key, cells, and what Tidemark keeps beside them in databases (contract 5). */
export interface TableShape {
  readonly key: TableColumn;
  readonly cells: readonly TableColumn[];
  readonly meta: readonly TableColumn[];
}

/** Names of the columns of our own; the prefix is reserved (contract 2). */
export const watermarkColumn = "_tidemark_watermark";
export const deletedAtColumn = "_tidemark_deleted_at";
const runIdColumn = "_tidemark_run_id";

/** The shape that the sync asks for; without `columns` one cell, `data` (contract 5). */
export function tableShape(sync: Pick<SyncSpec, "keyColumn" | "columns">): TableShape {
  return {
    key: { name: sync.keyColumn, type: "text" },
    cells: sync.columns ?? [{ name: "data", type: "jsonb" }],
    meta: [
      { name: watermarkColumn, type: "text" },
      { name: deletedAtColumn, type: "text" },
      { name: runIdColumn, type: "text" },
    ],
  };
}

/** A column that is there already, its type as the database names it. */
export interface FoundColumn {
  readonly name: string;
  readonly declared: string;
  readonly isKey: boolean;
}

/** What to do about a table. */
export type TableChange =
  | { readonly kind: "create" }
  | { readonly kind: "widen"; readonly missing: readonly TableColumn[] }
  | { readonly kind: "conflict"; readonly problems: readonly string[] };

/**
 * Compares what is wanted with what is found (undefined: no table). Columns nobody asks for are left alone
 * (contract 5); a column that cannot hold its type, or a table whose key is another, is a conflict.
 */
export function changeTable(
  shape: TableShape,
  found: readonly FoundColumn[] | undefined,
  fits: (type: ColumnType, declared: string) => boolean,
): TableChange {
  const wanted = [shape.key, ...shape.cells, ...shape.meta];
  const names = wanted.flatMap(({ name }) => {
    const problem = identifierProblem(name);
    return problem === undefined ? [] : [`column ${name}: ${problem}`];
  });
  if (names.length > 0) return { kind: "conflict", problems: names };
  if (found === undefined) return { kind: "create" };
  const byName = new Map(found.map((column) => [fold(column.name), column]));
  const problems = wanted.flatMap((column) => {
    const there = byName.get(fold(column.name));
    if (there === undefined || fits(column.type, there.declared)) return [];
    return [`column ${column.name}: expected one for ${column.type}, found ${there.declared}`];
  });
  const keys = found.filter((column) => column.isKey);
  if (keys.length !== 1 || fold(keys[0]?.name ?? "") !== fold(shape.key.name))
    problems.unshift(`column ${shape.key.name}: expected the primary key, found another or none`);
  if (problems.length > 0) return { kind: "conflict", problems };
  return { kind: "widen", missing: wanted.filter((column) => !byName.has(fold(column.name))) };
}

// Databases compare names without regard to case, so two that differ only there are one (contract 2).
function fold(name: string): string {
  return name.toLowerCase();
}
