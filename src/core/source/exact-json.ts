// JSON as an API sent it: no number rounded, no depth without bound, no `__proto__` (S21 to S23). Serves 3 FETCH.
// Anything not JSON is told apart from what is JSON and must not be read. Never shows a piece of the text.

import { ExactNumber } from "./exact-number.ts";

/** What Node 24 has and the library types do not know yet (ECMA-262, JSON.parse source text access). */
declare global {
  interface JSON {
    parse(
      text: string,
      reviver: (name: string, value: unknown, context: { readonly source?: string }) => unknown,
    ): unknown;
    rawJSON(text: string): unknown;
  }
}

/** The document, or why there is none; `retryable`: it may be a proxy's page, the next answer may be JSON (S24). */
export type ExactJson =
  | {
      readonly ok: true;
      readonly value: unknown;
      /** A member `__proto__` was left out, which deserves one warning per window (S23). */
      readonly protoDropped: boolean;
    }
  | { readonly ok: false; readonly retryable: boolean; readonly reason: string };

/**
 * Reads a document after counting its nesting (S21). Numbers that a double would change become ExactNumber
 * (S22), members `__proto__` are dropped however they are escaped (S23).
 */
export function parseExactJson(text: string, options: { readonly maxDepth: number }): ExactJson {
  const found = scan(text, options.maxDepth);
  if (found.tooDeep) return unusable(`JSON nested deeper than ${options.maxDepth} levels`);
  try {
    return found.plain ? plainly(text) : exactly(text);
  } catch {
    // The parser's own words quote the body, so they go no further.
    return { ok: false, retryable: true, reason: notJson(text) };
  }
}

/**
 * Writes a document that parseExactJson read: exact numbers as the source wrote them, members in the order received
 * except that names which are array indices come first, as in every JavaScript object (S22).
 */
export function stringifyExact(value: unknown): string {
  return JSON.stringify(value, rawNumber) ?? "null";
}

interface Scan {
  /** JSON.parse alone reads it without loss. */
  readonly plain: boolean;
  readonly tooDeep: boolean;
}

const quote = 0x22;
const minus = 0x2d;
const zero = 0x30;
const nine = 0x39;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** One pass: nesting, long numbers, names that may be `__proto__`. Only documents that begin as JSON can be too deep. */
function scan(text: string, depthMax: number): Scan {
  if (!/^[\s]*[[{]/.test(text)) return { plain: !hasLongNumber(text), tooDeep: false };
  let depth = 0;
  let plain = true;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === quote) {
      const end = endOfString(text, index);
      if (plain && mayBeProto(text, index, end)) plain = false;
      index = end;
    } else if (code === openBrace || code === openBracket) {
      depth += 1;
      if (depth > depthMax) return { plain, tooDeep: true };
    } else if (code === closeBrace || code === closeBracket) {
      depth -= 1;
    } else if ((code >= zero && code <= nine) || code === minus) {
      const end = endOfNumber(text, index);
      if (plain && end - index > 4 && hasLongNumber(text.slice(index, end))) plain = false;
      index = end - 1;
    }
  }
  return { plain, tooDeep: false };
}

/** Index of the closing quote, or of the end of the text. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1) {
    let before = end - 1;
    while (text.charCodeAt(before) === 0x5c) before -= 1;
    if ((end - before) % 2 === 1) return end;
    end = text.indexOf('"', end + 1);
  }
  return text.length;
}

function endOfNumber(text: string, start: number): number {
  let end = start + 1;
  while (end < text.length && isNumberCode(text.charCodeAt(end))) end += 1;
  return end;
}

/** Digits, `+ - . e E`. */
function isNumberCode(code: number): boolean {
  if (code >= zero && code <= nine) return true;
  return code === 0x2e || code === 0x65 || code === 0x45 || code === 0x2b || code === minus;
}

/** More than 15 digits, or an exponent of three digits or more: a double may change it (S22). */
function hasLongNumber(text: string): boolean {
  const exponentAt = text.search(/e/i);
  const mantissa = exponentAt === -1 ? text : text.slice(0, exponentAt);
  const exponent = exponentAt === -1 ? "" : text.slice(exponentAt + 1);
  return mantissa.replaceAll(/\D/g, "").length > 15 || exponent.replaceAll(/\D/g, "").length > 2;
}

/** Whether the string could spell `__proto__`: nine characters, each perhaps as an escape of six. */
function mayBeProto(text: string, start: number, end: number): boolean {
  const length = end - start - 1;
  if (length === 9) return text.startsWith("__proto__", start + 1);
  const first = text.charCodeAt(start + 1);
  if (length < 9 || length > 54 || (first !== 0x5f && first !== 0x5c)) return false;
  return text.slice(start, end).includes("\\u");
}

function plainly(text: string): ExactJson {
  const value: unknown = JSON.parse(text);
  return { ok: true, value, protoDropped: false };
}

function exactly(text: string): ExactJson {
  let protoDropped = false;
  let overflow = false;
  // A reviver that answers undefined removes the member, so nothing of its value is kept.
  const revive = (name: string, value: unknown, context: { readonly source?: string }): unknown => {
    if (name === "__proto__") {
      protoDropped = true;
      return undefined;
    }
    if (typeof value !== "number" || context.source === undefined) return value;
    if (!Number.isFinite(value)) overflow = true;
    return keepsValue(context.source, value) ? value : new ExactNumber(context.source);
  };
  const value: unknown = JSON.parse(text, revive);
  if (overflow) return unusable("JSON with a number beyond what a double can hold");
  return { ok: true, value, protoDropped };
}

/**
 * Whether the double, written as shortly as possible, is the number that the source wrote. What a number becomes
 * depends on its own text alone, not on whether a longer one stands beside it; and from 2^53 on an integer written
 * in digits is never a double, since its shortest text and its exact value are two things.
 */
function keepsValue(source: string, value: number): boolean {
  if (!hasLongNumber(source)) return true;
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER && /^-?\d+$/.test(source)) return false;
  return decimalOf(source) === decimalOf(String(value));
}

/** One spelling per decimal number: sign, digits without outer zeros, power of ten of the last digit. */
function decimalOf(text: string): string {
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (parts === null) return text;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = parts;
  const digits = withoutLeadingZeros(whole + fraction);
  const significant = withoutTrailingZeros(digits);
  if (significant === "") return "0";
  const power = Number(exponent) - fraction.length + digits.length - significant.length;
  return `${sign}${significant}e${power}`;
}

function withoutLeadingZeros(digits: string): string {
  return digits.replace(/^0+/, "");
}

/** By hand: `/0+$/` looks at a run of zeros once per zero in it. */
function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (digits.charCodeAt(end - 1) === zero) end -= 1;
  return digits.slice(0, end);
}

function unusable(reason: string): ExactJson {
  return { ok: false, retryable: false, reason };
}

function notJson(text: string): string {
  const start = text.slice(0, 1000).trimStart();
  if (start === "") return "an empty body";
  if (start.startsWith("<")) return "a page of HTML or XML";
  return "text that is not JSON, or JSON cut short";
}

/** `rawJSON` writes the digits as they are. */
function rawNumber(_name: string, value: unknown): unknown {
  return value instanceof ExactNumber ? JSON.rawJSON(value.text) : value;
}
