// UTC instants in whole microseconds. Everything behind the edges uses these; text is parsed once and strictly (S31).

declare const instantBrand: unique symbol;

/**
 * Microseconds since 1970-01-01T00:00:00Z. A double holds them exactly from 1684 to 2255; outside of
 * that a watermark loses microseconds, which no window can notice since windows lie inside.
 */
export type Instant = number & { readonly [instantBrand]: true };

/** Earliest and latest instant that a window edge may have (exact in a double). */
export const instantMin: Instant = instantOf(-9_007_199_254_740_000);
export const instantMax: Instant = instantOf(9_007_199_254_740_000);

const dayMicros = 86_400_000_000;

/** The instant at that many microseconds of the epoch. */
export function instantOf(micros: number): Instant {
  return micros as Instant;
}

/** The instant of epoch milliseconds; fractions of a microsecond are cut. */
export function instantOfMs(ms: number): Instant {
  return instantOf(Math.floor(ms * 1000));
}

/** Epoch milliseconds of an instant, rounded down. */
export function msOf(instant: Instant): number {
  return Math.floor(instant / 1000);
}

/** The instant moved by microseconds. */
export function plusMicros(instant: Instant, micros: number): Instant {
  return instantOf(instant + micros);
}

/** The fields of a date and time of day in UTC; `month` and `day` count from 1. */
export interface UtcFields {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly micro: number;
}

/** Fields to instant, or undefined if they name no real time (proleptic Gregorian, no leap seconds). */
export function instantFromFields(fields: UtcFields): Instant | undefined {
  const { year, month, day, hour, minute, second, micro } = fields;
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59 || micro > 999_999) return undefined;
  const seconds = daysFromCivil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
  return instantOf(seconds * 1_000_000 + micro);
}

/** Instant to fields in UTC. */
export function fieldsOf(instant: Instant): UtcFields {
  const days = Math.floor(instant / dayMicros);
  const rest = instant - days * dayMicros;
  const second = Math.floor(rest / 1_000_000);
  return {
    ...civilFromDays(days),
    hour: Math.floor(second / 3600),
    minute: Math.floor(second / 60) % 60,
    second: second % 60,
    micro: rest - second * 1_000_000,
  };
}

const utcPattern = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?Z$/;

/** Parses `YYYY-MM-DDTHH:mm:ss[.f]Z` and nothing else; the form of the ledger and of inputs. */
export function parseInstant(text: string): Instant | undefined {
  const match = utcPattern.exec(text);
  if (match === null) return undefined;
  return instantFromFields({
    year: Number(match[1]),
    month: Number(match[2]),
    day: Number(match[3]),
    hour: Number(match[4]),
    minute: Number(match[5]),
    second: Number(match[6]),
    micro: Number((match[7] ?? "").padEnd(6, "0")),
  });
}

/** Writes UTC with `Z` and the fewest of 0, 3, 6 decimals (S31). */
export function formatInstant(instant: Instant): string {
  const f = fieldsOf(instant);
  const date = `${pad(f.year, 4)}-${pad(f.month, 2)}-${pad(f.day, 2)}`;
  return `${date}T${pad(f.hour, 2)}:${pad(f.minute, 2)}:${pad(f.second, 2)}${fraction(f.micro)}Z`;
}

/** Writes `20261123T000000Z`, finer ones `20261123T000000.123Z`: the form of paths and run ids. */
export function formatCompact(instant: Instant): string {
  return formatInstant(instant).replaceAll(/[-:]/g, "");
}

const compactPattern = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})(\.\d{3}|\.\d{6})?Z$/;

/** Parses what formatCompact writes, in exactly that form. */
export function parseCompact(text: string): Instant | undefined {
  const m = compactPattern.exec(text);
  if (m === null) return undefined;
  const instant = parseInstant(`${m[1]}-${m[2]}-${m[3]}T${m[4]}:${m[5]}:${m[6]}${m[7] ?? ""}Z`);
  return instant !== undefined && formatCompact(instant) === text ? instant : undefined;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

function fraction(micro: number): string {
  if (micro === 0) return "";
  const digits = pad(micro, 6);
  return digits.endsWith("000") ? `.${digits.slice(0, 3)}` : `.${digits}`;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) {
    const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
    return leap ? 29 : 28;
  }
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

// The two conversions between a civil date and a day number count in 400-year eras that begin on 1 March,
// so that the leap day comes last. They are calendar arithmetic of UTC; zones are zone.ts.
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function civilFromDays(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthIndex = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return { year, month, day: dayOfYear - Math.floor((153 * monthIndex + 2) / 5) + 1 };
}
