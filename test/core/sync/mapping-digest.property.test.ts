import * as fc from "fast-check";
import { expect, test } from "vitest";

import { mappingText } from "../../../src/core/sync/mapping-digest.ts";
import { destinationOf, sourceOf, syncOf } from "../../support/builders.ts";

const texts = fc.dictionary(fc.string({ minLength: 1 }), fc.string(), { noNullPrototype: true });

function textOf(body: Record<string, string>): string {
  const { request } = syncOf();
  const sync = syncOf({ request: { ...request, method: "POST", body: { nested: [body] } } });
  return mappingText(sync, sourceOf(), destinationOf());
}

test("S36: equal mappings give one text in any order of keys, different ones give two", () => {
  fc.assert(
    fc.property(texts, texts, (one, other) => {
      const reversed = Object.fromEntries(Object.entries(one).toReversed());
      expect(textOf(reversed)).toBe(textOf(one));
      const differ = JSON.stringify(sorted(one)) !== JSON.stringify(sorted(other));
      expect(textOf(one) !== textOf(other)).toBe(differ);
    }),
  );
});

function sorted(values: Record<string, string>): readonly (readonly [string, string])[] {
  return Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
