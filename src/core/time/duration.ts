// Durations as people write them: `500ms 30s 5m 1h 24h 1d 7d 1mo` or ISO 8601 (contract 2).
// Days and months are calendar units, counted in a zone by zone.ts; everything shorter is elapsed time.

/**
 * Either calendar units (`months` or `days`) or elapsed microseconds; the kinds do not mix, so `1d` in a
 * zone (23 to 25 hours) and `24h` (always 24) are never confused.
 */
export interface Duration {
  readonly months: number;
  readonly days: number;
  readonly micros: number;
}

/** Microseconds of the units that have a fixed length. */
const unitMicros = {
  us: 1,
  ms: 1000,
  s: 1_000_000,
  m: 60_000_000,
  h: 3_600_000_000,
} as const;

/** Microseconds of an elapsed day. */
export const dayMicros = 86_400_000_000;

/** The longest duration accepted, in days; keeps all arithmetic exact. */
const daysMax = 36_600;

/** A duration of that many elapsed microseconds. */
export function elapsed(micros: number): Duration {
  return { months: 0, days: 0, micros };
}

const shortPattern = /^(\d{1,16})(us|ms|s|m|h|d|mo)$/;
const isoPattern =
  /^P(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,8})M)?(?:(\d{1,10})(?:\.(\d{1,6}))?S)?)?$/;

/** Parses a written duration; undefined if it is none, mixes calendar and elapsed units, or exceeds a century. */
export function parseDuration(text: string): Duration | undefined {
  const duration = parseShort(text) ?? parseIso(text);
  if (duration === undefined || approximateMicros(duration) > daysMax * dayMicros) return undefined;
  return duration;
}

function parseShort(text: string): Duration | undefined {
  const match = shortPattern.exec(text);
  if (match === null) return undefined;
  const count = Number(match[1]);
  const unit = match[2];
  if (unit === "mo") return { months: count, days: 0, micros: 0 };
  if (unit === "d") return { months: 0, days: count, micros: 0 };
  return elapsed(count * unitMicros[unit as keyof typeof unitMicros]);
}

function parseIso(text: string): Duration | undefined {
  const match = isoPattern.exec(text);
  if (match === null || text.endsWith("P") || text.endsWith("T")) return undefined;
  const [years, months, weeks, days, hours, minutes, seconds] = match
    .slice(1, 8)
    .map((part) => Number(part ?? 0)) as [number, number, number, number, number, number, number];
  const duration = {
    months: years * 12 + months,
    days: weeks * 7 + days,
    micros:
      hours * unitMicros.h +
      minutes * unitMicros.m +
      seconds * unitMicros.s +
      Number((match[8] ?? "").padEnd(6, "0")),
  };
  const kinds = [duration.months, duration.days, duration.micros].filter((part) => part > 0).length;
  return kinds <= 1 ? duration : undefined;
}

/** Whether nothing is in it. */
export function isZero(duration: Duration): boolean {
  return duration.months === 0 && duration.days === 0 && duration.micros === 0;
}

/** Microseconds with a day of 24 hours and a month of 31 days: the upper estimate for `every` and bounds. */
export function longestMicros(duration: Duration): number {
  return duration.micros + (duration.days + duration.months * 31) * dayMicros;
}

/** Microseconds with a day of 24 hours and a month of 28 days: the lower estimate for `step`. */
export function shortestMicros(duration: Duration): number {
  return duration.micros + (duration.days + duration.months * 28) * dayMicros;
}

/** Elapsed microseconds of a duration whose days count as 24 hours; for `pace.per`, `quota.per`, `delay`. */
export function approximateMicros(duration: Duration): number {
  return duration.micros + (duration.days + duration.months * 30) * dayMicros;
}

/** Writes the shortest form that parses back to the same duration. */
export function formatDuration(duration: Duration): string {
  if (duration.months > 0) return `${duration.months}mo`;
  if (duration.days > 0) return `${duration.days}d`;
  for (const unit of ["h", "m", "s", "ms"] as const) {
    const size = unitMicros[unit];
    if (duration.micros >= size && duration.micros % size === 0)
      return `${duration.micros / size}${unit}`;
  }
  return duration.micros === 0 ? "0s" : `${duration.micros}us`;
}
