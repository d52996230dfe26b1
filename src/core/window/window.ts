// Half-open ranges on the watermark axis. Nothing in Tidemark has an inclusive end.

import { formatInstant, type Instant } from "../time/instant.ts";

/** `[start, end)` in UTC instants; `start < end`. */
export interface Window {
  readonly start: Instant;
  readonly end: Instant;
}

/** Whether the instant lies in `[start, end)`. */
export function contains(window: Window, at: Instant): boolean {
  return window.start <= at && at < window.end;
}

/** Whether two half-open ranges share an instant. Touching ranges do not. */
export function overlap(a: Window, b: Window): boolean {
  return a.start < b.end && b.start < a.end;
}

/** What two ranges share, or undefined. */
export function intersect(a: Window, b: Window): Window | undefined {
  const start = a.start > b.start ? a.start : b.start;
  const end = a.end < b.end ? a.end : b.end;
  return start < end ? { start, end } : undefined;
}

/** Whether two or more parts, in order, are together the parent: no gap, no overlap, none empty (L1). */
export function tiles(parent: Window, parts: readonly Window[]): boolean {
  let from: Instant = parent.start;
  for (const part of parts) {
    if (part.start !== from || part.end <= part.start) return false;
    from = part.end;
  }
  return from === parent.end && parts.length > 1;
}

/** Orders windows by start, then end. */
export function compareWindows(a: Window, b: Window): number {
  return a.start - b.start || a.end - b.end;
}

/** `[start, end)` for messages and logs. */
export function formatWindow(window: Window): string {
  return `[${formatInstant(window.start)}, ${formatInstant(window.end)})`;
}
