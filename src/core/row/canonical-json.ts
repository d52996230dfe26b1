// JSON whose bytes depend on the value alone: members sorted, numbers as the source wrote them. Serves upsert:
// equal records give equal rows whatever order an API lists its members in. Reading it back changes no byte, so
// it must not go through exact-json.ts, which drops members and rewrites short numbers.

import { ExactNumber } from "../source/exact-number.ts";
import { compareKeys } from "./key-order.ts";

/** The one text of a JSON value; NUL and lone surrogates come out as escapes, so the text is well-formed. */
export function canonicalJson(value: unknown): string {
  if (value instanceof ExactNumber) return value.text;
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (value === null || value === undefined || typeof value !== "object") return scalar(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([a], [b]) => compareKeys(a, b))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(",")}}`;
}

// What JSON has no word for (undefined, NaN, a bigint out of a transform) must not break the row.
function scalar(value: unknown): string {
  if (typeof value === "bigint") return value.toString();
  return JSON.stringify(value) ?? "null";
}

/** A JSON text as a value whose numbers all keep their text; undefined when it is no JSON. */
export function parseKeepingNumbers(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text, keepNumber) };
  } catch {
    return undefined;
  }
}

// The third argument is the source text of the value (ECMAScript 2026, JSON.parse source text access).
function keepNumber(_name: string, value: unknown, context: { readonly source?: string }): unknown {
  return typeof value === "number" && context.source !== undefined
    ? new ExactNumber(context.source)
    : value;
}
