// From any schema version that was ever written to the current one (L11). A version that only a later Tidemark knows
// is refused, so that an old program never writes over what it does not understand.

import { recordSchema } from "../../core/record/run-record.ts";
import { read, type Reading, refuse } from "./json-text.ts";

/** For each old version how its JSON becomes that of the next one; version 1 is the first. */
const upgrades: ReadonlyMap<number, (value: object) => object> = new Map();

/** The JSON of a record in the current version. */
export function upgradeRecord(value: unknown): Reading<unknown> {
  const known = versionOf(value, recordSchema);
  if (!known.ok) return known;
  let current = value as object;
  for (let version = known.value; version < recordSchema; version += 1)
    current = upgrades.get(version)?.(current) ?? current;
  return read(current);
}

/** The `schema` of any ledger file, when this program can read it. */
export function versionOf(value: unknown, newest: number): Reading<number> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return refuse("expected a JSON object, found something else; restore the file from git");
  const version: unknown = "schema" in value ? value.schema : undefined;
  if (typeof version !== "number" || !Number.isInteger(version) || version < 1)
    return refuse(
      `schema: expected a version from 1 to ${newest}, found ${JSON.stringify(version) ?? "none"}`,
    );
  return version <= newest
    ? read(version)
    : refuse(
        `schema: expected at most ${newest}, found ${version}; update Tidemark to read this file`,
      );
}
