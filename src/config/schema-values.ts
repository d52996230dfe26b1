// The leaves of the written shape: names, durations, pointers, locators. Each check carries its own words,
// `expectation; remedy`, from which messages.ts makes a problem.

import * as v from "valibot";

import { parsePointer } from "../core/source/pointer.ts";
import type { Template } from "../core/sync/sync-spec.ts";
import { isZero, parseDuration } from "../core/time/duration.ts";
import { parseInstant } from "../core/time/instant.ts";
import { isZone } from "../core/time/zone.ts";
import type { WrittenPredicate, WrittenScalar } from "./written-source.ts";

/** A schema for `Output`, whatever comes in. */
export type SchemaOf<Output> = v.GenericSchema<unknown, Output>;
type Strict<Entries extends v.ObjectEntries> = v.StrictObjectSchema<Entries, string>;
export type Optional<Output> = v.ExactOptionalSchema<SchemaOf<Output>, undefined>;

/** A mapping with these keys only. Its message lists the keys, for suggestions. */
export function mapping<const Entries extends v.ObjectEntries>(entries: Entries): Strict<Entries> {
  return v.strictObject(entries, Object.keys(entries).join(" "));
}

// valibot takes a list for an object with the keys 0, 1, ...
function isMapping(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const mappingText = "a mapping; write it as lines of `key: value`";

/** Refuses lists before the schema of a mapping sees them. */
export function noList<Output>(schema: SchemaOf<Output>): SchemaOf<Output> {
  return v.pipe(v.custom<unknown>(isMapping, mappingText), schema);
}

/** A key that may be absent, with the description that editors show. */
export function may<Output>(description: string, schema: SchemaOf<Output>): Optional<Output> {
  return v.exactOptional(must(description, schema));
}

/** A required key, with the description that editors show. */
export function must<Output>(description: string, schema: SchemaOf<Output>): SchemaOf<Output> {
  return v.pipe(schema, v.description(description));
}

/** Text that passes a test; `words` is `expectation; remedy`. */
export function textThat(
  words: string | ((issue: v.CheckIssue<string>) => string),
  test: (text: string) => boolean,
): SchemaOf<string> {
  return v.pipe(v.string(), v.check(test, words));
}

/** Text of a pattern, which editors see too. */
export function textLike(words: string, pattern: RegExp): SchemaOf<string> {
  return v.pipe(v.string(), v.regex(pattern, words));
}

/** A whole number within bounds; `otherwise` replaces the words where more than a number may stand. */
export function whole(
  min: number,
  max: number = Number.MAX_SAFE_INTEGER,
  otherwise?: string,
): SchemaOf<number> {
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  const words = otherwise ?? `a whole number ${range}; change it`;
  return v.pipe(v.number(), v.integer(words), v.minValue(min, words), v.maxValue(max, words));
}

/** A mapping of free names to one kind of value. */
export function mappingOf<Output>(value: SchemaOf<Output>): SchemaOf<Record<string, Output>> {
  return noList(v.record(v.string(), value));
}

export const text: SchemaOf<string> = v.string();
export const flag: SchemaOf<boolean> = v.boolean();
export const filled: SchemaOf<string> = textThat(
  "text that is not empty; fill it in",
  (t) => t !== "",
);
export const vars: SchemaOf<Record<string, string>> = mappingOf(v.string());

/** Any JSON; YAML can write nothing else. */
export const json: SchemaOf<Template> = v.custom<Template>((value) => value !== undefined);

/** Names of sources, destinations, syncs and tables, and ids (contract 2). */
export const namePattern: RegExp = /^[a-z0-9][a-z0-9_-]{0,62}$/;
export const nameWords: string =
  "a name of 1 to 63 of the characters a-z 0-9 _ -, a letter or digit first; rename it";
export const name: SchemaOf<string> = textLike(nameWords, namePattern);

const scalar = v.union(
  [v.string(), v.number(), v.boolean(), v.null()],
  "text, a number, true, false or null; write one value",
);
const scalarList = v.array(scalar);

/** One value or a list of values. */
export const scalars: SchemaOf<WrittenScalar | WrittenScalar[]> = v.union(
  [scalar, scalarList],
  "text, a number, true, false or a list of these; write nothing deeper",
);

const durationHint = "write for example 500ms, 30s, 5m, 24h, 7d or PT30M";

/** A duration counted in elapsed time, zero allowed. */
export const elapsed: SchemaOf<string> = textThat(
  `a duration without months; ${durationHint}`,
  (written) => parseDuration(written)?.months === 0,
);

/** A positive duration counted in elapsed time. */
export const elapsedPositive: SchemaOf<string> = textThat(
  `a duration above 0 without months; ${durationHint}`,
  (written) => parseDuration(written)?.months === 0 && isPositive(written),
);

const waitDaysMax = 7;

/** What a timer can wait for: a timer of Node holds at most 24 days, nothing here needs a tenth of it. */
export const wait: SchemaOf<string> = textThat(
  `a duration above 0 and up to ${waitDaysMax}d; ${durationHint}`,
  (written) => {
    const duration = parseDuration(written);
    if (duration === undefined || duration.months > 0 || isZero(duration)) return false;
    return duration.micros + duration.days * 86_400_000_000 <= waitDaysMax * 86_400_000_000;
  },
);

/** A positive duration on the calendar: `1d` is a day of the zone, `1mo` a month. */
export const calendar: SchemaOf<string> = textThat(
  "a duration above 0; write for example 1h, 24h, 1d, 7d, 1mo or P1M",
  isPositive,
);

function isPositive(written: string): boolean {
  const duration = parseDuration(written);
  return duration !== undefined && !isZero(duration);
}

/** `10MB`, `32MiB`. */
export const sizePattern: RegExp = /^([1-9]\d{0,8})(KB|KiB|MB|MiB)$/;
export const size: SchemaOf<string> = textLike(
  "a size in KB, MB, KiB or MiB; write for example 10MB or 32MiB",
  sizePattern,
);

/** The units that a watermark or a filter can be exact to (S31, S38). */
const precisions = ["1us", "1ms", "1s", "1m", "1d"] as const;
export const precision: SchemaOf<string> = v.picklist(precisions);

export const zone: SchemaOf<string> = textThat(
  "an IANA time zone; write for example UTC or Europe/Berlin",
  isZone,
);

export const dayPattern: RegExp = /^\d{4}-\d{2}-\d{2}$/;

/** A date, or an instant in UTC; nothing without a zone (contract 9). */
export const startInstant: SchemaOf<string> = textThat(
  "a date or an instant in UTC; write for example 2026-01-01 or 2026-01-01T06:00:00Z",
  (written) =>
    parseInstant(dayPattern.test(written) ? `${written}T00:00:00Z` : written) !== undefined,
);

/** S23: a pointer never leads through `__proto__`. */
export const pointer: SchemaOf<string> = textThat(
  ({ input }) =>
    input.split("/").includes("__proto__")
      ? "a pointer without __proto__, which is dropped from every answer; point elsewhere"
      : 'a JSON Pointer; write for example /items/0/id, or "" for the whole document',
  isPointer,
);

const headerName = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
export const header: SchemaOf<string> = textLike(
  "the name of a header; write for example X-Api-Key",
  new RegExp(`^${headerName}$`),
);

/** Where a value is found in a response; `places` are the kinds allowed here. */
export function locator(places: readonly ("body" | "header" | "last_record")[]): SchemaOf<string> {
  const examples = { body: "body:/next", header: "header:X-Next", last_record: "last_record:/id" };
  const list = places.map((place) => `${place}:`).join(" or ");
  const shown = places.map((place) => examples[place]).join(" or ");
  return textThat(`a locator that begins with ${list}; write for example ${shown}`, (written) => {
    const place = places.find((candidate) => written.startsWith(`${candidate}:`));
    if (place === undefined) return false;
    const rest = written.slice(place.length + 1);
    return place === "header" ? new RegExp(`^${headerName}$`).test(rest) : isPointer(rest);
  });
}

function isPointer(written: string): boolean {
  return parsePointer(written) !== undefined;
}

/** A test on one value of a response; which keys go together is a rule of rules-shape.ts. */
export const predicate: SchemaOf<WrittenPredicate> = mapping({
  path: may("Pointer into the body or item.", pointer),
  name: may("Name of a response header.", header),
  equals: may("The value, or any of a list of values; types must match.", scalars),
  contains: may("Text that the value contains; case is ignored.", filled),
  present: may("Whether there is a value; null is none.", flag),
});

const patternTokens = /YYYY|SSSSSS|SSS|MM|DD|HH|mm|ss|Z/g;
const watermarkFormats = ["rfc3339", "epoch_s", "epoch_ms", "date", "http_date"];
const boundFormats = [...watermarkFormats, "epoch_s_string", "epoch_ms_string"];

/** How a watermark is written (S31). */
export const watermarkFormat: SchemaOf<string> = formatOf(watermarkFormats);
/** How a bound is written (S37). */
export const boundFormat: SchemaOf<string> = formatOf(boundFormats);

function formatOf(known: readonly string[]): SchemaOf<string> {
  const words = `one of ${known.join(" ")}, or a pattern; write for example "YYYY-MM-DD HH:mm:ss"`;
  return textThat(words, (written) => known.includes(written) || isPattern(written));
}

// A pattern names the year and each field at most once.
function isPattern(written: string): boolean {
  const tokens: readonly string[] = written.match(patternTokens) ?? [];
  return tokens.includes("YYYY") && new Set(tokens).size === tokens.length;
}
