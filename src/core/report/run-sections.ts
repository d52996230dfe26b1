// The job summary of a run: headline, why it is red, syncs, coverage, failures, gaps, orders, time, notes. Serves
// summary.ts.

import type { FailedRecord, RunRecord } from "../record/run-record.ts";
import { formatInstant } from "../time/instant.ts";
import type { ActionResult, PagePlace, StepVerdict } from "./action-result.ts";
import { bullets } from "./bullets.ts";
import { faultsOf } from "./faults.ts";
import { code, link, plain, tableHead, tableRow } from "./markdown.ts";
import { clampNotes } from "./outputs.ts";
import { commitLink } from "./page-links.ts";
import { orderedTable } from "./plan-sections.ts";
import type { RunReport } from "./run-report.ts";
import { paragraph, type Section } from "./sections.ts";
import { budgetAdvice, budgetText, slackAdvice } from "./slack.ts";
import { coverageStrips, stoppedSyncs, syncTable } from "./sync-sections.ts";
import {
  failedWindows,
  gapTable,
  openOrders,
  staleRanges,
  windowTable,
} from "./window-sections.ts";
import { counted, failuresText, spanText, windowText } from "./words.ts";

type RunResult = Extract<ActionResult, { kind: "run" }>;

const statusWords: Readonly<Record<RunReport["status"], string>> = {
  ok: "Every window of this run succeeded.",
  nothing_due: "No window was due.",
  partial: "Not every window succeeded; later runs go on by themselves.",
  failed: "Something went wrong that a person should look at.",
};

/** The sections of a run, most urgent first. */
export function runSections(
  result: RunResult,
  place: PagePlace,
  verdict: StepVerdict,
): readonly Section[] {
  const { report, ordered } = result;
  const { standings, settled } = report;
  return [
    headline(result, place),
    ...bullets(
      verdict.isRed ? "### Why this run is red" : "### What went wrong",
      reasonsOf(report, verdict),
      "reason",
    ),
    ...stoppedSyncs(standings),
    ...syncTable(standings, settled),
    ...coverageStrips(standings),
    ...failedWindows(standings, settled, place),
    ...failedItems(settled),
    ...gapTable(report.gaps, standings),
    ...windowTable("### Windows of this run", settled),
    ...orderedTable(
      "### Ordered by this run",
      ordered.map((view) => ({ view, published: { kind: "none" } })),
    ),
    ...openOrders(standings),
    ...staleRanges(standings),
    ...bullets("### Time", advices(report), "line"),
    ...bullets("### Notes", notesOf(result), "note"),
  ];
}

function headline({ report, published }: RunResult, place: PagePlace): Section {
  const { windowsSucceeded, windowsFailed, windowsRemaining, windowsParked } = report;
  const windows = `${counted(windowsSucceeded, "window")} succeeded, ${windowsFailed} failed, ${windowsRemaining} remaining, ${windowsParked} parked`;
  const records = `${counted(report.recordsFetched, "record")} fetched, ${report.recordsProcessed} processed, ${report.recordsFailed} failed`;
  const { ledgerCommit: commit } = report;
  const links = [
    ...(commit === undefined ? [] : [`ledger commit ${commitLink(commit, place)}`]),
    ...(published.kind === "open" ? [link("pull request of the ledger", published.url)] : []),
    ...(published.kind === "refused" ? [link("open a pull request", published.url)] : []),
  ];
  return paragraph(
    `## Tidemark: ${report.status.replace("_", " ")}`,
    "",
    `${statusWords[report.status]} ${windows}; ${records}; ${budgetText(report.budget)}.`,
    ...(links.length === 0 ? [] : ["", `Links: ${links.join(", ")}`]),
  );
}

function reasonsOf(report: RunReport, { gapsFail }: StepVerdict): readonly string[] {
  const { parked, failed, sentences } = faultsOf(report);
  const { gaps } = report;
  const lacks =
    gapsFail && gaps.length > 0
      ? [`fail-on is gap, and coverage has ${counted(gaps.length, "gap")}; see gaps`]
      : [];
  return [...sentences, ...together(parked, "parked"), ...together(failed, "failed"), ...lacks];
}

function together(records: readonly FailedRecord[], verb: string): readonly string[] {
  return [...Map.groupBy(records, ({ sync }) => sync)].map(
    ([sync, own]) => `${sync}: ${failuresText(own, verb)}; see failed windows`,
  );
}

function failedItems(settled: readonly RunRecord[]): readonly Section[] {
  const rows = settled.flatMap((record) => {
    const window = `${code(record.sync)} ${windowText(record.window)}`;
    const { failedItemsOmitted: omitted } = record;
    return [
      ...record.failedItems.map((item) =>
        tableRow([window, code(item.key), item.stage, code(item.code), plain(item.message)]),
      ),
      ...(omitted > 0
        ? [tableRow([window, `and ${counted(omitted, "item")} more`, "", "", ""])]
        : []),
    ];
  });
  if (rows.length === 0) return [];
  const head = [
    "### Failed items",
    "",
    ...tableHead(["window", "key", "stage", "code", "message"]),
  ];
  return [{ head, rows, tail: [], noun: "failed item" }];
}

function advices(report: RunReport): readonly string[] {
  const slack = report.standings.syncs.map((entry) =>
    entry.kind === "sound" ? slackAdvice(entry.status) : undefined,
  );
  return [...slack, budgetAdvice(report.budget)].filter((advice) => advice !== undefined);
}

function notesOf(result: RunResult): readonly string[] {
  const { report, published } = result;
  const held = report.standings.syncs.flatMap((entry) => {
    if (entry.kind !== "sound" || entry.heldUntil === undefined) return [];
    return [
      `source ${entry.status.spec.source} is left alone until ${formatInstant(entry.heldUntil)}`,
    ];
  });
  const released = report.settled.filter(({ status }) => status === "pending");
  const given = [...Map.groupBy(released, ({ sync }) => sync)].map(
    ([sync, own]) =>
      `${sync}: ${counted(own.length, "window")} given back, ${spanText(own.map(({ window }) => window))}; a later run takes them up`,
  );
  const warnings = report.settled.flatMap((record) =>
    record.warnings.map(({ message }) => `${record.sync} ${windowText(record.window)}: ${message}`),
  );
  const publishing =
    published.kind === "refused" || published.kind === "failed" ? [published.warning] : [];
  return [
    ...new Set([
      ...report.notes,
      ...held,
      ...given,
      ...warnings,
      ...publishing,
      ...clampNotes(result),
    ]),
  ];
}
