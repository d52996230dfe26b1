// What a run came to, as every door shows it: the model, its text and its JSON (contract 6, 9). snake_case stands here
// because programs read it.

import type { RunRecord } from "../record/run-record.ts";
import { type Gap, gapJson } from "./gap.ts";
import type { StatusView } from "./status-view.ts";
import { counted } from "./words.ts";

export interface RunReport {
  readonly status: "ok" | "nothing_due" | "partial" | "failed";
  readonly windowsSucceeded: number;
  readonly windowsFailed: number;
  /** Up to the horizon, parked and waived ones apart. */
  readonly windowsRemaining: number;
  readonly windowsParked: number;
  readonly recordsFetched: number;
  readonly recordsProcessed: number;
  readonly recordsFailed: number;
  readonly gaps: readonly Gap[];
  readonly ledgerCommit: string | undefined;
  /** Sentences that say why the run is red: stopped syncs, source faults, parked windows, stalled syncs. */
  readonly faults: readonly string[];
  readonly notes: readonly string[];
  readonly settled: readonly RunRecord[];
  /** How every sync that the run was started for stands after it. */
  readonly standings: StatusView;
  readonly budget: { readonly usedMs: number; readonly totalMs: number };
}

/** The last lines of a run for a person. */
export function runText(report: RunReport): string {
  const { windowsSucceeded, windowsFailed, windowsRemaining, windowsParked } = report;
  const settled = `${counted(windowsSucceeded, "window")} succeeded, ${windowsFailed} failed`;
  const parked = windowsParked > 0 ? `, ${windowsParked} parked` : "";
  const summary =
    report.status === "nothing_due"
      ? "nothing due"
      : `${settled}, ${windowsRemaining} remaining${parked}; ${counted(report.recordsProcessed, "record")} processed, ${report.recordsFailed} failed`;
  const lines = [`${report.status}: ${summary}`, ...report.faults.map((fault) => `  ${fault}`)];
  return `${lines.join("\n")}\n`;
}

/** The outputs of a run by the contract's names. */
export function runJson(report: RunReport): Readonly<Record<string, unknown>> {
  return {
    status: report.status,
    windows_succeeded: report.windowsSucceeded,
    windows_failed: report.windowsFailed,
    windows_remaining: report.windowsRemaining,
    windows_parked: report.windowsParked,
    records_fetched: report.recordsFetched,
    records_processed: report.recordsProcessed,
    records_failed: report.recordsFailed,
    gaps: report.gaps.map((gap) => gapJson(gap)),
    ledger_commit: report.ledgerCommit ?? null,
    faults: report.faults,
    notes: report.notes,
    settled: report.settled.map((record) => ({
      run_id: record.runId,
      status: record.status,
      attempt: record.attempt,
      code: record.status === "failed" ? record.error.code : null,
    })),
  };
}
