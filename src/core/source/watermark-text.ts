// Fetch: timestamps as sources write them, to instants (S31 to S34). Compiled once per read, since hundreds of
// thousands a second pass through here. Digits beyond microseconds are cut, never rounded; nothing is guessed.

import { unreachable } from "../failure/assert.ts";
import type { TimeFormat } from "../sync/sync-spec.ts";
import {
  fieldsOf,
  type Instant,
  instantFromFields,
  instantOf,
  type UtcFields,
} from "../time/instant.ts";
import { instantFromLocal, instantsFromLocal } from "../time/zone.ts";
import { ExactNumber } from "./exact-number.ts";
import { parseHttpDate } from "./http-date.ts";
import { compilePattern, parseOffset } from "./time-pattern.ts";

/** What a value says: an instant (with `earlier` where a local time occurs twice), nothing readable, or no offset (S33). */
export type TimeReading =
  | { readonly kind: "instant"; readonly at: Instant; readonly earlier: Instant | undefined }
  | { readonly kind: "unreadable" }
  | { readonly kind: "zoneless" };

/** Reads one value. */
export type TimeReader = (value: unknown) => TimeReading;

const unreadable: TimeReading = { kind: "unreadable" };
const zoneless: TimeReading = { kind: "zoneless" };

/** A reader of one format; `timezone` serves values without an offset and is never assumed (S33). */
export function timeReader(format: TimeFormat, timezone: string | undefined): TimeReader {
  switch (format.kind) {
    case "rfc3339":
      return textReader(rfc3339Reader(localReader(timezone)));
    case "epoch_s":
    case "epoch_s_string":
      return epochReader(1_000_000, 6);
    case "epoch_ms":
    case "epoch_ms_string":
      return epochReader(1000, 3);
    case "date":
      return textReader(dateReader(timezone));
    case "http_date":
      return textReader((text) => reading(parseHttpDate(text)));
    case "pattern":
      return textReader(patternReader(format.pattern, localReader(timezone)));
    default:
      return unreachable(format);
  }
}

function textReader(read: (text: string) => TimeReading): TimeReader {
  return (value) => (typeof value === "string" ? read(value) : unreadable);
}

function reading(at: Instant | undefined): TimeReading {
  return at === undefined ? unreadable : { kind: "instant", at, earlier: undefined };
}

// Years 0 to 9999; beyond, a number is far more likely in another unit than meant.
const epochMin = -62_167_219_200_000_000;
const epochMax = 253_402_300_800_000_000;
const epochPattern = /^(-?)(\d{1,15})(?:\.(\d+))?$/;

function epochReader(unit: number, decimals: number): TimeReader {
  return (value) => {
    if (typeof value === "number" && Number.isInteger(value)) return epoch(value * unit);
    const match = epochPattern.exec(plainDigits(value));
    if (match === null) return unreadable;
    const fraction = Number((match[3] ?? "").slice(0, decimals).padEnd(decimals, "0"));
    const micros = Number(match[2]) * unit + fraction;
    return epoch(match[1] === "-" ? -micros : micros);
  };
}

function plainDigits(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  return value instanceof ExactNumber ? value.text : "";
}

function epoch(micros: number): TimeReading {
  if (micros < epochMin || micros >= epochMax) return unreadable;
  return { kind: "instant", at: instantOf(micros === 0 ? 0 : micros), earlier: undefined };
}

// By character codes, since a regular expression with captures costs several times as much.
function rfc3339Reader(local: LocalReader): (text: string) => TimeReading {
  return (text) => {
    const separator = text.charCodeAt(10);
    if (text.length < 19 || (separator !== 84 && separator !== 32)) return unreadable;
    if (
      text.charCodeAt(4) !== 45 ||
      text.charCodeAt(7) !== 45 ||
      text.charCodeAt(13) !== 58 ||
      text.charCodeAt(16) !== 58
    )
      return unreadable;
    let end = 19;
    let micro = 0;
    if (text.charCodeAt(19) === 46) {
      end = endOfDigits(text, 20);
      if (end === 20) return unreadable;
      micro = digits(text, 20, Math.min(end, 26)) * 10 ** Math.max(0, 26 - end);
    }
    const fields = {
      year: digits(text, 0, 4),
      month: digits(text, 5, 7),
      day: digits(text, 8, 10),
      hour: digits(text, 11, 13),
      minute: digits(text, 14, 16),
      second: digits(text, 17, 19),
      micro,
    };
    if (end === text.length) return local(fields);
    const isUtc = text.charCodeAt(end) === 90 && text.length === end + 1;
    return shifted(fields, isUtc ? 0 : parseOffset(text.slice(end)));
  };
}

function shifted(fields: UtcFields, offsetMinutes: number | undefined): TimeReading {
  const at = instantFromFields(fields);
  if (at === undefined || Number.isNaN(at) || offsetMinutes === undefined) return unreadable;
  return reading(instantOf(at - offsetMinutes * 60_000_000));
}

// NaN where a character is no digit; it survives into the instant.
function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let index = from; index < to; index += 1) {
    const digit = text.charCodeAt(index) - 48;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

function endOfDigits(text: string, from: number): number {
  let index = from;
  while (text.charCodeAt(index) >= 48 && text.charCodeAt(index) <= 57) index += 1;
  return index;
}

const datePattern = /^(\d{4})-(\d{2})-(\d{2})$/;

// S32: the first instant of the day, so the earlier of two midnights, and where midnight is missing the gap's end.
function dateReader(timezone: string | undefined): (text: string) => TimeReading {
  return (text) => {
    const match = datePattern.exec(text);
    if (match === null) return unreadable;
    const fields = {
      year: Number(match[1]),
      month: Number(match[2]),
      day: Number(match[3]),
      hour: 0,
      minute: 0,
      second: 0,
      micro: 0,
    };
    const inUtc = instantFromFields(fields);
    if (inUtc === undefined) return unreadable;
    if (timezone === undefined) return zoneless;
    if (timezone === "UTC") return reading(inUtc);
    return reading(instantsFromLocal(timezone, fields)[0] ?? instantFromLocal(timezone, fields));
  };
}

function patternReader(pattern: string, local: LocalReader): (text: string) => TimeReading {
  const compiled = compilePattern(pattern);
  return (text) => {
    const found = compiled.read(text);
    if (found === undefined) return unreadable;
    return compiled.hasOffset ? shifted(found.fields, found.offsetMinutes) : local(found.fields);
  };
}

type LocalReader = (fields: UtcFields) => TimeReading;

const minuteMicros = 60_000_000;
/** Zone changes fall on whole minutes since 1972; minutes before are looked up one by one. */
const wholeMinutesSince = 63_072_000_000_000;
const minutesKept = 10_000;

function localReader(timezone: string | undefined): LocalReader {
  const kept = new Map<number, readonly Instant[]>();
  return (fields) => {
    const asUtc = instantFromFields(fields);
    if (asUtc === undefined || Number.isNaN(asUtc)) return unreadable;
    if (timezone === undefined) return zoneless;
    if (timezone === "UTC") return reading(asUtc);
    const unit = asUtc >= wholeMinutesSince ? minuteMicros : 1;
    const label = Math.floor(asUtc / unit) * unit;
    let readings = kept.get(label);
    if (readings === undefined) {
      if (kept.size >= minutesKept) kept.clear();
      readings = readingsOf(timezone, fieldsOf(instantOf(label)));
      kept.set(label, readings);
    }
    return twoReadings(readings, asUtc - label);
  };
}

// One that never occurs moves on by the gap (S33).
function readingsOf(timezone: string, fields: UtcFields): readonly Instant[] {
  const readings = instantsFromLocal(timezone, fields);
  return readings.length > 0 ? readings : [instantFromLocal(timezone, fields)];
}

function twoReadings(readings: readonly Instant[], micros: number): TimeReading {
  const [first, second] = readings;
  if (first === undefined) return unreadable;
  const earlier = instantOf(first + micros);
  if (second === undefined) return { kind: "instant", at: earlier, earlier: undefined };
  return { kind: "instant", at: instantOf(second + micros), earlier };
}
