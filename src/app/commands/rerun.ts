// `tidemark rerun`: the named windows, or all parked ones, executed again although they have an outcome (contract 3.2).

import { ConfigError } from "../../core/failure/errors.ts";
import type { RunId } from "../../core/record/run-id.ts";
import { findRecords, parkedRunIds } from "./find-records.ts";
import { type CommandInput, namedSyncs, readLedger } from "./open-command.ts";

/** The windows to run again and the syncs they belong to; ConfigError when a name is unknown or nothing is named. */
export async function resolveReruns(
  input: CommandInput,
  request: { readonly runIds: readonly string[]; readonly parked: boolean },
): Promise<{ readonly runIds: readonly RunId[]; readonly syncs: readonly string[] }> {
  const snapshot = await readLedger(input);
  const parked = request.parked ? parkedRunIds(snapshot, namedSyncs(input.project, [])) : [];
  const found = await findRecords(input, snapshot, [...request.runIds, ...parked]);
  if (found.length === 0 && !request.parked)
    throw new ConfigError(["rerun: expected run ids or --parked, found neither; name a window"]);
  return {
    runIds: [...new Set(found.map(({ record }) => record.runId))],
    syncs: [...new Set(found.map(({ sync }) => sync.name))],
  };
}
