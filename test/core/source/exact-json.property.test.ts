import fc from "fast-check";
import { expect, test } from "vitest";

import { parseExactJson, stringifyExact } from "../../../src/core/source/exact-json.ts";
import { ExactNumber } from "../../../src/core/source/exact-number.ts";

test("reads every JSON document as JSON.parse does (S22)", () => {
  fc.assert(
    fc.property(fc.json({ noUnicodeString: false }), fc.nat(4), (text, spaces) => {
      const value: unknown = JSON.parse(text);
      fc.pre(!text.includes("__proto__"));
      const answer = parseExactJson(JSON.stringify(value, undefined, spaces), { maxDepth: 1000 });
      expect(answer).toEqual({
        ok: true,
        value: JSON.parse(JSON.stringify(value)),
        protoDropped: false,
      });
    }),
  );
});

test("every integer keeps its digits on the way through (S22)", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), (id) => {
      const answer = parseExactJson(`{"id":${id}}`, { maxDepth: 1 });
      const value: unknown = answer.ok ? Reflect.get(Object(answer.value), "id") : undefined;
      const text = value instanceof ExactNumber ? value.text : BigInt(Number(value)).toString();
      expect(text).toBe(id.toString());
    }),
  );
});

test("what was read and written reads the same again (S22)", () => {
  const number = fc
    .tuple(
      fc.bigInt({ min: 0n, max: 10n ** 25n }),
      fc.nat(99_999),
      fc.integer({ min: -200, max: 200 }),
    )
    .map(([whole, fraction, exponent]) => `${whole}.${fraction}e${exponent}`);
  fc.assert(
    fc.property(fc.array(number), (numbers) => {
      const first = parseExactJson(`[${numbers.join(",")}]`, { maxDepth: 1 });
      const again = parseExactJson(stringifyExact(first.ok ? first.value : undefined), {
        maxDepth: 1,
      });
      expect(again).toEqual(first);
      expect(first.ok).toBe(true);
    }),
  );
});

test("any text gets an answer, never an exception (S21)", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...'[]{}",:\\0129eE+-._ truefalsn\n') }),
      (text) => {
        const answer = parseExactJson(text, { maxDepth: 5 });
        let expected = true;
        try {
          JSON.parse(text);
        } catch {
          expected = false;
        }
        if (answer.ok) expect(expected).toBe(true);
        else if (expected) expect(answer.retryable).toBe(false);
      },
    ),
  );
});
