// Lines of text both ways: what is written is read back, and written again is the same bytes.

import fc from "fast-check";
import { expect, test } from "vitest";

import { canonicalJson, parseKeepingNumbers } from "../../../src/core/row/canonical-json.ts";
import { compareKeys } from "../../../src/core/row/key-order.ts";
import { formatCsvLine, parseCsv } from "../../../src/core/row/row-text.ts";

const hostile = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({
    unit: fc.constantFrom("'", '"', ",", "\n", "\r", "=", "+", "-", "@", "\t", " ", "1", "＝"),
  }),
);

const table = fc.integer({ min: 2, max: 4 }).chain((width) =>
  fc.array(fc.array(fc.option(hostile, { nil: null }), { minLength: width, maxLength: width }), {
    maxLength: 6,
  }),
);

test("CSV gives back every field, null and empty text apart, and the same bytes", () => {
  fc.assert(
    fc.property(table, fc.constantFrom("\n", "\r\n"), (rows, end) => {
      const text = rows.map((fields) => formatCsvLine(fields) + end).join("");
      const parsed = parseCsv(text);
      if (!parsed.ok) throw new Error(`line ${parsed.line}`);
      expect(parsed.lines.map((line) => line.fields)).toEqual(rows);
      expect(parsed.lines.map((line) => formatCsvLine(line.fields) + end).join("")).toBe(text);
    }),
  );
});

test("no CSV field begins as a formula, negative numbers apart", () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const line = formatCsvLine([text]);
      const field = line.startsWith('"') ? line.slice(1, -1) : line;
      const isNumber = /^-\d+(\.\d+)?([eE][+-]?\d+)?$/.test(field);
      expect(isNumber || !/^[=+@\-\t\r\n＝＋－＠]/.test(field)).toBe(true);
    }),
  );
});

test("canonical JSON read back is written with the same bytes", () => {
  fc.assert(
    fc.property(fc.json({ stringUnit: "binary" }), (text) => {
      const canonical = canonicalJson(parseKeepingNumbers(text)?.value);
      expect(canonicalJson(parseKeepingNumbers(canonical)?.value)).toBe(canonical);
      expect(JSON.parse(canonical)).toEqual(JSON.parse(text));
    }),
  );
});

test("S29 keys are ordered as their UTF-8 bytes are", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (a, b) => {
      expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
});
