// The audit of one sync's folder against an older tip (`verify --base`): what was taken away or rewritten in between.
// Pure. What the newer tip shows by itself is audit.ts; orders may come and go.

import { type AuditedSync, type Finding, pathOf, sortFindings } from "./audited-sync.ts";
import { endedAttempts, type History } from "./history.ts";
import type { RunId } from "./run-id.ts";
import { type HistoryEntry, hasSucceeded, type RunRecord } from "./run-record.ts";
import { isExpiredUntouched } from "./transitions.ts";

/** The record as it is written, to compare two of them whole. */
export type RecordText = (record: RunRecord) => string;

/** Lost coverage (L2) and outcomes that no edge of contract 3.2 explains (L8), sorted by path. */
export function auditAgainst(
  base: AuditedSync,
  tip: AuditedSync,
  textOf: RecordText,
): readonly Finding[] {
  const now = byRunId(tip);
  const unread = new Set(tip.unread.map(({ path }) => path));
  const findings = [...byRunId(base).values()].flatMap((before) => {
    const path = pathOf(tip, before);
    // What became of it cannot be told while its file cannot be read, which is a finding already.
    if (unread.has(path)) return [];
    const after = now.get(before.runId);
    if (after === before) return [];
    const breach =
      after === undefined ? breachOfRemoval(before, tip) : breachOfChange(before, after, textOf);
    return breach === undefined ? [] : [{ path, runId: before.runId, ...breach }];
  });
  return sortFindings(findings);
}

type Breach = Pick<Finding, "law" | "message">;

// A window's own file wins over its folded line (L1).
function byRunId(sync: AuditedSync): ReadonlyMap<RunId, RunRecord> {
  return new Map([...sync.folded, ...sync.records].map((record) => [record.runId, record]));
}

function breachOfRemoval(before: RunRecord, tip: AuditedSync): Breach | undefined {
  if (hasSucceeded(before))
    return {
      law: "L2",
      message:
        "expected the record of a covered window or its folded line, found neither; restore the file from git",
    };
  if (isExpiredUntouched(before)) return undefined;
  const isSplit = [...tip.records, ...tip.folded].some(
    (record) => record.splitFrom === before.runId || isWithinSplit(record, before),
  );
  // Whatever it was then, it may have failed, or been rerun, before it was split.
  if (isSplit) return undefined;
  return {
    law: "L8",
    message: `expected the ${before.status} record or the parts it was split into, found neither; restore the file from git`,
  };
}

// Parts may have been split again since.
function isWithinSplit(record: RunRecord, before: RunRecord): boolean {
  const { window } = before;
  const isInside = window.start <= record.window.start && record.window.end <= window.end;
  return record.splitFrom !== undefined && isInside;
}

function breachOfChange(
  before: RunRecord,
  after: RunRecord,
  textOf: RecordText,
): Breach | undefined {
  if (hasSucceeded(before) && !hasSucceeded(after))
    return {
      law: "L2",
      message: `expected the success to stay in status or history, found ${after.status} without it; restore the file from git`,
    };
  if (after.attempt < before.attempt)
    return {
      law: "L8",
      message: `attempt: expected at least ${before.attempt}, found ${after.attempt}; restore the file from git`,
    };
  if (isFinal(before) && after.attempt === before.attempt && !isSameOutcome(before, after, textOf))
    return {
      law: "L8",
      message: `expected the ${before.status} outcome of attempt ${before.attempt} unchanged, found it edited; restore the file and run tidemark rerun ${before.runId} instead`,
    };
  return breachOfHistory(before, after);
}

function isFinal(record: RunRecord): boolean {
  return record.status === "succeeded" || record.status === "failed";
}

// Only a waiver may be added, and only to a failed one.
function isSameOutcome(before: RunRecord, after: RunRecord, textOf: RecordText): boolean {
  const isWaiver =
    before.status === "failed" && before.waived === undefined && after.waived !== undefined;
  return textOf(isWaiver ? { ...after, waived: undefined } : after) === textOf(before);
}

function breachOfHistory(before: RunRecord, after: RunRecord): Breach | undefined {
  const isLeft = isFinal(before) && after.attempt > before.attempt;
  const past = isLeft ? endedAttempts(before) : before;
  if (endedOf(after) < endedOf(past))
    return {
      law: "L8",
      message: `history: expected ${endedOf(past)} ended attempts or more, found ${endedOf(after)}; restore the file from git`,
    };
  const known = new Set([...before.history, ...past.history].map((entry) => entryText(entry)));
  const newest = isLeft ? before.attempt : before.attempt - 1;
  const rewritten = after.history.find(
    (entry) => entry.attempt <= newest && !known.has(entryText(entry)),
  );
  if (rewritten !== undefined)
    return {
      law: "L8",
      message: `history: expected the ended attempt ${rewritten.attempt} unchanged, found it edited; restore the file from git`,
    };
  return undefined;
}

function endedOf({ history, historyFolded }: History): number {
  return history.length + (historyFolded?.attempts ?? 0);
}

function entryText({ receipt, ...entry }: HistoryEntry): string {
  return JSON.stringify([entry, receipt?.records, receipt?.digest.toString()]);
}
