// Wall clocks of IANA zones, both ways, through a Temporal implementation: the one place where zone rules are
// applied. Used by the grid, by zoneless watermarks and bounds; what is in UTC never comes here.

import { Temporal } from "temporal-polyfill";

import { dayMicros, type Duration } from "./duration.ts";
import { type Instant, instantOf, type UtcFields } from "./instant.ts";

/** Whether the name is an IANA zone that this runtime knows; offsets such as `+02:00` are none. */
export function isZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]*$/.test(name)) return false;
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
}

/** The wall clock of a zone at an instant. */
export function localFields(zone: string, at: Instant): UtcFields {
  const local = zoned(zone, at);
  return {
    year: local.year,
    month: local.month,
    day: local.day,
    hour: local.hour,
    minute: local.minute,
    second: local.second,
    micro: local.millisecond * 1000 + local.microsecond,
  };
}

/** The readings of a local time, ascending: none in a gap, two where clocks go back (S33, S39). */
export function instantsFromLocal(zone: string, fields: UtcFields): readonly Instant[] {
  const local = plain(fields);
  const earlier = toInstant(local.toZonedDateTime(zone, { disambiguation: "earlier" }));
  const later = toInstant(local.toZonedDateTime(zone, { disambiguation: "later" }));
  if (earlier === later) return [later];
  return toFieldsText(zone, later) === local.toString() ? [earlier, later] : [];
}

/** One reading: the later of two, and in a gap moved on by the gap (S33). */
export function instantFromLocal(zone: string, fields: UtcFields): Instant {
  return toInstant(plain(fields).toZonedDateTime(zone, { disambiguation: "later" }));
}

/**
 * `at` plus `count` durations. Calendar units are counted on the zone's wall clock from `at` itself, so that
 * the k-th edge does not depend on the edges before it; elapsed ones are elapsed. `count` may be negative.
 */
export function addDuration(at: Instant, duration: Duration, count: number, zone: string): Instant {
  if (duration.months === 0 && (duration.days === 0 || zone === "UTC"))
    return instantOf(at + (duration.micros + duration.days * dayMicros) * count);
  const moved = zoned(zone, at).add({
    months: duration.months * count,
    days: duration.days * count,
  });
  return toInstant(moved);
}

function zoned(zone: string, at: Instant): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochNanoseconds(BigInt(at) * 1000n).toZonedDateTimeISO(zone);
}

function toInstant(at: Temporal.ZonedDateTime): Instant {
  return instantOf(Number(at.epochNanoseconds / 1000n));
}

function toFieldsText(zone: string, at: Instant): string {
  return zoned(zone, at).toPlainDateTime().toString();
}

function plain(fields: UtcFields): Temporal.PlainDateTime {
  return new Temporal.PlainDateTime(
    fields.year,
    fields.month,
    fields.day,
    fields.hour,
    fields.minute,
    fields.second,
    Math.floor(fields.micro / 1000),
    fields.micro % 1000,
  );
}
