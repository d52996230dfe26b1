// Why a run is red, for people: a report has one fault for each parked window, a page tells those of a sync together.

import type { FailedRecord } from "../record/run-record.ts";
import type { RunReport } from "./run-report.ts";

export interface Faults {
  /** Parked windows that keep the run red, in the order of the syncs. */
  readonly parked: readonly FailedRecord[];
  /** Windows that failed in a run that failed, and count; those parked apart. */
  readonly failed: readonly FailedRecord[];
  /** Every other fault. */
  readonly sentences: readonly string[];
}

/** The faults of a run; that of a parked window begins with its run id. */
export function faultsOf({ status, faults, settled, standings }: RunReport): Faults {
  const subjects = new Set(faults.map((fault) => fault.split(" ", 1)[0]));
  const parked = standings.syncs
    .flatMap((entry) => (entry.kind === "sound" ? entry.status.parked : []))
    .filter(({ runId }) => subjects.has(runId));
  const ids = new Set<string>(parked.map(({ runId }) => runId));
  const failed = settled.filter((record) => record.status === "failed");
  const isCounted = (one: FailedRecord): boolean => one.failures > 0 && !ids.has(one.runId);
  return {
    parked,
    failed: status === "failed" ? failed.filter(isCounted) : [],
    sentences: faults.filter((fault) => !ids.has(fault.split(" ", 1)[0] ?? "")),
  };
}
