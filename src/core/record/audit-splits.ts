// The audit of split windows: parts lie inside of their parent and have together all of it (contract 3.2, edge split).

import { mergeWindows, subtract } from "../window/coverage.ts";
import { formatWindow, type Window } from "../window/window.ts";
import { type AuditedSync, type Finding, monthPathOf, pathOf } from "./audited-sync.ts";
import { parseRunId, type RunId } from "./run-id.ts";
import type { RunRecord } from "./run-record.ts";

/** Parts outside of their parent (L1), and parents of which a part is gone (L8). */
export function auditSplits(sync: AuditedSync): readonly Finding[] {
  const findings: Finding[] = [];
  const all = [...sync.folded, ...sync.records];
  const recorded = mergeWindows(all.map((record) => record.window));
  const parents = new Set<RunId>();
  for (const record of all) {
    const parent = record.splitFrom;
    if (parent === undefined) continue;
    const window = parseRunId(parent)?.window;
    if (window === undefined || !isPartOf(record.window, window))
      findings.push(finding(sync, record, "L1", outsideMessage(parent)));
    else if (!parents.has(parent) && mayMiss(sync, record)) {
      parents.add(parent);
      const [hole] = subtract(window, recorded);
      if (hole !== undefined) findings.push(finding(sync, record, "L8", holeMessage(parent, hole)));
    }
  }
  return findings;
}

// A part without attempts may expire and come back as a plain cell; and a file that cannot be read may be the part.
function mayMiss(sync: AuditedSync, record: RunRecord): boolean {
  return record.attempt > 0 && sync.unread.length === 0;
}

function isPartOf(part: Window, parent: Window): boolean {
  const isInside = parent.start <= part.start && part.end <= parent.end;
  return isInside && part.end - part.start < parent.end - parent.start;
}

function outsideMessage(parent: RunId): string {
  return `split_from: expected a longer window that holds this one, found ${parent}; restore the file from git`;
}

function holeMessage(parent: RunId, hole: Window): string {
  return `split_from: expected the parts of ${parent} to have all of it, found none for ${formatWindow(hole)}; restore the missing file from git`;
}

function finding(
  sync: AuditedSync,
  record: RunRecord,
  law: Finding["law"],
  message: string,
): Finding {
  const path = sync.records.includes(record) ? pathOf(sync, record) : monthPathOf(sync, record);
  return { path, runId: record.runId, law, message };
}
