// Timestamps in a form of the user's own, such as `YYYY/MM/DD HH:mm` (S31): compiled once, then read or written.

import { unreachable } from "../failure/assert.ts";
import type { UtcFields } from "../time/instant.ts";

type Token = "YYYY" | "MM" | "DD" | "HH" | "mm" | "ss" | "SSS" | "SSSSSS" | "Z";
type Part = { readonly token: Token } | { readonly literal: string };

/** Fields of a text, and its offset from UTC when the pattern has `Z`. */
interface PatternReading {
  readonly fields: UtcFields;
  readonly offsetMinutes: number | undefined;
}

/** A compiled pattern. */
export interface TimePattern {
  readonly hasOffset: boolean;
  /** The smallest unit it can write, in microseconds. */
  readonly unitMicros: number;
  read(text: string): PatternReading | undefined;
  /** Writes fields; `Z` becomes the letter, so the fields must then be UTC. */
  write(fields: UtcFields): string;
}

/** Compiles a pattern; every character that is no token stands for itself. */
export function compilePattern(pattern: string): TimePattern {
  const parts = split(pattern);
  const tokens = parts.flatMap((part) => ("token" in part ? [part.token] : []));
  const regex = new RegExp(`^${parts.map(regexOf).join("")}$`);
  return {
    hasOffset: tokens.includes("Z"),
    unitMicros: smallestUnit(tokens),
    read(text) {
      const match = regex.exec(text);
      return match === null ? undefined : readingOf(tokens, match.slice(1));
    },
    write: (fields) => parts.map((part) => writePart(part, fields)).join(""),
  };
}

function split(pattern: string): readonly Part[] {
  const pieces = pattern.match(/YYYY|MM|DD|HH|mm|ss|SSSSSS|SSS|Z|[^]/gu) ?? [];
  return pieces.map((piece) => (isToken(piece) ? { token: piece } : { literal: piece }));
}

function isToken(piece: string): piece is Token {
  return piece === "Z" || (piece.length > 1 && /^[A-Za-z]+$/.test(piece));
}

const digitsOf = { YYYY: 4, MM: 2, DD: 2, HH: 2, mm: 2, ss: 2, SSS: 3, SSSSSS: 6 } as const;

function regexOf(part: Part): string {
  if ("literal" in part) return part.literal.replace(/[\\^$.*+?()[\]{}|/-]/, String.raw`\$&`);
  return part.token === "Z"
    ? String.raw`(Z|[+-]\d{2}(?::?\d{2})?)`
    : `(\\d{${digitsOf[part.token]}})`;
}

function smallestUnit(tokens: readonly Token[]): number {
  if (tokens.includes("SSSSSS")) return 1;
  if (tokens.includes("SSS")) return 1000;
  if (tokens.includes("ss")) return 1_000_000;
  if (tokens.includes("mm")) return 60_000_000;
  return tokens.includes("HH") ? 3_600_000_000 : 86_400_000_000;
}

function readingOf(tokens: readonly Token[], texts: readonly string[]): PatternReading {
  const found = new Map(tokens.map((token, index) => [token, texts[index] ?? ""]));
  const number = (token: Token, otherwise: number): number => Number(found.get(token) ?? otherwise);
  const offset = found.get("Z");
  return {
    fields: {
      year: number("YYYY", 0),
      month: number("MM", 1),
      day: number("DD", 1),
      hour: number("HH", 0),
      minute: number("mm", 0),
      second: number("ss", 0),
      micro: found.has("SSSSSS") ? number("SSSSSS", 0) : number("SSS", 0) * 1000,
    },
    offsetMinutes: offset === undefined ? undefined : parseOffset(offset),
  };
}

/** Minutes of `Z`, `+hh:mm`, `+hhmm` or `+hh`; undefined for anything else (S31). */
export function parseOffset(text: string): number | undefined {
  if (text === "Z") return 0;
  const match = /^([+-])(\d{2})(?::?(\d{2}))?$/.exec(text);
  if (match === null) return undefined;
  const minutes = Number(match[3] ?? 0);
  if (Number(match[2]) > 23 || minutes > 59) return undefined;
  return (match[1] === "-" ? -1 : 1) * (Number(match[2]) * 60 + minutes);
}

function writePart(part: Part, fields: UtcFields): string {
  if ("literal" in part) return part.literal;
  switch (part.token) {
    case "YYYY":
      return pad(fields.year, 4);
    case "MM":
      return pad(fields.month, 2);
    case "DD":
      return pad(fields.day, 2);
    case "HH":
      return pad(fields.hour, 2);
    case "mm":
      return pad(fields.minute, 2);
    case "ss":
      return pad(fields.second, 2);
    case "SSS":
      return pad(Math.floor(fields.micro / 1000), 3);
    case "SSSSSS":
      return pad(fields.micro, 6);
    case "Z":
      return "Z";
    default:
      return unreachable(part.token);
  }
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, "0");
}
