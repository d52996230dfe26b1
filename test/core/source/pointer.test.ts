import { expect, test } from "vitest";

import { ExactNumber } from "../../../src/core/source/exact-number.ts";
import { formatPointer, parsePointer, readPointer } from "../../../src/core/source/pointer.ts";

test.for([
  ["", []],
  ["/", [""]],
  ["/id", ["id"]],
  ["/a/b", ["a", "b"]],
  ["/a~1b/m~0n", ["a/b", "m~n"]],
  ["/~01", ["~1"]],
  ["/ /ü", [" ", "ü"]],
  ["/items/0", ["items", "0"]],
] as const)("%j is read and written back (S23)", ([text, pointer]) => {
  expect([parsePointer(text), formatPointer(pointer)]).toEqual([pointer, text]);
});

test.each(["id", "a/b", "#/a", "/a~", "/a~2", "/~", "/__proto__", "/a/__proto__/b"])(
  "%j is refused as a pointer (S23)",
  (text) => {
    expect(parsePointer(text)).toBeUndefined();
  },
);

const document: unknown = JSON.parse(
  '{"a":{"b":[10,{"c":null}]},"":"empty","0":"zero","text":"word","no":false,"constructor":"own","a/b":1}',
);

test.for([
  ["", document],
  ["/a/b/0", 10],
  ["/a/b/1/c", null],
  ["/", "empty"],
  ["/0", "zero"],
  ["/no", false],
  ["/constructor", "own"],
  ["/a~1b", 1],
  ["/x", undefined],
  ["/a/b/2", undefined],
  ["/a/b/-", undefined],
  ["/a/b/00", undefined],
  ["/a/b/length", undefined],
  ["/a/b/1.0", undefined],
  ["/a/b/1/c/d", undefined],
  ["/text/0", undefined],
  ["/text/length", undefined],
  ["/no/x", undefined],
  ["/a/toString", undefined],
  ["/a/hasOwnProperty", undefined],
] as const)("reads what is at %j and only own members (S23)", ([text, value]) => {
  expect(readPointer(document, parsePointer(text)!)).toEqual(value);
});

test("nothing is found inside of a number that is kept exactly", () => {
  const pointer = parsePointer("/id/text")!;
  expect(readPointer({ id: new ExactNumber("12345678901234567890") }, pointer)).toBeUndefined();
});
