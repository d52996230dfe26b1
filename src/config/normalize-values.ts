// Leaves that the schema has checked, parsed. What does not parse here is our bug, not the user's.

import { invariant } from "../core/failure/assert.ts";
import { parsePointer } from "../core/source/pointer.ts";
import type { Locator, Pointer, Predicate, TimeFormat } from "../core/sync/sync-spec.ts";
import { approximateMicros, type Duration, parseDuration } from "../core/time/duration.ts";
import { sizePattern } from "./schema-values.ts";
import type { WrittenPredicate } from "./written-source.ts";

/** A checked duration. */
export function durationOf(text: string): Duration {
  const duration = parseDuration(text);
  invariant(duration !== undefined, "a duration of the configuration was checked");
  return duration;
}

/** Elapsed microseconds; a day is 24 hours. */
export function microsOf(text: string): number {
  return approximateMicros(durationOf(text));
}

/** Elapsed milliseconds; a day is 24 hours. */
export function msOfText(text: string): number {
  return microsOf(text) / 1000;
}

const unitBytes: Readonly<Record<string, number>> = {
  KB: 1000,
  MB: 1_000_000,
  KiB: 1024,
  MiB: 1024 * 1024,
};

/** `10MB` is 10^7 bytes, `1MiB` is 2^20. */
export function bytesOf(text: string): number {
  const match = sizePattern.exec(text);
  const unit = unitBytes[match?.[2] ?? ""];
  invariant(match !== null && unit !== undefined, "a size of the configuration was checked");
  return Number(match[1]) * unit;
}

/** A checked pointer. */
export function pointerOf(text: string): Pointer {
  const pointer = parsePointer(text);
  invariant(pointer !== undefined, "a pointer of the configuration was checked");
  return pointer;
}

/** `body:/next`, `header:Link`, `last_record:/id`. */
export function locatorOf(text: string): Locator {
  const colon = text.indexOf(":");
  const place = text.slice(0, colon);
  const rest = text.slice(colon + 1);
  if (place === "header") return { in: "header", name: rest };
  return { in: place === "last_record" ? "last_record" : "body", pointer: pointerOf(rest) };
}

/** A predicate whose keys go together. */
export function predicateOf(written: WrittenPredicate): Predicate {
  const at: Predicate["at"] =
    written.name === undefined
      ? { in: "body", pointer: pointerOf(written.path ?? "") }
      : { in: "header", name: written.name };
  return { at, test: testOf(written) };
}

function testOf(written: WrittenPredicate): Predicate["test"] {
  const { equals, contains, present } = written;
  if (contains !== undefined) return { kind: "contains", text: contains };
  if (present !== undefined) return { kind: "present", present };
  if (equals === undefined || equals === null || typeof equals !== "object")
    return { kind: "equals", values: [equals ?? null] };
  return { kind: "equals", values: equals };
}

/** A known format, or a pattern. */
export function formatOf(text: string): TimeFormat {
  switch (text) {
    case "rfc3339":
    case "epoch_s":
    case "epoch_ms":
    case "date":
    case "http_date":
    case "epoch_s_string":
    case "epoch_ms_string":
      return { kind: text };
    default:
      return { kind: "pattern", pattern: text };
  }
}
