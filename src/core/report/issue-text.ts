// The issue of an ailing sync (contract 6, `alerts.issue`): what is wrong, since when, what to do. Pure. Its text says
// nothing that changes while nothing happens, so that an open issue is edited only when there is something new.

import type { FailedRecord } from "../record/run-record.ts";
import { formatInstant } from "../time/instant.ts";
import { code, link, plain, tableHead, tableRow } from "./markdown.ts";
import { type LinkBase, runLink } from "./page-links.ts";
import { adviceOf, rerunRemedy, waiveRemedy } from "./remedies.ts";
import { bodyLimit, fitSections, paragraph, type Section } from "./sections.ts";
import type { SyncEntry } from "./status-view.ts";
import type { SyncStatus } from "./sync-status.ts";
import { counted, windowText } from "./words.ts";

/** What there is to say of one sync; without a body it is well, and an open issue is closed. */
export interface IssueText {
  readonly syncId: string;
  readonly title: string;
  readonly body: string | undefined;
}

/** A window that failed so often without a success between is more than bad luck. */
const failuresMin = 2;

/** Of one sync: damaged, stalled, with windows that wait for a person or fail again and again. */
export function issueText(entry: SyncEntry, place: LinkBase): IssueText {
  if (entry.kind === "stopped") return stoppedText(entry, place);
  const { status } = entry;
  const { id, name } = status.spec;
  const parked = status.parked.filter(isOpenQuestion);
  const failing = status.failures
    .map(({ record }) => record)
    .filter(({ failures }) => failures >= failuresMin);
  const wrong = [
    ...(status.isStalled ? ["stalled"] : []),
    ...(parked.length > 0 ? [`${counted(parked.length, "window")} parked`] : []),
    ...(failing.length > 0 ? [`${counted(failing.length, "window")} failing again and again`] : []),
  ];
  const title = `Tidemark: ${name} ails`;
  if (wrong.length === 0) return { syncId: id, title, body: undefined };
  const sections = [
    paragraph(`The sync ${code(name)}: ${wrong.join(", ")}.`),
    ...stalledSection(status),
    ...parkedSection(parked, place),
    ...failingSection(failing, place),
    closing(place),
  ];
  return { syncId: id, title, body: fitSections(sections, bodyLimit) };
}

// The run that wrote these told of them; what a source has no more, and a no, call for nobody (contract 4.7).
function isOpenQuestion({ error }: FailedRecord): boolean {
  return error.code !== "retention" && error.code !== "rejected";
}

function stoppedText(
  { spec, problems }: Extract<SyncEntry, { kind: "stopped" }>,
  place: LinkBase,
): IssueText {
  const sections = [
    paragraph(
      `The sync ${code(spec.name)} is stopped: files of its folder in the ledger cannot be used. Nothing is read for it, and none of its files is changed; the other syncs go on.`,
    ),
    {
      head: tableHead(["file", "reason"]),
      rows: problems.map(({ path, reason }) => tableRow([code(path), plain(reason)])),
      tail: [],
      noun: "file",
    },
    paragraph(
      `Remedy: repair the files in a commit on the ledger branch; ${code("tidemark verify")} names what is wrong.`,
    ),
    closing(place),
  ];
  return {
    syncId: spec.id,
    title: `Tidemark: ${spec.name} ails`,
    body: fitSections(sections, bodyLimit),
  };
}

function stalledSection(status: SyncStatus): readonly Section[] {
  if (!status.isStalled) return [];
  const { newestCovered, spec } = status;
  const since = formatInstant(newestCovered ?? spec.window.start);
  return [
    paragraph(
      "### Stalled",
      "",
      `Nothing after ${since} is covered although windows are due. Remedy: see in the newest runs of the workflow why none of them succeeded, and whether the schedule still starts them.`,
    ),
  ];
}

function parkedSection(parked: readonly FailedRecord[], place: LinkBase): readonly Section[] {
  const [first] = parked;
  if (first === undefined) return [];
  const ids = parked.map(({ runId }) => runId);
  return [
    {
      head: ["### Parked windows", "", ...failureHead("look at this first")],
      rows: parked.map((record) => failureRow(record, [adviceOf[record.error.code]], place)),
      tail: [
        "",
        `Runs stay red until then. When the cause is gone, ${rerunRemedy(ids)}. To give one up: ${waiveRemedy(first.runId)}.`,
      ],
      noun: "parked window",
    },
  ];
}

function failingSection(failing: readonly FailedRecord[], place: LinkBase): readonly Section[] {
  if (failing.length === 0) return [];
  return [
    {
      head: ["### Failing windows", "", ...failureHead("failures")],
      rows: failing.map((record) => failureRow(record, [String(record.failures)], place)),
      tail: ["", "They are tried again by themselves until `run.max_attempts` is reached."],
      noun: "failing window",
    },
  ];
}

function failureHead(last: string): readonly string[] {
  return tableHead(["window", "since", "code", "message", last]);
}

function failureRow(record: FailedRecord, last: readonly string[], place: LinkBase): string {
  const { window, error, runUrl, history, finishedAt } = record;
  // The first failure after the last success; older ones are another story.
  const before = history.slice(history.findLastIndex(({ status }) => status === "succeeded") + 1);
  const first = before.find(({ status }) => status === "failed");
  const since = formatInstant(first?.finishedAt ?? finishedAt);
  return tableRow([
    runLink(windowText(window), runUrl, place),
    since,
    code(error.code),
    plain(error.message),
    ...last,
  ]);
}

function closing({ repositoryUrl }: LinkBase): Section {
  const runs = repositoryUrl === undefined ? "" : ` ${link("Runs", `${repositoryUrl}/actions`)}.`;
  return paragraph(
    `This issue is kept up to date and closed by itself once the sync is well.${runs}`,
  );
}
