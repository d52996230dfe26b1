// Fetch: the range that a read delivers, and the bounds sent for it (S38, S39, S41, S42). The server may return
// more than the range, never less: bounds are only ever widened, and the client decides (S40).

import type { FilterSpec, SyncSpec } from "../sync/sync-spec.ts";
import { dayMicros } from "../time/duration.ts";
import {
  fieldsOf,
  type Instant,
  instantFromFields,
  instantOf,
  type UtcFields,
} from "../time/instant.ts";
import { instantFromLocal, instantsFromLocal, localFields } from "../time/zone.ts";
import type { Window } from "../window/window.ts";
import { type BoundValue, isWithoutOffset, writeBound, writtenUnitMicros } from "./bound-text.ts";

/** `[from, to)`: what a read delivers. */
export interface ReadRange {
  readonly from: Instant;
  readonly to: Instant;
}

/** What a range is made from. */
export interface RangeInput {
  readonly sync: SyncSpec;
  readonly window: Window;
  /** No later window of the sync is due (S42). */
  readonly newest: boolean;
  /** When the read starts. */
  readonly readAt: Instant;
  readonly retentionEdge: Instant | undefined;
}

/**
 * The range of a window: lookback before it, but not before `window.start` of the sync (or of an older window
 * itself), cut to the edge of retention (S45); its end moves to the start of the read where the newest window overshoots (S42).
 */
export function readRange(input: RangeInput): ReadRange {
  const { sync, window, retentionEdge } = input;
  const floor = Math.min(sync.window.start, window.start);
  const from = Math.max(window.start - sync.window.lookbackMicros, floor, retentionEdge ?? floor);
  const overshoots = input.newest && sync.filter?.overshoot !== "drop";
  const to = overshoots ? Math.max(window.end, input.readAt) : window.end;
  return { from: instantOf(from), to: instantOf(to) };
}

/** What the end bound is made from: with paging by rows nothing may leave the set by being changed (S42). */
export function endBoundInstant(sync: SyncSpec, window: Window, range: ReadRange): Instant {
  const isOvershoot = range.to > window.end;
  return isOvershoot && sync.pages.keyset === undefined
    ? instantOf(range.to + dayMicros)
    : range.to;
}

/** A bound: the instant it stands for, and as it is written. */
export interface SentBound {
  readonly at: Instant;
  readonly value: BoundValue;
}

/** The start bound for records from `from` on, widened to what the server really compares (S38, S39). */
export function startBound(filter: FilterSpec, from: Instant): SentBound {
  const clock = clockOf(filter);
  const outer = filter.timezone === "account" ? instantOf(from - accountMicros) : from;
  const floored = clock.floor(outer);
  const at = filter.start === "inclusive" ? floored : clock.before(floored);
  return written(filter, clock, moveOut(filter, clock, at, "back"));
}

/** The end bound for records before `to`; undefined when the API has none (S38, S39, S41). */
export function endBound(filter: FilterSpec, to: Instant): SentBound | undefined {
  if (filter.end === undefined) return undefined;
  const clock = clockOf(filter);
  const outer = filter.timezone === "account" ? instantOf(to + accountMicros) : to;
  const ceiled = clock.ceil(outer);
  const at = filter.end === "unknown" ? clock.after(ceiled) : ceiled;
  return written(filter, clock, moveOut(filter, clock, at, "on"));
}

/** A keyset position: the watermark itself, not widened (S53). */
export function exactBound(filter: FilterSpec, watermark: Instant): SentBound {
  return written(filter, clockOf(filter), watermark);
}

/** The widest offset from UTC (S39). */
const accountMicros = 14 * 3_600_000_000;

/** Granules of a filter on the clock of its zone. */
interface GranuleClock {
  readonly zone: string;
  readonly unit: number;
  /** The beginning of the granule that holds the instant. */
  floor(at: Instant): Instant;
  /** The instant if it begins a granule, else the beginning of the next. */
  ceil(at: Instant): Instant;
  /** One granule on or back, from the beginning of one. */
  after(at: Instant): Instant;
  before(at: Instant): Instant;
}

function clockOf(filter: FilterSpec): GranuleClock {
  const zone = filter.timezone === "account" ? "UTC" : filter.timezone;
  // A format coarser than the granularity would cut the bound, so its own unit counts then.
  const unit = Math.max(filter.granularityMicros, writtenUnitMicros(filter.format));
  return zone !== "UTC" && unit % dayMicros === 0
    ? dayClock(zone, unit / dayMicros)
    : elapsedClock(zone, unit);
}

// Below a day, the distance to the last whole unit on the wall clock is elapsed time.
function elapsedClock(zone: string, unit: number): GranuleClock {
  const past = (at: Instant): number => {
    const wall = zone === "UTC" ? at : wallMicros(localFields(zone, at));
    return ((wall % unit) + unit) % unit;
  };
  return {
    zone,
    unit,
    floor: (at) => instantOf(at - past(at)),
    ceil: (at) => (past(at) === 0 ? at : instantOf(at - past(at) + unit)),
    after: (at) => instantOf(at + unit),
    before: (at) => instantOf(at - unit),
  };
}

// Days of a zone have 23 to 25 hours: they are counted on the calendar and begin at their first instant.
function dayClock(zone: string, days: number): GranuleClock {
  const dayOf = (at: Instant): number => Math.floor(wallMicros(localFields(zone, at)) / dayMicros);
  const start = (day: number): Instant => {
    const midnight = fieldsOf(instantOf(day * dayMicros));
    return instantsFromLocal(zone, midnight)[0] ?? instantFromLocal(zone, midnight);
  };
  const first = (at: Instant): number => {
    const day = dayOf(at);
    return day - (((day % days) + days) % days);
  };
  return {
    zone,
    unit: days * dayMicros,
    floor: (at) => start(first(at)),
    ceil: (at) => (start(first(at)) === at ? at : start(first(at) + days)),
    after: (at) => start(dayOf(at) + days),
    before: (at) => start(dayOf(at) - days),
  };
}

function wallMicros(fields: UtcFields): number {
  return instantFromFields(fields) ?? Number.NaN;
}

/** Clocks go back by at most a day, so this many minutes always lead out of what occurs twice. */
const stepsMax = 2 * 24 * 60;

// S39: without an offset, a local time that occurs twice or never says less than an instant. It moves outward to
// the next that occurs once: minute by minute, since zones change on whole minutes, then to the last unit of it.
function moveOut(
  filter: FilterSpec,
  clock: GranuleClock,
  at: Instant,
  towards: "back" | "on",
): Instant {
  if (clock.zone === "UTC" || !isWithoutOffset(filter.format) || occursOnce(clock, at)) return at;
  const wholeDays = clock.unit % dayMicros === 0;
  const stepMicros = Math.max(clock.unit, 60_000_000);
  const sign = towards === "back" ? -1 : 1;
  let moved = wholeDays ? at : roundMinute(at, sign);
  for (let steps = 0; steps < stepsMax && !occursOnce(clock, moved); steps += 1) {
    if (!wholeDays) moved = instantOf(moved + sign * stepMicros);
    else moved = towards === "back" ? clock.before(moved) : clock.after(moved);
  }
  const finest = instantOf(moved + (towards === "back" ? stepMicros - clock.unit : 0));
  return occursOnce(clock, finest) ? finest : moved;
}

function roundMinute(at: Instant, sign: number): Instant {
  return instantOf(sign * Math.ceil((sign * at) / 60_000_000) * 60_000_000);
}

// Of a day granule the label is its midnight, which may be missing although the day is not.
function occursOnce(clock: GranuleClock, at: Instant): boolean {
  const fields = localFields(clock.zone, at);
  const label =
    clock.unit % dayMicros === 0 ? { ...fields, hour: 0, minute: 0, second: 0, micro: 0 } : fields;
  return instantsFromLocal(clock.zone, label).length === 1;
}

function written(filter: FilterSpec, clock: GranuleClock, at: Instant): SentBound {
  const value = writeBound(at, {
    format: filter.format,
    zone: clock.zone,
    granularityMicros: filter.granularityMicros,
  });
  return { at, value };
}
