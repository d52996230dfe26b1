// `tidemark status`: how every sync stands at the newest tip. Looks only; sends and writes nothing.

import type { StatusView } from "../../core/report/status-view.ts";
import { standingsOf } from "../standings.ts";
import { type CommandInput, namedSyncs, readLedger } from "./open-command.ts";

/** The named syncs, or all with the retired folders. */
export async function statusCommand(
  input: CommandInput,
  request: { readonly syncs: readonly string[] },
): Promise<StatusView> {
  const syncs = namedSyncs(input.project, request.syncs);
  const retired = request.syncs.length === 0;
  return await standingsOf(input, await readLedger(input), { syncs, retired });
}
