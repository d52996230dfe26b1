import * as fc from "fast-check";
import { expect, test } from "vitest";

import { parseExactJson, stringifyExact } from "../../../src/core/source/exact-json.ts";
import { ExactNumber } from "../../../src/core/source/exact-number.ts";

test("a document that a double holds is written as JSON.stringify writes it (S22)", () => {
  fc.assert(
    fc.property(fc.json({ noUnicodeString: false }), fc.nat(4), (text, spaces) => {
      fc.pre(!text.includes("__proto__"));
      const value: unknown = JSON.parse(text);
      const answer = parseExactJson(JSON.stringify(value, undefined, spaces), { maxDepth: 1000 });
      expect(answer).toMatchObject({ ok: true, protoDropped: false });
      expect(answer.ok && stringifyExact(answer.value)).toBe(JSON.stringify(value));
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

test("what was read and written is written the same again (S22)", () => {
  const number = fc
    .tuple(
      fc.bigInt({ min: 0n, max: 10n ** 25n }),
      fc.nat(99_999),
      fc.integer({ min: -200, max: 200 }),
    )
    .map(([whole, fraction, exponent]) => `${whole}.${fraction}e${exponent}`);
  fc.assert(
    fc.property(fc.array(number), (numbers) => {
      const rewrite = (text: string): string => {
        const answer = parseExactJson(text, { maxDepth: 1 });
        return answer.ok ? stringifyExact(answer.value) : answer.reason;
      };
      const once = rewrite(`[${numbers.join(",")}]`);
      expect(rewrite(once)).toBe(once);
      expect(once.startsWith("[")).toBe(true);
    }),
  );
});

test("any text gets an answer, never an exception (S21)", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...Array.from('[]{}",:\\0129eE+-._ truefalsn\n')) }),
      (text) => {
        const answer = parseExactJson(text, { maxDepth: 5 });
        // Not JSON always says so; JSON is read unless it is too deep or too large, which no retry changes.
        expect(answer.ok || answer.retryable !== isJson(text)).toBe(true);
        expect(answer.ok && !isJson(text)).toBe(false);
      },
    ),
  );
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
