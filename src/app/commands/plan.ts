// `tidemark plan`: the windows that a run would claim now, with their reasons. Looks only; sends and writes nothing.

import { planWindows } from "../../core/plan/plan.ts";
import type { PlanView } from "../../core/report/plan-view.ts";
import { nowOf } from "../run-context.ts";
import { ledgerOf, readStates } from "../steps/plan.ts";
import { type CommandInput, namedSyncs, readLedger } from "./open-command.ts";

/** What a run of these syncs would claim, were every source free. */
export async function planCommand(
  input: CommandInput,
  request: { readonly syncs: readonly string[]; readonly maxWindows: number | undefined },
): Promise<PlanView> {
  const named = namedSyncs(input.project, request.syncs);
  const sources = new Set(named.map((sync) => sync.source));
  const snapshot = await readLedger(input);
  const held = input.project.syncs.filter((sync) => sources.has(sync.source));
  const stopped = new Map<string, string>(
    held.flatMap(({ id }) => {
      const [first] = ledgerOf(snapshot, id).problems;
      return first === undefined ? [] : [[id, `${first.path}: ${first.reason}`] as const];
    }),
  );
  const syncs = held.filter((sync) => !stopped.has(sync.id));
  const now = nowOf(input);
  const { windows, remaining } = planWindows({
    states: await readStates({ ...input, progress: { stopped } }, snapshot, syncs, []),
    selected: new Set(named.map((sync) => sync.id)),
    now,
    retentionAt: now,
    claimed: new Map(),
    attempted: new Set(),
    reruns: [],
    maxWindows: request.maxWindows,
  });
  return { windows, remaining, stopped: [...stopped].map(([sync, why]) => ({ sync, why })) };
}
