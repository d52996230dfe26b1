// How syncs stand, as sections of a page: the table, the coverage strips, what is stopped. Serves the summary of a run,
// that of `status`, and the published copy; it decides nothing.

import type { RunRecord } from "../record/run-record.ts";
import { formatInstant } from "../time/instant.ts";
import { legendText, stripText } from "./cells.ts";
import { joinGaps } from "./gap.ts";
import { code, plain, tableHead, tableRow } from "./markdown.ts";
import type { Section } from "./sections.ts";
import { slackOf, slackText } from "./slack.ts";
import type { StatusView, SyncEntry } from "./status-view.ts";
import { remainingOf, type SyncStatus } from "./sync-status.ts";
import { counted, windowText } from "./words.ts";

/** One row per sync: how it stands, and with `settled` what this run did to it. */
export function syncTable(
  view: StatusView,
  settled: readonly RunRecord[] | undefined,
): readonly Section[] {
  const shown = new Set(view.syncs.map((entry) => specOf(entry).id));
  const others = new Set((settled ?? []).map(({ sync }) => sync).filter((id) => !shown.has(id)));
  const rows = [
    ...view.syncs.map((entry) => {
      const { id, name } = specOf(entry);
      const standing =
        entry.kind === "sound" ? standingCells(entry.status) : ["", "", "**stopped**", "", ""];
      return tableRow([code(name), ...doneCells(id, settled), ...standing]);
    }),
    // Served first because they share a source with the syncs that the run was started for.
    ...[...others].map((id) => tableRow([code(id), ...doneCells(id, settled), "", "", "", "", ""])),
  ];
  if (rows.length === 0) return [];
  const done = settled === undefined ? [] : ["succeeded#", "failed#", "records#", "requests"];
  const standing = ["remaining#", "parked#", "covered to", "newest gap", "typical run"];
  const head = ["### Syncs", "", ...tableHead(["sync", ...done, ...standing])];
  return [{ head, rows, tail: [], noun: "sync" }];
}

function doneCells(id: string, settled: readonly RunRecord[] | undefined): readonly string[] {
  if (settled === undefined) return [];
  const own = settled.filter(({ sync }) => sync === id);
  const count = (status: RunRecord["status"]): string =>
    String(own.filter((record) => record.status === status).length);
  const sum = (of: (record: RunRecord) => number): number =>
    own.reduce((total, record) => total + of(record), 0);
  const extra = [
    [sum(({ requests }) => requests.retried), "retried"],
    [sum(({ requests }) => requests.throttled), "throttled"],
  ] as const;
  const named = extra.filter(([many]) => many > 0).map(([many, what]) => `${many} ${what}`);
  const sent = sum(({ requests }) => requests.sent);
  return [
    count("succeeded"),
    count("failed"),
    String(sum(({ itemCounts }) => itemCounts.processed)),
    named.length > 0 ? `${sent} (${named.join(", ")})` : String(sent),
  ];
}

function standingCells(status: SyncStatus): readonly string[] {
  const { newestCovered, gaps, parked, isStalled } = status;
  const gap = joinGaps(gaps).at(-1);
  const slack = slackOf(status);
  const covered = newestCovered === undefined ? "nothing yet" : formatInstant(newestCovered);
  return [
    String(remainingOf(status)),
    String(parked.length),
    isStalled ? `${covered}, **stalled**` : covered,
    gap === undefined ? "none" : `${windowText(gap.window)}, ${gap.state}`,
    slack === undefined ? "" : slackText(slack),
  ];
}

/** One line of characters per sync, oldest window first, and what they mean. */
export function coverageStrips(view: StatusView): readonly Section[] {
  const strips = view.syncs.flatMap((entry) => {
    if (entry.kind !== "sound" || entry.status.strip === undefined) return [];
    return [{ name: entry.status.spec.name, strip: entry.status.strip }];
  });
  if (strips.length === 0) return [];
  const width = Math.max(...strips.map(({ name }) => name.length));
  const rows = strips.map(
    ({ name, strip }) => `${name.padEnd(width)}  [${stripText(strip)}] ${windowText(strip.range)}`,
  );
  const head = ["### Coverage", "", "```text"];
  return [{ head, rows, tail: [legendText(), "```"], noun: "sync" }];
}

/** What stops a sync whose folder is damaged. */
export function stoppedSyncs(view: StatusView): readonly Section[] {
  const stopped = view.syncs.filter((entry) => entry.kind === "stopped");
  const rows = stopped.flatMap(({ spec, problems }) =>
    problems.map(({ path, reason }) => tableRow([code(spec.name), code(path), plain(reason)])),
  );
  if (rows.length === 0) return [];
  const remedy = `Remedy: repair the files in a commit on the ledger branch; ${code("tidemark verify")} names what is wrong. The other syncs go on.`;
  const head = ["### Stopped syncs", "", ...tableHead(["sync", "file", "reason"])];
  return [{ head, rows, tail: ["", remedy], noun: "file" }];
}

/** Folders of syncs that are not configured any more: shown, never planned. */
export function retiredFolders(view: StatusView): readonly Section[] {
  const rows = view.retired.map(({ id, records, folded, newestCovered, problems }) =>
    tableRow([
      code(id),
      String(records),
      String(folded),
      newestCovered === undefined ? "nothing" : formatInstant(newestCovered),
      problems.length === 0 ? "" : counted(problems.length, "damaged file"),
    ]),
  );
  if (rows.length === 0) return [];
  const head = tableHead(["folder", "record files#", "folded#", "covered to", ""]);
  return [{ head: ["### Retired", "", ...head], rows, tail: [], noun: "folder" }];
}

function specOf(entry: SyncEntry): { readonly id: string; readonly name: string } {
  return entry.kind === "sound" ? entry.status.spec : entry.spec;
}
