// Errors that a test cannot bring about: SQLite's codes into our words.

import { expect, test } from "vitest";

import { sqliteFailure, sqliteRefusal } from "../../src/adapters/sqlite/sqlite-error.ts";

function errorOf(errcode: number): Error {
  return Object.assign(new Error("secret value in /home/x/y.db"), { errcode });
}

test.each([
  [13, "found the disk full; remedy: free some space"],
  [8, "found it read-only; remedy: allow writing to the file and its folder"],
  [1032, "found it read-only; remedy: allow writing to the file and its folder"],
  [778, "found that the disk failed to read or write; remedy: check the disk"],
  [14, "found that the file cannot be opened; remedy: check path and permissions"],
  [1, "found SQLite error 1; remedy: check the file"],
])("error %i is a destination failure in our own words", (code, found) => {
  expect(sqliteFailure("destination local", errorOf(code)).failure).toEqual({
    code: "destination",
    message: `destination local: expected a database that can be used, ${found}`,
    status: undefined,
    resumeAt: undefined,
  });
});

test("what is no error of SQLite is a bug and goes on", () => {
  const bug = new TypeError("bug");
  expect(() => sqliteFailure("destination local", bug)).toThrow(bug);
  expect(sqliteRefusal(bug, new Set())).toBe(undefined);
});

test("a full disk is nobody's item, a constraint of another kind is one", () => {
  expect(sqliteRefusal(errorOf(13), new Set())).toBe(undefined);
  expect(sqliteRefusal(errorOf(1811), new Set())).toEqual({
    kind: "refused",
    code: "other",
    message: "row: found a constraint of the table against it",
  });
});
