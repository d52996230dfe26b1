// The job summary of every mode (contract 6, G29): what happened in words and numbers, how the syncs stand, what a
// person should do. Pure; the texts of the result are masked already (action-result.ts).

import type { ActionResult, PagePlace, StepVerdict } from "./action-result.ts";
import { errorSections } from "./error-sections.ts";
import { code, link, plain } from "./markdown.ts";
import { commitLink } from "./page-links.ts";
import { orderSections, planSections } from "./plan-sections.ts";
import { runSections } from "./run-sections.ts";
import { fitSections, paragraph, type Section, summaryLimit } from "./sections.ts";
import type { StatusView } from "./status-view.ts";
import { coverageStrips, retiredFolders, stoppedSyncs, syncTable } from "./sync-sections.ts";
import { verifySections } from "./verify-sections.ts";
import { failedWindows, gapTable, openOrders, staleRanges } from "./window-sections.ts";
import { counted, foldedText } from "./words.ts";

/** The page, at most 900 KiB (G29). */
export function summaryMarkdown(
  result: ActionResult,
  place: PagePlace,
  verdict: StepVerdict,
): string {
  return fitSections([...sectionsOf(result, place, verdict), lastLine(place)], summaryLimit);
}

function sectionsOf(
  result: ActionResult,
  place: PagePlace,
  verdict: StepVerdict,
): readonly Section[] {
  switch (result.kind) {
    case "run":
      return runSections(result, place, verdict);
    case "plan":
      return planSections(result.plan, result.matrix);
    case "orders":
      return orderSections(result.orders, result.isDryRun);
    case "status":
      return statusSections(result.view, place);
    case "verify":
      return verifySections(result.view);
    case "compact":
      return [paragraph(`## Tidemark: ${foldedText(result)}`)];
    case "own_push":
      return [
        paragraph(
          "## Tidemark: nothing due",
          "",
          "This push brought a commit of Tidemark itself; there is nothing to react to.",
        ),
      ];
    case "error":
      return errorSections(result);
  }
}

function statusSections(view: StatusView, place: PagePlace): readonly Section[] {
  const stopped = view.syncs.filter((entry) => entry.kind === "stopped").length;
  const stalled = view.syncs.filter(
    (entry) => entry.kind === "sound" && entry.status.isStalled,
  ).length;
  const gaps = view.syncs.flatMap((entry) => (entry.kind === "sound" ? entry.status.gaps : []));
  return [
    paragraph(
      `## Tidemark: ${counted(view.syncs.length, "sync")}, ${stopped} stopped, ${stalled} stalled`,
      "",
      `Ledger at ${commitLink(view.commit, place)}.`,
    ),
    ...stoppedSyncs(view),
    ...syncTable(view, undefined),
    ...coverageStrips(view),
    ...failedWindows(view, [], place),
    ...gapTable(gaps, view),
    ...openOrders(view),
    ...staleRanges(view),
    ...retiredFolders(view),
  ];
}

function lastLine({ version, mode, runUrl }: PagePlace): Section {
  const run = runUrl === undefined ? "" : `, ${link("this run", runUrl)}`;
  return paragraph(`Tidemark ${plain(version)}, mode ${code(mode)}${run}`);
}
