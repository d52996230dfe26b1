import { describe, expect, test } from "vitest";

import { identifierProblem, quoteIdentifier } from "../../../src/core/row/identifier.ts";
import { changeTable, tableShape } from "../../../src/core/row/table.ts";

const shape = tableShape({
  keyColumn: "id",
  columns: [{ name: "email", pointer: ["email"], type: "text" }],
});
const text = (name: string, isKey = false) => ({ name, declared: "TEXT", isKey });
const fits = (_: unknown, declared: string): boolean => declared === "TEXT";

describe("tables and names", () => {
  test("a sync without columns has one cell, data", () => {
    expect(tableShape({ keyColumn: "id", columns: undefined })).toEqual({
      key: { name: "id", type: "text" },
      cells: [{ name: "data", type: "jsonb" }],
      meta: [
        { name: "_tidemark_watermark", type: "text" },
        { name: "_tidemark_deleted_at", type: "text" },
        { name: "_tidemark_run_id", type: "text" },
      ],
    });
  });

  test("creates where there is no table", () => {
    expect(changeTable(shape, undefined, fits)).toEqual({ kind: "create" });
  });

  test("adds what is missing, whatever the case, and leaves other columns alone", () => {
    const found = [text("ID", true), text("other"), text("_tidemark_watermark")];
    expect(changeTable(shape, found, fits)).toEqual({
      kind: "widen",
      missing: [shape.cells[0], shape.meta[1], shape.meta[2]],
    });
  });

  test("names every conflict", () => {
    const found = [
      text("id"),
      text("email", true),
      { ...text("_tidemark_watermark"), declared: "REAL" },
    ];
    expect(changeTable(shape, found, fits)).toEqual({
      kind: "conflict",
      problems: [
        "column id: expected the primary key, found another or none",
        "column _tidemark_watermark: expected one for text, found REAL",
      ],
    });
  });

  test("a composite primary key is another key", () => {
    const change = changeTable(shape, [text("id", true), text("email", true)], fits);
    expect(change.kind).toBe("conflict");
  });

  test.each([
    ["a".repeat(63), undefined],
    ["a".repeat(64), "expected at most 63 bytes, found 64"],
    ["é".repeat(32), "expected at most 63 bytes, found 64"],
    ["😀".repeat(16), "expected at most 63 bytes, found 64"],
    ["", "expected a name, found none"],
    ["a\0", "expected well-formed text without NUL, found another"],
    ["a\uD800", "expected well-formed text without NUL, found another"],
  ])("judges the name %j", (name, problem) => {
    expect(identifierProblem(name)).toBe(problem);
  });

  test("a name too long is a conflict before anything is created", () => {
    const long = tableShape({ keyColumn: "k".repeat(64), columns: undefined });
    expect(changeTable(long, undefined, fits).kind).toBe("conflict");
  });

  test("quotes every name", () => {
    expect(quoteIdentifier('a"; DROP TABLE x; --')).toBe('"a""; DROP TABLE x; --"');
  });
});
