// Finds the records that an operator names by run id, folded ones included.

import { ConfigError } from "../../core/failure/errors.ts";
import { isParked } from "../../core/plan/standing.ts";
import { parseRunId, type RunId } from "../../core/record/run-id.ts";
import type { RunRecord } from "../../core/record/run-record.ts";
import type { ProjectSpec, SyncSpec } from "../../core/sync/sync-spec.ts";
import type { LedgerSnapshot } from "../../ports/ledger.ts";
import type { Ports } from "../run-context.ts";
import { ledgerOf, readStates } from "../steps/plan.ts";

interface Looking {
  readonly project: ProjectSpec;
  readonly ports: Pick<Ports, "digest" | "ledger">;
}

/** The named records, in the order named; ConfigError names every run id that is none or not recorded (contract 9). */
export async function findRecords(
  looking: Looking,
  snapshot: LedgerSnapshot,
  names: readonly string[],
): Promise<readonly { readonly sync: SyncSpec; readonly record: RunRecord }[]> {
  const problems: string[] = [];
  const wanted = names.flatMap((name) => {
    const id = parseRunId(name)?.syncId;
    const sync = looking.project.syncs.find((one) => one.id === id);
    if (sync === undefined) problems.push(unknownMessage(name));
    return sync === undefined ? [] : [{ name, sync }];
  });
  const syncs = [...new Set(wanted.map(({ sync }) => sync))];
  const runIds = wanted.map(({ name }) => name as RunId);
  const states = await readStates(looking, snapshot, syncs, runIds);
  const found = wanted.flatMap(({ name, sync }) => {
    const state = states.find(({ spec }) => spec.id === sync.id);
    const records = [...(state?.records ?? []), ...(state?.folded ?? [])];
    const record = records.find(({ runId }) => runId === name);
    if (record === undefined) problems.push(unknownMessage(name));
    return record === undefined ? [] : [{ sync, record }];
  });
  if (problems.length > 0) throw new ConfigError(problems);
  return found;
}

function unknownMessage(name: string): string {
  return `${name.slice(0, 120)}: expected the run id of a recorded window, such as contacts/20260101T000000Z--20260102T000000Z, found none in the ledger; tidemark status lists them`;
}

/** Run ids of all parked windows of the syncs. */
export function parkedRunIds(
  snapshot: LedgerSnapshot,
  syncs: readonly SyncSpec[],
): readonly RunId[] {
  return syncs.flatMap((sync) =>
    ledgerOf(snapshot, sync.id)
      .records.filter((record) => isParked(record, sync))
      .map((record) => record.runId),
  );
}
