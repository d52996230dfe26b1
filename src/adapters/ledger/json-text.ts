// From the bytes of a ledger file to a JSON value, strictly: what a person or a merge did to the file is named, never
// guessed away. And back: two-space JSON with a final newline. It knows no record, order or fold.

import * as v from "valibot";

/** A value, or one sentence that says why there is none: expected, found, remedy. */
export type Reading<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly reason: string };

export function read<Value>(value: Value): Reading<Value> {
  return { ok: true, value };
}

export function refuse(reason: string): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason };
}

/** Largest record or order file (contract 3). */
export const fileBytesMax: number = 256 * 1024;

/** Deeper than any file of ours; bounds the recursion of whoever walks the value. */
const depthMax = 16;

/** The text of a file: UTF-8 without a byte order mark, of bounded size, without conflict markers. */
export function decodeText(bytes: Uint8Array, bytesMax: number = fileBytesMax): Reading<string> {
  if (bytes.length > bytesMax)
    return refuse(`expected at most ${bytesMax / 1024} KiB (L12), found ${bytes.length} bytes`);
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
    return refuse("expected plain UTF-8, found a byte order mark; remove it");
  try {
    return withoutMarkers(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return refuse("expected UTF-8, found other bytes; restore the file from git");
  }
}

/** The value of a JSON text without repeated keys. */
export function parseJson(text: string): Reading<unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse("expected JSON, found text that is none; restore the file from git");
  }
  const flaw = flawOfKeys(text);
  return flaw === undefined ? read(value) : refuse(flaw);
}

/** A value that passes a schema, or the first thing in it that does not. */
export function matchSchema<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
): Reading<v.InferOutput<Schema>> {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return read(result.output);
  const [issue] = result.issues;
  const path = v.getDotPath(issue) ?? "the file";
  if (issue.type === "strict_object" && issue.expected === "never")
    return refuse(`${path}: expected only keys of the schema, found this one`);
  if (issue.received === "undefined") return refuse(`${path}: expected a value, found none`);
  const found = issue.received.length > 80 ? `${issue.received.slice(0, 80)}…` : issue.received;
  // Checks of our own bring their words; the types of valibot say what they expect.
  const expected = issue.kind === "validation" ? issue.message : issue.expected;
  return refuse(`${path}: expected ${expected}, found ${found}`);
}

/** The canonical form of a file. */
export function formatJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function withoutMarkers(text: string): Reading<string> {
  return /^(?:<{7}|={7}|>{7}|\|{7})(?: |\r?$)/m.test(text)
    ? refuse("expected JSON, found conflict markers of git; keep one side and commit it")
    : read(text);
}

const tokenPattern = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g;

// The text is valid JSON already, so strings and brackets are all that has to be told apart.
function flawOfKeys(text: string): string | undefined {
  const keys: Set<string>[] = [];
  for (const match of text.matchAll(tokenPattern)) {
    const [token, colon] = match;
    if (token === "{" || token === "[") {
      if (keys.push(new Set()) > depthMax) return `expected at most ${depthMax} levels, found more`;
    } else if (token === "}" || token === "]") keys.pop();
    else if (colon !== undefined) {
      const key: unknown = JSON.parse(token.slice(0, -colon.length));
      const seen = keys.at(-1);
      if (typeof key !== "string" || seen === undefined) continue;
      if (key === "__proto__") return "expected keys of the schema, found __proto__";
      if (seen.has(key)) return `expected each key once, found ${JSON.stringify(key)} repeated`;
      seen.add(key);
    }
  }
  return undefined;
}
