// SQLite's errors as failures and refusals. Serves upsert: matched by code, rebuilt in our words, since SQLite's own
// text may show values and absolute paths.

import { fail } from "../../core/failure/failure.ts";
import type { Refusal } from "../../core/row/refusal.ts";

/** The extended result code of an error thrown by node:sqlite; undefined for any other error. */
function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error)) return undefined;
  return typeof error.errcode === "number" ? error.errcode : undefined;
}

const conditions: Readonly<Record<number, string>> = {
  5: "found it locked by another process; remedy: let that end, the window is tried again",
  6: "found a table locked by another connection; remedy: let that end, the window is tried again",
  8: "found it read-only; remedy: allow writing to the file and its folder",
  10: "found that the disk failed to read or write; remedy: check the disk",
  11: "found a damaged database; remedy: restore the file or remove it, then backfill --reprocess all",
  13: "found the disk full; remedy: free some space",
  14: "found that the file cannot be opened; remedy: check path and permissions",
  26: "found a file that is no SQLite database; remedy: another path, or remove the file",
};

/** A `destination` failure for an error of SQLite; other errors are bugs and are thrown on. */
export function sqliteFailure(
  place: string,
  error: unknown,
): { readonly ok: false; readonly failure: ReturnType<typeof fail>["failure"] } {
  const code = sqliteCode(error);
  if (code === undefined) throw error;
  const found = conditions[code & 0xff] ?? `found SQLite error ${code}; remedy: check the file`;
  return fail("destination", `${place}: expected a database that can be used, ${found}`);
}

const refusals: Readonly<Record<number, { readonly code: string; readonly found: string }>> = {
  1299: { code: "not_null", found: "null where the table wants a value" },
  275: { code: "check", found: "a value that a check of the table refuses" },
  2067: { code: "unique", found: "a value that another row has already" },
  1555: { code: "unique", found: "a key that another row has already" },
  787: {
    code: "foreign_key",
    found: "a reference to a row that is not there, or from one that is",
  },
  3091: { code: "type", found: "a value of a type that the table refuses" },
  20: { code: "type", found: "a value of a type that the table refuses" },
  18: { code: "too_long", found: "a value longer than SQLite takes" },
};

/** The refusal of one item, or undefined when the error is about the database and not about the item. */
export function sqliteRefusal(error: unknown, names: ReadonlySet<string>): Refusal | undefined {
  const code = sqliteCode(error);
  if (code === undefined) return undefined;
  const known = refusals[code];
  if (known === undefined) {
    return (code & 0xff) === 19
      ? {
          kind: "refused",
          code: "other",
          message: "row: found a constraint of the table against it",
        }
      : undefined;
  }
  const column = error instanceof Error ? namedColumn(error.message, names) : undefined;
  const message = `${column === undefined ? "row" : `column ${column}`}: found ${known.found}`;
  return { kind: "refused", code: known.code, message };
}

// `NOT NULL constraint failed: contacts.email` ends in the column; it is shown only if it is one of the table's.
function namedColumn(message: string, names: ReadonlySet<string>): string | undefined {
  const last = message.slice(message.lastIndexOf(".") + 1);
  return names.has(last) ? last : undefined;
}
