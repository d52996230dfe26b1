// Windows and numbers as people say them, for every line that is printed.

import type { FailedRecord } from "../record/run-record.ts";
import { dayMicros } from "../time/duration.ts";
import { formatInstant } from "../time/instant.ts";
import { compareWindows, type Window } from "../window/window.ts";

/** A window as people say it: a UTC day by its date, others by both ends. */
export function windowText(window: Window): string {
  const start = formatInstant(window.start);
  return isDay(window)
    ? start.slice(0, 10)
    : `${shortText(start)} to ${shortText(formatInstant(window.end))}`;
}

function isDay({ start, end }: Window): boolean {
  return start % dayMicros === 0 && end - start === dayMicros;
}

/** A number of things, with its noun in the right form. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** What folding did, or would do where it made no commit. */
export function foldedText({
  folded,
  commit,
}: {
  readonly folded: number;
  readonly commit: string | undefined;
}): string {
  if (folded === 0) return "nothing to fold";
  return `${commit === undefined ? "would fold" : "folded"} ${counted(folded, "window")}`;
}

function shortText(instant: string): string {
  return instant.endsWith("T00:00:00Z") ? instant.slice(0, 10) : instant;
}

/** A length of time in its largest unit that says enough: `45 s`, `90 min`, `36 h`, `12 d`. */
export function lengthText(micros: number): string {
  const seconds = Math.max(0, micros) / 1_000_000;
  if (seconds < 120) return `${Math.round(seconds * 10) / 10} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** Several windows by the first and the last: `2026-11-01 to 2026-11-12` are twelve days, both of them included. */
export function spanText(windows: readonly Window[]): string {
  const sorted = windows.toSorted(compareWindows);
  const [first] = sorted;
  const last = sorted.at(-1);
  if (first === undefined || last === undefined) return "";
  if (sorted.length === 1) return windowText(first);
  const areDays = isDay(first) && isDay(last);
  return areDays
    ? `${windowText(first)} to ${windowText(last)}`
    : windowText({ start: first.start, end: last.end });
}

/** Failed windows in a few words: `12 windows failed (timeout), 2026-11-01 to 2026-11-12`. */
export function failuresText(records: readonly FailedRecord[], verb: string): string {
  const codes = [...Map.groupBy(records, ({ error }) => error.code)];
  const named = codes.map(([code, own]) => (codes.length === 1 ? code : `${code} ${own.length}`));
  const span = spanText(records.map(({ window }) => window));
  return `${counted(records.length, "window")} ${verb} (${named.join(", ")}), ${span}`;
}
