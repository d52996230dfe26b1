// run id <-> path <-> window. A run id is the window, so two runs of one window meet on one path.

import { fieldsOf, formatCompact, parseCompact } from "../time/instant.ts";
import type { Window } from "../window/window.ts";

/** `<id>/<start>--<end>` (contract 3). */
export type RunId = string & { readonly __runId: true };

/** What a run id names. */
export interface RunIdParts {
  readonly syncId: string;
  readonly window: Window;
}

/** The run id of a window of a sync. */
export function runIdOf(syncId: string, window: Window): RunId {
  return `${syncId}/${formatCompact(window.start)}--${formatCompact(window.end)}` as RunId;
}

const runIdPattern = /^([a-z0-9][a-z0-9_-]{0,62})\/([0-9T.]+Z)--([0-9T.]+Z)$/;

/** Parses a run id; undefined when it is none, or its window is empty or reversed. */
export function parseRunId(text: string): RunIdParts | undefined {
  const match = runIdPattern.exec(text);
  if (match === null) return undefined;
  const [, syncId, startText, endText] = match;
  const start = parseCompact(startText ?? "");
  const end = parseCompact(endText ?? "");
  if (syncId === undefined || start === undefined || end === undefined || start >= end)
    return undefined;
  return { syncId, window: { start, end } };
}

/** The record's path below the ledger folder: `<id>/<YYYY>/<MM>/<start>--<end>.json`. */
export function recordPath(syncId: string, window: Window): string {
  const { year, month } = fieldsOf(window.start);
  const folder = `${String(year).padStart(4, "0")}/${String(month).padStart(2, "0")}`;
  return `${syncId}/${folder}/${formatCompact(window.start)}--${formatCompact(window.end)}.json`;
}

/** The inverse of recordPath; undefined for any other path. */
export function parseRecordPath(path: string): RunIdParts | undefined {
  const match = /^([^/]+)\/\d{4}\/\d{2}\/([^/]+)\.json$/.exec(path);
  if (match === null) return undefined;
  const parts = parseRunId(`${match[1]}/${match[2]}`);
  return parts !== undefined && recordPath(parts.syncId, parts.window) === path ? parts : undefined;
}
