// The exit code is decided here and nowhere else (contract 7).

import { Cancelled, ConfigError, LedgerError } from "../core/failure/errors.ts";
import type { RunReport } from "../core/report/run-report.ts";

/** What makes a run exit 1 (contract 6). */
export const failOnKinds = ["failed", "gap", "never"] as const;
export type FailOn = (typeof failOnKinds)[number];

/** 0 done, or 1 as `fail-on` says; 130 after a signal, also where only the telling of it was cut short (G28). */
export function exitCodeOfRun(
  report: Pick<RunReport, "status" | "gaps">,
  failOn: FailOn,
  cancel: AbortSignal,
): number {
  if (cancel.aborted) return 130;
  if (failOn === "never") return 0;
  if (report.status === "failed") return 1;
  return failOn === "gap" && report.gaps.length > 0 ? 1 : 0;
}

/** 2 configuration or usage, 3 the ledger cannot be written, 130 cancelled, 70 a bug. */
export type ErrorCode = 2 | 3 | 70 | 130;

export function exitCodeOfError(error: unknown, cancel: AbortSignal): ErrorCode {
  if (error instanceof ConfigError) return 2;
  // A ledger that is out of reach after a signal is out of reach because of it: nothing waits any more (4.2, G28).
  if (error instanceof LedgerError) return cancel.aborted ? 130 : 3;
  if (error instanceof Cancelled) return 130;
  return 70;
}
