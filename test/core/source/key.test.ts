import { describe, expect, it } from "vitest";

import { ExactNumber } from "../../../src/core/source/exact-number.ts";
import { readKey } from "../../../src/core/source/key.ts";

describe("the key of an item", () => {
  it.each([
    ["abc", "abc"],
    [7, "7"],
    [-0, "0"],
    [1e20, "100000000000000000000"],
    [new ExactNumber("9007199254740993"), "9007199254740993"],
    ["a|b", "a|b"],
    ["x".repeat(1024), "x".repeat(1024)],
    ["é".repeat(512), "é".repeat(512)],
    ["😀".repeat(256), "😀".repeat(256)],
  ])("is %o as text (S29)", (id, key) => {
    expect(readKey({ id }, [["id"]])).toBe(key);
  });

  it.each([
    "",
    null,
    undefined,
    true,
    1.5,
    {},
    [],
    "a\0b",
    "\ud800",
    "x".repeat(1025),
    `${"é".repeat(512)}x`,
    new ExactNumber("1.0000000000000001"),
  ])("cannot be %o (S29)", (id) => {
    expect(readKey({ id }, [["id"]])).toBeUndefined();
  });

  it("joins several pointers by |, escaped so that no two keys meet (S29)", () => {
    const pointers = [["a"], ["b"]];
    expect(readKey({ a: "x|", b: 1 }, pointers)).toBe(String.raw`x\||1`);
    expect(readKey({ a: "x", b: "|1" }, pointers)).toBe(String.raw`x|\|1`);
    expect(readKey({ a: "x\\", b: "1" }, pointers)).toBe(String.raw`x\\|1`);
    expect(readKey({ a: "x", b: "" }, pointers)).toBeUndefined();
    expect(readKey({ a: "x" }, pointers)).toBeUndefined();
  });
});
