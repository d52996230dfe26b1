import { describe, expect, it } from "vitest";

import { parseStructuredList } from "../../../src/core/pace/structured-list.ts";

function membersOf(text: string): readonly (readonly (readonly [string, number])[])[] | undefined {
  return parseStructuredList(text)?.map((member) => [...member]);
}

describe("structured list", () => {
  it.for<readonly [string, ReturnType<typeof membersOf>]>([
    ["", []],
    ["  ", []],
    [
      '"default";r=50;t=30',
      [
        [
          ["r", 50],
          ["t", 30],
        ],
      ],
    ],
    ['  "a";r=1 ,\t"b";r=2  ', [[["r", 1]], [["r", 2]]]],
    ["tok/en:x*;r=1", [[["r", 1]]]],
    ["*a;r=1", [[["r", 1]]]],
    ["12;r=1, -3.125;t=2", [[["r", 1]], [["t", 2]]]],
    ['"with \\" and \\\\, and ;r=9";r=1', [[["r", 1]]]],
    [
      ':aGk=:;r=1, ?0;r=2, @1700000000;r=3, %"f%c3%bc";r=4',
      [[["r", 1]], [["r", 2]], [["r", 3]], [["r", 4]]],
    ],
    ['("a" "b";x=1);r=2', [[["r", 2]]]],
    ["();r=2", [[["r", 2]]]],
    ["( 1  2 );r=2", [[["r", 2]]]],
    ["a;r=1;r=2", [[["r", 2]]]],
    ["a;r=1;r=x", [[]]],
    ["a;r", [[]]],
    [
      "a; r=1;  t=-2",
      [
        [
          ["r", 1],
          ["t", -2],
        ],
      ],
    ],
    ["a;r=1.0", [[]]],
    ["a;r=999999999999999", [[["r", 999_999_999_999_999]]]],
    ["a;*k_e-y.1=1", [[["*k_e-y.1", 1]]]],
  ])("reads %j (RFC 9651)", ([text, members]) => {
    expect(membersOf(text)).toEqual(members);
  });

  it.for([
    ",",
    "a,",
    "a,,b",
    "a b",
    "\ta",
    "a;R=1",
    "a;=1",
    "a;r=",
    "a;r=;t=1",
    "a ;r=1",
    "a;r =1",
    '"a',
    '"a\\x"',
    '"ü"',
    '"a\u0001"',
    "1.",
    "1.2345",
    "1234567890123456",
    "1234567890123.1",
    "-",
    "--1",
    "?2",
    "@1.5",
    "@",
    ":a",
    '%"%C3"',
    "(a",
    "(a,b)",
    '("a""b")',
    "((a))",
    "limit=100, remaining=0",
    "=",
  ])("refuses %j whole (P28)", (text) => {
    expect(parseStructuredList(text)).toBeUndefined();
  });

  it("reads a megabyte of each kind (P26)", () => {
    const long = [
      `"${"\\\\".repeat(5e5)}`,
      `:${"a".repeat(1e6)}`,
      `a${";r=1".repeat(250_000)},`,
      `(${" 1".repeat(5e5)}`,
      `%"${"%c3".repeat(330_000)}`,
      `${" ".repeat(1e6)},`,
      "a,".repeat(5e5),
    ];
    expect(long.map(parseStructuredList)).toEqual(long.map(() => undefined));
  });
});
