// Cross-field rules of a sync about time: precision, zones, step, cadence, retention. Paths are below the sync.

import { isWithoutOffset } from "../core/source/bound-text.ts";
import type { SyncSpec, TimeFormat } from "../core/sync/sync-spec.ts";
import { dayMicros, elapsed, formatDuration, longestMicros } from "../core/time/duration.ts";
import { formatInstant } from "../core/time/instant.ts";
import { localFields } from "../core/time/zone.ts";
import { windowsPerRun } from "./normalize-sync.ts";
import { mismatch, type Problem } from "./problem.ts";

/** All problems of a sync's times. */
export function windowProblems(sync: SyncSpec): readonly Problem[] {
  return [
    ...runKeepsUp(sync),
    ...startIsMultiple(sync),
    ...stepIsMultiple(sync),
    ...dayStepsAreDays(sync),
    ...zonesAgree(sync),
    ...delayCoversPrecision(sync),
    ...dateIsByDay(sync),
    ...zoneIsGiven(sync),
    ...windowIsFetchable(sync),
  ];
}

const windowsMax = 10_000;

/** A run must be able to do more than falls due between two runs, or a sync can never catch up (contract 2, L12). */
function runKeepsUp({ run, window }: SyncSpec): readonly Problem[] {
  const due = windowsPerRun(run.every, window.step);
  const every = formatDuration(run.every);
  const step = formatDuration(window.step);
  if (run.maxWindows > windowsMax || due >= windowsMax) {
    const path = ["window", "step"];
    const expected = `fewer than ${windowsMax} windows in ${every}`;
    return [
      { path, text: `expected ${expected}, found ${due}; lengthen step or shorten run.every` },
    ];
  }
  if (run.maxWindows > due) return [];
  const expected = `more than ${due}, the windows of ${step} that can fall due in ${every}`;
  const remedy = `set at least ${due + 1}, or lengthen step`;
  return [mismatch(["run", "max_windows"], { expected, found: run.maxWindows, remedy })];
}

/** S43: the first edge is a whole multiple of the precision. */
function startIsMultiple({ watermark, window }: SyncSpec): readonly Problem[] {
  const { precisionMicros } = watermark;
  const found = formatInstant(window.start);
  if (precisionMicros < dayMicros) {
    if (window.start % precisionMicros === 0) return [];
    const expected = `a whole multiple of the precision ${nameOf(precisionMicros)}`;
    return [mismatch(["window", "start"], { expected, found, remedy: "round it" })];
  }
  const { hour, minute, second, micro } = localFields(window.timezone, window.start);
  if (hour + minute + second + micro === 0) return [];
  const expected = "midnight in window.timezone, as precision 1d requires";
  return [mismatch(["window", "start"], { expected, found, remedy: "write a date" })];
}

/** S43: so are all others. */
function stepIsMultiple({ watermark, window }: SyncSpec): readonly Problem[] {
  const { precisionMicros } = watermark;
  if (precisionMicros === dayMicros || window.step.micros % precisionMicros === 0) return [];
  const expected = `a whole multiple of the precision ${nameOf(precisionMicros)}`;
  const found = formatDuration(window.step);
  return [mismatch(["window", "step"], { expected, found, remedy: "round it" })];
}

/** S43: with a precision of a day, windows are calendar days or months. */
function dayStepsAreDays({ watermark, window }: SyncSpec): readonly Problem[] {
  if (watermark.precisionMicros < dayMicros || window.step.micros === 0) return [];
  const expected = "whole days or months, as precision 1d requires";
  const found = formatDuration(window.step);
  return [mismatch(["window", "step"], { expected, found, remedy: "write for example 1d" })];
}

/** S43: days of the records are days of the grid. */
function zonesAgree({ watermark, window }: SyncSpec): readonly Problem[] {
  const zone = watermark.timezone ?? "UTC";
  if (watermark.precisionMicros < dayMicros || zone === window.timezone) return [];
  const expected = `${zone}, the zone of the watermark, as precision 1d requires`;
  const remedy = "set both to one zone";
  return [mismatch(["window", "timezone"], { expected, found: window.timezone, remedy })];
}

/** S43: a second change within one unit of the watermark cannot be seen. */
function delayCoversPrecision({ watermark, window }: SyncSpec): readonly Problem[] {
  if (window.delayMicros >= watermark.precisionMicros) return [];
  const expected = `at least the precision ${nameOf(watermark.precisionMicros)}`;
  const found = formatDuration(elapsed(window.delayMicros));
  return [mismatch(["window", "delay"], { expected, found, remedy: "raise delay" })];
}

/** S32: a date says nothing finer than a day. */
function dateIsByDay({ watermark }: SyncSpec): readonly Problem[] {
  if (watermark.format.kind !== "date" || watermark.precisionMicros === dayMicros) return [];
  const found = nameOf(watermark.precisionMicros);
  const expected = "1d, as format date requires";
  return [mismatch(["watermark", "precision"], { expected, found, remedy: "write precision: 1d" })];
}

/** S33, as far as the format tells: a time without offset is never taken for UTC. */
function zoneIsGiven({ watermark }: SyncSpec): readonly Problem[] {
  if (watermark.timezone !== undefined || !isWithoutOffset(watermark.format)) return [];
  const text = `expected a zone, since ${formatName(watermark.format)} has no offset, found nothing; add the zone that the API means`;
  return [{ path: ["watermark", "timezone"], text }];
}

/** S45: a window that is already partly forgotten when it may be read would be cut every time. */
function windowIsFetchable({ window }: SyncSpec): readonly Problem[] {
  const { retentionMicros, delayMicros, step } = window;
  if (retentionMicros === undefined) return [];
  if (retentionMicros >= longestMicros(step) + delayMicros) return [];
  const expected = "at least step and delay together";
  const found = formatDuration(elapsed(retentionMicros));
  return [mismatch(["window", "retention"], { expected, found, remedy: "shorten step" })];
}

function formatName(format: TimeFormat): string {
  return format.kind === "pattern" ? "this pattern" : format.kind;
}

function nameOf(precisionMicros: number): string {
  return precisionMicros === dayMicros ? "1d" : formatDuration(elapsed(precisionMicros));
}
