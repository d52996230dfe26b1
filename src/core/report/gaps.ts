// What is missing of a sync and whether that is late: the same answer for a run's report, its exit code and status.
// Pure in ledger, configuration and clock.

import { countOpen, type OpenWindows } from "../plan/open-windows.ts";
import { isParked, isWaived } from "../plan/standing.ts";
import { coverageOf, type SyncState, syncHorizon } from "../plan/sync-state.ts";
import type { RunRecord } from "../record/run-record.ts";
import { longestMicros } from "../time/duration.ts";
import type { Instant } from "../time/instant.ts";
import { gaps, newestCovered } from "../window/coverage.ts";
import { compareWindows, intersect } from "../window/window.ts";
import type { Gap } from "./gap.ts";

/** What coverage lacks in `[window.start, horizon)`, cut by the records that stand in it (L2; contract 1, gap). */
export function gapsOf(state: SyncState, now: Instant): readonly Gap[] {
  const { spec } = state;
  const missing = gaps(coverageOf(state), spec.window.start, syncHorizon(spec, now));
  return missing.flatMap((range) => {
    const recorded = state.records
      .map((record) => ({ record, part: intersect(record.window, range) }))
      .filter((one) => one.part !== undefined);
    const found: Gap[] = [];
    let from = range.start;
    for (const { record, part } of recorded) {
      if (part === undefined) continue;
      if (from < part.start)
        found.push({ sync: spec.id, window: { start: from, end: part.start }, state: "open" });
      found.push({ sync: spec.id, window: part, state: gapState(record, state) });
      from = part.end;
    }
    if (from < range.end)
      found.push({ sync: spec.id, window: { start: from, end: range.end }, state: "open" });
    return found.toSorted((a, b) => compareWindows(a.window, b.window));
  });
}

function gapState(record: RunRecord, state: SyncState): Gap["state"] {
  if (isWaived(record)) return "waived";
  if (record.status === "running") return "running";
  if (record.status !== "failed") return "open";
  if (record.error.code === "retention") return "lost";
  return isParked(record, state.spec) ? "parked" : "failed";
}

/** Contract 1: a due window, and the newest covered instant older than `step + delay + 3 x every`. */
export function isStalled(state: SyncState, open: OpenWindows, now: Instant): boolean {
  if (countOpen(open) === 0) return false;
  const { window, run } = state.spec;
  const newest = newestCovered(coverageOf(state)) ?? window.start;
  const covered = Math.max(newest, window.start);
  const allowed = longestMicros(window.step) + window.delayMicros + 3 * longestMicros(run.every);
  return now - covered > allowed;
}
