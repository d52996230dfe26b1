// Titles and bodies of pull requests: the published copy of the ledger, and an order that waits for its approval
// (contract 3.4, 6.1, G29, G35). Pure; the texts of the result are masked already.

import { formatInstant } from "../time/instant.ts";
import type { PagePlace } from "./action-result.ts";
import { code, link, plain, tableHead, tableRow } from "./markdown.ts";
import type { BackfillView } from "./plan-view.ts";
import type { RunReport } from "./run-report.ts";
import { bodyLimit, fitSections, paragraph, type Section } from "./sections.ts";
import { coverageStrips, stoppedSyncs, syncTable } from "./sync-sections.ts";
import { failedWindows, gapTable, openOrders, windowTable } from "./window-sections.ts";
import { counted, spanText, windowText } from "./words.ts";

/** What a pull request says; the body is Markdown of at most 30,000 characters (G29). */
export interface PullRequestText {
  readonly title: string;
  readonly body: string;
}

/** The copy of the ledger that people merge, as the run that derived it left it (G20). */
export function publishedText(report: RunReport, place: PagePlace): PullRequestText {
  const { settled, standings } = report;
  const sections = [
    paragraph(
      "The run records and data of the ledger branch, for this branch. Merge it whenever you like, in any way. Nothing is lost if you close it or delete its branch: the ledger branch holds everything, and the next run derives this copy anew.",
    ),
    paragraph(`The newest run: ${runWords(report)}.`, ...linkLine(report, place)),
    ...stoppedSyncs(standings),
    ...syncTable(standings, settled),
    ...coverageStrips(standings),
    ...failedWindows(standings, settled, place),
    ...gapTable(report.gaps, standings),
    ...openOrders(standings),
    ...windowTable("### Windows of the newest run", settled),
    lastLine(place),
  ];
  const failed = report.windowsFailed > 0 ? `, ${report.windowsFailed} failed` : "";
  return {
    title: `Tidemark: ${counted(report.windowsSucceeded, "window")} succeeded${failed}`,
    body: fitSections(sections, bodyLimit),
  };
}

function runWords(report: RunReport): string {
  const { windowsSucceeded, windowsFailed, windowsRemaining, windowsParked } = report;
  const windows = `${counted(windowsSucceeded, "window")} succeeded, ${windowsFailed} failed, ${windowsRemaining} remaining, ${windowsParked} parked`;
  return `${windows}; ${counted(report.recordsProcessed, "record")} processed, ${report.recordsFailed} failed`;
}

function linkLine({ ledgerCommit: commit }: RunReport, place: PagePlace): readonly string[] {
  const { repositoryUrl, runUrl } = place;
  const links = [
    ...(runUrl === undefined ? [] : [link("run", runUrl)]),
    ...(commit === undefined || repositoryUrl === undefined
      ? []
      : [link("newest commit of the ledger", `${repositoryUrl}/commit/${commit}`)]),
  ];
  return links.length === 0 ? [] : ["", `Links: ${links.join(", ")}`];
}

/** An order that waits: what it asks for, what it costs, what merging and closing mean (contract 3.4). */
export function orderText(view: BackfillView, place: PagePlace): PullRequestText {
  const { sync, order, windows, beyondRetention } = view;
  const range = windowText({ start: order.from, end: order.to });
  const { requests, minutes } = order.estimate;
  const reason = order.reason === undefined ? [] : [`Reason: ${plain(order.reason)}`, ""];
  const sections = [
    paragraph(
      `An order to read ${range} of ${code(sync)} again, as far as it is ${asksFor[order.reprocess]}.`,
      "",
      ...reason,
      "- **Merge it** and the order is open: the next runs work on it, newest due windows first, at most `run.max_windows` at a time, until it is done.",
      "- **Close it** and it is cancelled; there is nothing to clean up.",
      "- Once merged, removing the order's file from the ledger cancels what is left of it.",
    ),
    paragraph(
      ...tableHead(["order", "windows#", "requests, about#", "minutes, about#", "direction"]),
      tableRow([
        code(order.id),
        String(windows.length),
        String(requests),
        String(minutes),
        `${order.direction} first`,
      ]),
    ),
    {
      head: ["### Windows", "", ...tableHead(["window", "from", "to"])],
      rows: windows.map((window) =>
        tableRow([
          windowText(window),
          code(formatInstant(window.start)),
          code(formatInstant(window.end)),
        ]),
      ),
      tail: [],
      noun: "window",
    },
    ...outOfReach(beyondRetention),
    lastLine(place),
  ];
  const title = `Tidemark: backfill ${sync}, ${counted(windows.length, "window")}, ${spanText(windows)}`;
  return { title, body: fitSections(sections, bodyLimit) };
}

const asksFor: Readonly<Record<BackfillView["order"]["reprocess"], string>> = {
  missing: "not covered yet",
  failed: "failed",
  stale: "delivered with another mapping",
  all: "within reach, whatever is there already",
};

function outOfReach(runIds: readonly string[]): readonly Section[] {
  if (runIds.length === 0) return [];
  const title = "### Out of reach";
  const why = "The source keeps nothing of these windows any more; they stay as they are.";
  return [
    {
      head: [title, "", why, ""],
      rows: runIds.map((runId) => `- ${code(runId)}`),
      tail: [],
      noun: "window",
    },
  ];
}

function lastLine({ version, runUrl }: PagePlace): Section {
  const run = runUrl === undefined ? "" : `, written by ${link("this run", runUrl)}`;
  return paragraph(`Tidemark ${plain(version)}${run}`);
}
