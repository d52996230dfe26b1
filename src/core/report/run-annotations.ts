// What a run and the standing of its syncs have to say beside the log: one annotation per sync and kind of finding,
// windows together (G29). Serves annotations.ts, which clamps.

import type { FailedRecord, RunRecord } from "../record/run-record.ts";
import { type Annotation, annotation } from "./annotation.ts";
import { faultsOf } from "./faults.ts";
import type { Published } from "./published.ts";
import { mayHelpToRerun } from "./remedies.ts";
import type { RunReport } from "./run-report.ts";
import { slackAdvice } from "./slack.ts";
import type { StatusView } from "./status-view.ts";
import type { SyncStatus } from "./sync-status.ts";
import { counted, failuresText, spanText } from "./words.ts";

/** Of a run: why it is red, what failed or is parked, and what is worth a look. */
export function runAnnotations(
  report: RunReport,
  published: Published,
  gapsFail: boolean,
): readonly Annotation[] {
  const { parked, sentences } = faultsOf(report);
  return [
    ...sentences.map((fault) => annotation("error", "run failed", fault)),
    ...ofParked(parked),
    ...ofFailures(report, parked),
    ...publishedAnnotations(published),
    ...ofWarnings(report.settled),
    ...report.notes.map((note) => annotation("warning", "note", note)),
    ...standingAnnotations(report.standings, gapsFail),
  ];
}

function ofParked(parked: readonly FailedRecord[]): readonly Annotation[] {
  return [...Map.groupBy(parked, ({ sync }) => sync)].flatMap(([sync, own]) => {
    const [first] = own;
    if (first === undefined) return [];
    const message = `${sync}: ${failuresText(own, "parked")}; first: ${first.error.message}; ${remedyText(first)}`;
    return [annotation("error", "windows parked", message)];
  });
}

function remedyText(record: FailedRecord): string {
  const again = mayHelpToRerun(record) ? `mode rerun with run_id ${record.runId}, or ` : "";
  return `remedy: ${again}give it up with tidemark waive`;
}

function ofFailures(report: RunReport, parked: readonly FailedRecord[]): readonly Annotation[] {
  const known = new Set(parked.map(({ runId }) => runId));
  const failed = report.settled.filter(
    (record) => record.status === "failed" && !known.has(record.runId),
  );
  const level = report.status === "failed" ? "error" : "warning";
  return [...Map.groupBy(failed, ({ sync }) => sync)].map(([sync, records]) => {
    const own = records.filter((record) => record.status === "failed");
    const first = own[0]?.error.message ?? "";
    return annotation(
      level,
      "windows failed",
      `${sync}: ${failuresText(own, "failed")}; first: ${first}`,
    );
  });
}

function ofWarnings(settled: readonly RunRecord[]): readonly Annotation[] {
  const found = settled.flatMap((record) =>
    record.warnings.map((warning) => ({ warning, record })),
  );
  const groups = Map.groupBy(found, ({ warning, record }) => `${record.sync} ${warning.code}`);
  return [...groups.values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined) return [];
    const span = spanText(own.map(({ record }) => record.window));
    const message = `${first.record.sync}: ${first.warning.code} in ${counted(own.length, "window")}, ${span}; first: ${first.warning.message}`;
    return [annotation("warning", "window with a warning", message)];
  });
}

/** A pull request that GitHub refused, or a copy that could not be made. */
export function publishedAnnotations(published: Published): readonly Annotation[] {
  return published.kind === "refused" || published.kind === "failed"
    ? [annotation("warning", "pull request", published.warning)]
    : [];
}

/** What stands still: damaged folders and syncs that cover nothing newer. */
export function stoppedAnnotations({ syncs }: StatusView): readonly Annotation[] {
  return syncs.flatMap((entry) => {
    if (entry.kind === "sound")
      return entry.status.isStalled
        ? [
            annotation(
              "error",
              "sync stalled",
              `${entry.status.spec.name}: nothing newer is covered`,
            ),
          ]
        : [];
    const [first] = entry.problems;
    const why = first === undefined ? "" : `, first: ${first.path}: ${first.reason}`;
    const message = `${entry.spec.name}: ${counted(entry.problems.length, "damaged file")}${why}`;
    return [annotation("error", "sync stopped", message)];
  });
}

/** What is worth a look although nothing failed. */
export function standingAnnotations(view: StatusView, gapsFail: boolean): readonly Annotation[] {
  return soundOf(view).flatMap((status) => {
    const { spec, gaps, stale } = status;
    const states = [...Map.groupBy(gaps, ({ state }) => state)].map(
      ([state, own]) => `${own.length} ${state}`,
    );
    const advice = slackAdvice(status);
    return [
      ...(gaps.length > 0
        ? [
            annotation(
              gapsFail ? "error" : "notice",
              "coverage has gaps",
              `${spec.name}: ${counted(gaps.length, "gap")} (${states.join(", ")}), ${spanText(gaps.map(({ window }) => window))}`,
            ),
          ]
        : []),
      ...(stale.length > 0
        ? [
            annotation(
              "notice",
              "read with another mapping",
              `${spec.name}: ${counted(stale.length, "range")}, ${spanText(stale)}; remedy: mode backfill with reprocess stale, the inputs are in the job summary`,
            ),
          ]
        : []),
      ...(advice === undefined ? [] : [annotation("notice", "little time between runs", advice)]),
    ];
  });
}

function soundOf(view: StatusView): readonly SyncStatus[] {
  return view.syncs.flatMap((entry) => (entry.kind === "sound" ? [entry.status] : []));
}
