// One gap: what coverage lacks and in which state it is. The words only; gaps.ts finds them.

import { formatInstant } from "../time/instant.ts";
import type { Window } from "../window/window.ts";

/** What is missing of a range, and why (contract 9). */
export interface Gap {
  readonly sync: string;
  readonly window: Window;
  readonly state: "open" | "failed" | "parked" | "running" | "lost" | "waived";
}

/** Neighbours of one sync and state as one range, for people; the strip tells them apart. */
export function joinGaps(found: readonly Gap[]): readonly Gap[] {
  const joined: Gap[] = [];
  for (const gap of found) {
    const last = joined.at(-1);
    const continues =
      last !== undefined &&
      last.sync === gap.sync &&
      last.state === gap.state &&
      last.window.end === gap.window.start;
    if (continues) {
      const window = { start: last.window.start, end: gap.window.end };
      joined[joined.length - 1] = { ...last, window };
    } else joined.push(gap);
  }
  return joined;
}

/** `{sync, start, end, state}` (contract 9). */
export function gapJson(gap: Gap): Readonly<Record<string, string>> {
  const { sync, window, state } = gap;
  return { sync, start: formatInstant(window.start), end: formatInstant(window.end), state };
}
