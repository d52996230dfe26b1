// Dates and timestamps of columns. Serves upsert; watermarks have a parser of their own (S31), since they are instants
// while a cell must keep every microsecond of the years 1 to 9999.

import { fieldsOf, formatInstant, instantFromFields, plusMicros } from "../time/instant.ts";
import type { Conversion } from "./conversion.ts";

const datePattern = /^(\d{4})-(\d{2})-(\d{2})$/;

/** `YYYY-MM-DD` of a real day; a day that no calendar has is out of range. */
export function readDate(text: string): Conversion {
  const match = datePattern.exec(text);
  if (match === null) return { ok: false, code: "type" };
  const at = secondOf([match[1], match[2], match[3], "0", "0", "0"]);
  return at === undefined || Number(match[1]) === 0
    ? { ok: false, code: "range" }
    : { ok: true, cell: text };
}

const timestampPattern =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2})(?::?(\d{2}))?)$/;

/** RFC 3339 with its offset, in UTC with the fewest of 0, 3, 6 decimals; further digits are cut (S31). */
export function readTimestamp(text: string): Conversion {
  const match = timestampPattern.exec(text);
  if (match === null) return { ok: false, code: "type" };
  const second = secondOf(match.slice(1, 7));
  const minutes = Number(match[9] ?? 0) * 60 + Number(match[10] ?? 0);
  if (second === undefined || minutes > 24 * 60) return { ok: false, code: "range" };
  const utc = plusMicros(second, (match[8] === "-" ? minutes : -minutes) * 60_000_000);
  const { year } = fieldsOf(utc);
  if (year < 1 || year > 9999) return { ok: false, code: "range" };
  // Whole seconds are exact in a double in all these years, microseconds are not: the fraction stays text.
  return { ok: true, cell: formatInstant(utc).replace("Z", `${fraction(match[7] ?? "")}Z`) };
}

function secondOf(parts: readonly (string | undefined)[]): ReturnType<typeof instantFromFields> {
  const [year, month, day, hour, minute, second] = parts.map(Number);
  return instantFromFields({
    year: year ?? 0,
    month: month ?? 0,
    day: day ?? 0,
    hour: hour ?? 0,
    minute: minute ?? 0,
    second: second ?? 0,
    micro: 0,
  });
}

function fraction(digits: string): string {
  const micros = digits.slice(0, 6).padEnd(6, "0");
  if (micros === "000000") return "";
  return micros.endsWith("000") ? `.${micros.slice(0, 3)}` : `.${micros}`;
}
