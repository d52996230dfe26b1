// The life of windows as `log` tells it: what the record says of its attempts, and what git says of its commits.
// Pure; snake_case stands here because programs read the JSON.

import type { HistoryEntry, RunRecord } from "../record/run-record.ts";
import { formatInstant, type Instant } from "../time/instant.ts";
import { counted, lengthText } from "./words.ts";

/** One commit of the ledger. */
export interface LoggedCommit {
  readonly id: string;
  readonly at: Instant;
  readonly author: string;
  readonly subject: string;
  /** Of the run that made it; undefined for a commit by hand. */
  readonly holder: string | undefined;
  readonly runIds: readonly string[];
}

/** One window, with its record as it is now; undefined when it is gone, for example split. */
export interface WindowLog {
  readonly kind: "window";
  readonly runId: string;
  readonly record: RunRecord | undefined;
  readonly isFolded: boolean;
  readonly commits: readonly LoggedCommit[];
}

export interface SyncLog {
  readonly kind: "sync";
  readonly sync: string;
  readonly commits: readonly LoggedCommit[];
}

export type LogView = readonly (WindowLog | SyncLog)[];

/** Raised when a program that reads the shape would have to change; additions do not raise it. */
const shapeVersion = 1;

/** One block per window or sync; commits newest first, as git lists them. */
export function logText(view: LogView): string {
  const blocks = view.map((part) =>
    part.kind === "window" ? windowLines(part) : [part.sync, ...commitLines(part.commits)],
  );
  return `${blocks.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function windowLines(log: WindowLog): readonly string[] {
  const { record } = log;
  if (record === undefined)
    return [
      `${log.runId}: no record now; its commits tell what became of it`,
      ...commitLines(log.commits),
    ];
  const place = log.isFolded ? ", folded" : "";
  const split = record.splitFrom === undefined ? [] : [`  split from ${record.splitFrom}`];
  const folded = record.historyFolded;
  const earlier =
    folded === undefined
      ? []
      : [
          `  ${counted(folded.attempts, "earlier attempt")}, ${counted(folded.requests, "request")}`,
        ];
  const waived =
    record.waived === undefined
      ? []
      : [`  waived ${formatInstant(record.waived.at)}: ${record.waived.reason}`];
  return [
    `${log.runId}: ${record.status}${place}, planned as ${record.reason}`,
    ...split,
    ...earlier,
    ...record.history.map((entry) => endedLine(entry)),
    ...currentLines(record),
    ...waived,
    ...(record.runUrl === undefined ? [] : [`  run ${record.runUrl}`]),
    ...commitLines(log.commits),
  ];
}

function endedLine(entry: HistoryEntry): string {
  const { attempt, status, startedAt, finishedAt, code, itemCounts, requests } = entry;
  const why = code === undefined ? "" : ` (${code})`;
  return `  attempt ${attempt} ${status}${why} ${formatInstant(finishedAt)}${tookText(startedAt, finishedAt)}, ${counted(itemCounts.processed, "record")}, ${counted(requests.sent, "request")}`;
}

function currentLines(record: RunRecord): readonly string[] {
  const { attempt, itemCounts, requests } = record;
  switch (record.status) {
    case "pending":
      return [`  waits for attempt ${attempt + 1}`];
    case "running": {
      const { holder, leaseUntil } = record.claim;
      const since =
        record.startedAt === undefined
          ? "claimed"
          : `running since ${formatInstant(record.startedAt)}`;
      return [
        `  attempt ${attempt} ${since} by ${holder}, lease until ${formatInstant(leaseUntil)}`,
      ];
    }
    case "succeeded":
    case "failed": {
      const why = record.status === "failed" ? ` (${record.error.code})` : "";
      const message = record.status === "failed" ? [`    ${record.error.message}`] : [];
      return [
        `  attempt ${attempt} ${record.status}${why} ${formatInstant(record.finishedAt)}${tookText(record.startedAt, record.finishedAt)}, ${counted(itemCounts.processed, "record")}, ${counted(requests.sent, "request")}`,
        ...message,
      ];
    }
  }
}

function tookText(startedAt: Instant | undefined, finishedAt: Instant): string {
  return startedAt === undefined ? "" : ` after ${lengthText(finishedAt - startedAt)}`;
}

function commitLines(commits: readonly LoggedCommit[]): readonly string[] {
  if (commits.length === 0) return ["  no commits"];
  return commits.map(({ id, at, author, subject, holder }) => {
    const by = holder === undefined ? author : `${author}, ${holder}`;
    return `  ${id.slice(0, 10)} ${formatInstant(at)} ${subject} (${by})`;
  });
}

/** The shape that ledger/README.md documents. */
export function logJson(view: LogView): Readonly<Record<string, unknown>> {
  return {
    version: shapeVersion,
    entries: view.map((part) =>
      part.kind === "window"
        ? windowJson(part)
        : { sync: part.sync, commits: part.commits.map((commit) => commitJson(commit)) },
    ),
  };
}

function windowJson({ runId, record, isFolded, commits }: WindowLog): object {
  return {
    run_id: runId,
    status: record?.status ?? null,
    reason: record?.reason ?? null,
    folded: isFolded,
    split_from: record?.splitFrom ?? null,
    waived:
      record?.waived === undefined
        ? null
        : { at: formatInstant(record.waived.at), reason: record.waived.reason },
    run_url: record?.runUrl ?? null,
    attempts: record === undefined ? [] : attemptsJson(record),
    earlier_attempts: record?.historyFolded?.attempts ?? 0,
    commits: commits.map((commit) => commitJson(commit)),
  };
}

function attemptsJson(record: RunRecord): readonly object[] {
  const ended = record.history.map((entry) => ({
    attempt: entry.attempt,
    status: entry.status,
    started_at: orNull(entry.startedAt),
    finished_at: orNull(entry.finishedAt),
    code: entry.code ?? null,
    holder: null,
    processed: entry.itemCounts.processed,
    requests: entry.requests.sent,
  }));
  if (record.status === "pending") return ended;
  const isEnded = record.status !== "running";
  const current = {
    attempt: record.attempt,
    status: record.status,
    started_at: orNull(record.startedAt),
    finished_at: isEnded ? orNull(record.finishedAt) : null,
    code: record.status === "failed" ? record.error.code : null,
    holder: isEnded ? null : record.claim.holder,
    processed: record.itemCounts.processed,
    requests: record.requests.sent,
  };
  return [...ended, current];
}

function commitJson({ id, at, author, subject, holder, runIds }: LoggedCommit): object {
  return {
    commit: id,
    at: formatInstant(at),
    author,
    subject,
    holder: holder ?? null,
    run_ids: runIds,
  };
}

function orNull(instant: Instant | undefined): string | null {
  return instant === undefined ? null : formatInstant(instant);
}
