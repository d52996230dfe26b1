import { expect, test } from "vitest";

import { parseExactJson, stringifyExact } from "../../../src/core/source/exact-json.ts";
import { ExactNumber } from "../../../src/core/source/exact-number.ts";

const read = (text: string, maxDepth = 64) => parseExactJson(text, { maxDepth });
const whole = (value: unknown, protoDropped = false) => ({ ok: true, value, protoDropped });

test("reads plain JSON as JSON.parse does (S22)", () => {
  const text = '{"a": [1, -2.5, 1e5, true, null, "x\\"y\\\\"], "b": {}}';
  expect(read(text)).toEqual(whole(JSON.parse(text)));
});

test.each([
  "9007199254740993",
  "9007199254740992",
  "1192092895507812500000000000000000",
  "-12345678901234567890",
  "0.1000000000000000055511151231257827",
])("keeps the digits of %s, which a double would change (S22)", (digits) => {
  expect(read(`{"id":${digits}}`)).toEqual(whole({ id: new ExactNumber(digits) }));
  expect(read(digits)).toEqual(whole(new ExactNumber(digits)));
});

test.each([
  ["9007199254740991", 9007199254740991],
  ["0.50000000000000000000", 0.5],
  ["-0.00000000000000000000", -0],
  ["0e999", 0],
  ["1.5e007", 1.5e7],
  ["100e-002", 1],
])("leaves %s a plain number, since no digit is lost (S22)", (digits, value) => {
  expect(read(`[${digits}]`)).toEqual(whole([value]));
});

test("keeps a number that underflows to zero as text (S22)", () => {
  expect(read("[1e-400]")).toEqual(whole([new ExactNumber("1e-400")]));
});

test("what a number becomes does not depend on its neighbours (S22)", () => {
  expect(read("[1e20,9007199254740993]")).toEqual(
    whole([1e20, new ExactNumber("9007199254740993")]),
  );
});

test("tells 1,000 ids near 9.0e18 apart (S22)", () => {
  const ids = Array.from({ length: 1000 }, (_, index) =>
    String(9_000_000_000_000_000_000n + BigInt(index)),
  );
  const answer = read(`[${ids.join(",")}]`);
  expect(answer).toMatchObject({ ok: true });
  const value: unknown = answer.ok ? answer.value : [];
  expect(JSON.stringify(value) === "[]" ? "" : stringifyExact(value)).toBe(`[${ids.join(",")}]`);
});

test.each(["[1e400]", "[-1e400]", `[${"9".repeat(400)}]`])(
  "refuses %s, which no double can hold, for good (S22)",
  (text) => {
    expect(read(text)).toEqual({
      ok: false,
      retryable: false,
      reason: "JSON with a number beyond what a double can hold",
    });
  },
);

test("long digits inside strings change nothing (S22)", () => {
  expect(read('{"id":"12345678901234567890","n":1}')).toEqual(
    whole({ id: "12345678901234567890", n: 1 }),
  );
});

test.each([
  '{"__proto__": {"admin": true}, "a": 1}',
  '{"\\u005f_proto__": {"admin": true}, "a": 1}',
  '{"\\u005F\\u005f\\u0070\\u0072\\u006f\\u0074\\u006f\\u005f\\u005f": 1, "a": 1}',
  '{"__pr\\u006fto__": 1, "a": 1}',
  '{"a": 1, "__proto__": 12345678901234567890}',
])("drops the member of %s and says so (S23)", (text) => {
  const answer = read(text);
  expect(answer).toEqual(whole({ a: 1 }, true));
  expect(answer.ok && Object.hasOwn(Object(answer.value), "__proto__")).toBe(false);
  expect(Reflect.get({}, "admin")).toBeUndefined();
});

test("a value that spells __proto__ is only a value (S23)", () => {
  expect(read('{"a": "__proto__"}')).toEqual(whole({ a: "__proto__" }));
});

test("of members with one name the last counts, exact or not (S23)", () => {
  expect(read('{"id":1,"id":9007199254740993}')).toEqual(
    whole({ id: new ExactNumber("9007199254740993") }),
  );
  expect(read('{"id":9007199254740993,"id":{"x":2}}')).toEqual(whole({ id: { x: 2 } }));
});

test("reads nesting up to the limit and refuses one level more before parsing (S21)", () => {
  expect(read("[[1]]", 2)).toEqual(whole([[1]]));
  expect(read('[{"a":[]}]', 2)).toEqual({
    ok: false,
    retryable: false,
    reason: "JSON nested deeper than 2 levels",
  });
  expect(read("[".repeat(1_000_000))).toMatchObject({ ok: false, retryable: false });
});

test("brackets inside strings are no nesting (S21)", () => {
  expect(read('["[[[[", "\\"[[[", "\\\\"]', 1)).toEqual(whole(["[[[[", '"[[[', "\\"]));
});

test.each([
  ["", "an empty body"],
  [" \n", "an empty body"],
  ["<!doctype html><p>{[{[", "a page of HTML or XML"],
  ['{"a":[1,2', "text that is not JSON, or JSON cut short"],
  ['{"a":"unclosed', "text that is not JSON, or JSON cut short"],
  ["[01]", "text that is not JSON, or JSON cut short"],
  ["Bad gateway", "text that is not JSON, or JSON cut short"],
])("%j may become JSON when asked again (S24)", (text, reason) => {
  expect(read(text)).toEqual({ ok: false, retryable: true, reason });
});

test("reads pages of a million quotes and backslashes in one pass (S21)", () => {
  const texts = ["\\".repeat(500_000), '"'.repeat(500_000)];
  const text = JSON.stringify(texts);
  expect(read(text)).toEqual(whole(texts));
});

test("writes numbers as the source wrote them and members in their order (S22)", () => {
  const text = '{"z":12345678901234567890,"a":[1.5,-9007199254740993,1e-400],"t":"ü\\n"}';
  const answer = read(text);
  expect(answer.ok && stringifyExact(answer.value)).toBe(text);
});

test("a record cannot pose as an exact number (S22)", () => {
  expect(stringifyExact({ text: "1", rawJSON: "2" })).toBe('{"text":"1","rawJSON":"2"}');
});
