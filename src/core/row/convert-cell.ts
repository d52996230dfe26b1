// One JSON value into one typed cell. Serves upsert: strict, since a column that means two things is worth nothing.

import { unreachable } from "../failure/assert.ts";
import { ExactNumber } from "../source/exact-number.ts";
import type { ColumnType } from "../sync/sync-spec.ts";
import { canonicalJson } from "./canonical-json.ts";
import { readDate, readTimestamp } from "./cell-time.ts";
import type { Conversion } from "./conversion.ts";
import type { CellValue } from "./row.ts";

/** Converts a value found in a record; nothing there and `null` are null. */
export function convertCell(value: unknown, type: ColumnType): Conversion {
  if (value === undefined || value === null) return cellOf(null);
  switch (type) {
    case "text":
      return toText(value);
    case "integer":
      return toInteger(value, int32);
    case "bigint":
      return toInteger(value, int64);
    case "numeric":
      return toNumeric(value);
    case "boolean":
      return toBoolean(value);
    case "date":
      return typeof value === "string" ? readDate(value) : refused("type");
    case "timestamptz":
      return typeof value === "string" ? readTimestamp(value) : refused("type");
    case "jsonb":
      return cellOf(canonicalJson(value));
    default:
      return unreachable(type);
  }
}

function toText(value: unknown): Conversion {
  const text = typeof value === "boolean" ? String(value) : (numberText(value) ?? value);
  if (typeof text !== "string") return refused("type");
  if (text.includes("\0")) return refused("nul");
  return text.isWellFormed() ? cellOf(text) : refused("encoding");
}

const int32 = { bits: 32, wide: false };
const int64 = { bits: 64, wide: true };

/** More digits than any whole number of 64 bits has, with room for zeros in front. */
const digitsMax = 40;

function toInteger(value: unknown, size: { bits: number; wide: boolean }): Conversion {
  const whole = wholeNumber(value);
  if (typeof whole !== "bigint") return refused(whole);
  if (BigInt.asIntN(size.bits, whole) !== whole) return refused("range");
  return cellOf(size.wide ? whole : Number(whole));
}

function wholeNumber(value: unknown): bigint | "type" | "range" {
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value) : "type";
  if (typeof value === "bigint") return value;
  const text = value instanceof ExactNumber ? value.text : value;
  if (typeof text !== "string" || !/^[+-]?\d+$/.test(text)) return "type";
  return text.length > digitsMax ? "range" : BigInt(text.replace("+", ""));
}

/** Bounds of numeric: far beyond any amount, well within what databases take. */
const numericDigitsMax = 1000;
const exponentMax = 1000;

const numberPattern = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE]([+-]?\d+))?$/;

function toNumeric(value: unknown): Conversion {
  const text = numberText(value) ?? value;
  if (typeof text !== "string") return refused("type");
  const match = numberPattern.exec(text);
  if (match === null) return refused("type");
  const exponent = Math.abs(Number(match[1] ?? 0));
  return text.length > numericDigitsMax || exponent > exponentMax ? refused("range") : cellOf(text);
}

function numberText(value: unknown): string | undefined {
  if (value instanceof ExactNumber) return value.text;
  if (typeof value === "bigint") return value.toString();
  return typeof value === "number" && Number.isFinite(value) ? String(value) : undefined;
}

function toBoolean(value: unknown): Conversion {
  if (value === true || value === "true" || value === 1) return cellOf(true);
  if (value === false || value === "false" || value === 0) return cellOf(false);
  return refused("type");
}

function cellOf(cell: CellValue): Conversion {
  return { ok: true, cell };
}

function refused(code: "type" | "range" | "nul" | "encoding"): Conversion {
  return { ok: false, code };
}
