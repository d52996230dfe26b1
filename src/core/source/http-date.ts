// The three date forms of HTTP (RFC 9110 section 5.6.7), strictly: a lenient date parser reads `120` as a year and
// `-5` as a month. Used for watermarks, bounds and the `Date` of a response.

import { fieldsOf, type Instant, instantFromFields } from "../time/instant.ts";

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

const imfPattern =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/;
const rfc850Pattern =
  /^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (\d{2})-([A-Z][a-z]{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2}) GMT$/;
const asctimePattern =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([A-Z][a-z]{2}) ([ \d]\d) (\d{2}):(\d{2}):(\d{2}) (\d{4})$/;

/** Parses one of the three forms, or undefined. A year of two digits is 1970 to 2069 (S31, S78). */
export function parseHttpDate(text: string): Instant | undefined {
  const imf = imfPattern.exec(text);
  if (imf !== null) return fromParts(imf[3], imf[2], imf[1], imf.slice(4, 7));
  const rfc850 = rfc850Pattern.exec(text);
  if (rfc850 !== null) {
    const short = Number(rfc850[3]);
    return fromParts(
      String(short + (short < 70 ? 2000 : 1900)),
      rfc850[2],
      rfc850[1],
      rfc850.slice(4, 7),
    );
  }
  const asctime = asctimePattern.exec(text);
  if (asctime === null) return undefined;
  return fromParts(asctime[6], asctime[1], asctime[2], asctime.slice(3, 6));
}

/** Writes the preferred form; parts of a second are cut (S37). */
export function formatHttpDate(at: Instant): string {
  const f = fieldsOf(at);
  const weekday = days[(Math.floor(at / 86_400_000_000) + 4 + 7 * 1_000_000) % 7] ?? "";
  const date = `${pad(f.day)} ${months[f.month - 1] ?? ""} ${String(f.year).padStart(4, "0")}`;
  return `${weekday}, ${date} ${pad(f.hour)}:${pad(f.minute)}:${pad(f.second)} GMT`;
}

function fromParts(
  year: string | undefined,
  month: string | undefined,
  day: string | undefined,
  time: readonly string[],
): Instant | undefined {
  const [hour, minute, second] = time.map(Number);
  return instantFromFields({
    year: Number(year),
    month: months.indexOf(month ?? "") + 1,
    day: Number(day),
    hour: hour ?? 0,
    minute: minute ?? 0,
    second: second ?? 0,
    micro: 0,
  });
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}
