import { describe, expect, test } from "vitest";

import { mapRow } from "../../../src/core/row/map-row.ts";
import { ExactNumber } from "../../../src/core/source/exact-number.ts";
import type { ColumnType } from "../../../src/core/sync/sync-spec.ts";

function one(type: ColumnType, value: unknown): unknown {
  const mapped = mapRow({ v: value }, { columns: [{ name: "c", pointer: ["v"], type }] });
  return mapped.ok ? mapped.cells[0] : `${mapped.code}: ${mapped.message}`;
}

const long = "1234567890123456789012345678901234567890";
const exact = new ExactNumber(long);

const taken: readonly [type: ColumnType, value: unknown, cell: unknown][] = [
  ["text", "", ""],
  ["text", "é😀", "é😀"],
  ["text", 1.5, "1.5"],
  ["text", exact, long],
  ["text", true, "true"],
  ["integer", -2_147_483_648, -2_147_483_648],
  ["integer", "2147483647", 2_147_483_647],
  ["integer", "+07", 7],
  ["bigint", 5, 5n],
  ["bigint", new ExactNumber("9223372036854775807"), 9_223_372_036_854_775_807n],
  ["bigint", "-9223372036854775808", -9_223_372_036_854_775_808n],
  ["numeric", 0.1, "0.1"],
  ["numeric", 1e21, "1e+21"],
  ["numeric", "1.50", "1.50"],
  ["numeric", exact, long],
  ["boolean", false, false],
  ["boolean", "true", true],
  ["boolean", 0, false],
  ["date", "2024-02-29", "2024-02-29"],
  ["date", "0001-01-01", "0001-01-01"],
  ["date", "9999-12-31", "9999-12-31"],
  ["timestamptz", "2026-01-01T00:00:00+01:00", "2025-12-31T23:00:00Z"],
  ["timestamptz", "2026-01-01 00:00:00.120-0030", "2026-01-01T00:30:00.120Z"],
  ["timestamptz", "2026-01-01T00:00:00.1234567Z", "2026-01-01T00:00:00.123456Z"],
  ["timestamptz", "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"],
  ["timestamptz", "0001-01-01T00:00:00.000001Z", "0001-01-01T00:00:00.000001Z"],
  ["jsonb", { b: [exact, null], a: "\0\uD800" }, `{"a":"\\u0000\\ud800","b":[${long},null]}`],
  ["jsonb", "text", '"text"'],
  ["jsonb", 1, "1"],
];

const type = (expected: ColumnType, kind: string): string =>
  `type: column c: expected ${expected}, found ${kind} that is none`;
const range = (expected: ColumnType, kind: string): string =>
  `range: column c: expected ${expected}, found ${kind} beyond its range`;

const refused: readonly [type: ColumnType, value: unknown, problem: string][] = [
  ["text", {}, type("text", "an object")],
  ["text", ["x"], type("text", "a list")],
  ["text", "a\0b", "nul: column c: expected text without NUL characters, found one"],
  ["text", "a\uD800", "encoding: column c: expected text, well-formed, found a lone surrogate"],
  ["integer", 1.5, type("integer", "a number")],
  ["integer", "1.0", type("integer", "text")],
  ["integer", "", type("integer", "text")],
  ["integer", true, type("integer", "a boolean")],
  ["integer", 2_147_483_648, range("integer", "a number")],
  ["bigint", "9223372036854775808", range("bigint", "text")],
  ["bigint", exact, range("bigint", "a number")],
  ["bigint", "9".repeat(1_000_000), range("bigint", "text")],
  ["bigint", new ExactNumber("1e400"), type("bigint", "a number")],
  ["numeric", "1,5", type("numeric", "text")],
  ["numeric", "NaN", type("numeric", "text")],
  ["numeric", "1e9999", range("numeric", "text")],
  ["numeric", "1".repeat(2000), range("numeric", "text")],
  ["boolean", "yes", type("boolean", "text")],
  ["boolean", 2, type("boolean", "a number")],
  ["date", "2026-1-1", type("date", "text")],
  ["date", "2026-01-01T00:00:00Z", type("date", "text")],
  ["date", 20_260_101, type("date", "a number")],
  ["date", "2026-02-29", range("date", "text")],
  ["date", "0000-01-01", range("date", "text")],
  ["timestamptz", "2026-01-01T00:00:00", type("timestamptz", "text")],
  ["timestamptz", 0, type("timestamptz", "a number")],
  ["timestamptz", "2026-01-01T24:00:00Z", range("timestamptz", "text")],
  ["timestamptz", "9999-12-31T23:59:59-01:00", range("timestamptz", "text")],
  ["timestamptz", "0001-01-01T00:00:00+01:00", range("timestamptz", "text")],
];

describe("mapRow", () => {
  test.each(taken)("%s takes %j", (columnType, value, cell) => {
    expect(one(columnType, value)).toEqual(cell);
  });

  test.each(refused)(
    "%s refuses what is none, naming column and type only",
    (columnType, value, problem) => {
      expect(one(columnType, value)).toBe(problem);
    },
  );

  test.each(["text", "integer", "jsonb", "timestamptz"] as const)(
    "%s of null or of nothing is null",
    (columnType) => {
      expect([one(columnType, null), one(columnType, undefined)]).toEqual([null, null]);
    },
  );

  test("S22 the record as a whole is JSON with sorted members and every digit", () => {
    const first = { b: exact, a: { d: [1, "x"], c: null } };
    const second = { a: { c: null, d: [1, "x"] }, b: new ExactNumber(long) };
    const cells = [`{"a":{"c":null,"d":[1,"x"]},"b":${long}}`];
    expect(mapRow(first, { columns: undefined })).toEqual({ ok: true, cells });
    expect(mapRow(second, { columns: undefined })).toEqual({ ok: true, cells });
  });

  test("keeps the order of the columns and reads only what the record owns", () => {
    const columns = ["b", "toString", "a"].map((name) => ({
      name,
      pointer: [name],
      type: "text" as const,
    }));
    expect(mapRow({ a: "1", b: "2" }, { columns })).toEqual({ ok: true, cells: ["2", null, "1"] });
  });
});
