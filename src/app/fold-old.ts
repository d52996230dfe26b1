// The fold (contract 3.5): when a sync has more than `keep_files` succeeded record files, the oldest become lines of
// monthly files in one commit. Run at the end of a run, and by `compact`.

import type { LedgerEvent } from "../core/record/commit-message.ts";
import { chooseForFold } from "../core/record/fold.ts";
import type { ProjectSpec } from "../core/sync/sync-spec.ts";
import { type Committing, nowOf } from "./run-context.ts";
import { commitDraft, orThrow } from "./steps/commit.ts";
import { ledgerOf } from "./steps/plan.ts";

/** Folds every sound sync that has too many record files and is not stopped; answers how many windows that are. */
export async function foldOld(
  ctx: Committing,
  project: ProjectSpec,
  options: { readonly dryRun: boolean; readonly stopped: ReadonlyMap<string, string> },
): Promise<number> {
  const { keepFiles } = project.ledger;
  if (keepFiles === undefined) return 0;
  let folded = 0;
  for (const { id } of project.syncs) {
    if (options.stopped.has(id)) continue;
    let count = 0;
    const end = await commitDraft(ctx, async (snapshot) => {
      const ledger = ledgerOf(snapshot, id);
      const records = ledger.problems.length > 0 ? [] : chooseForFold(ledger.records, keepFiles);
      count = records.length;
      if (count === 0 || options.dryRun) return undefined;
      const files = await ctx.ports.ledger.foldChanges(snapshot.tip, ledger, records, nowOf(ctx));
      // A fold at its bounds takes nothing more; the records keep their files.
      if (files.length === 0) {
        count = 0;
        return undefined;
      }
      const event: LedgerEvent = { kind: "folded", syncId: id, windows: count };
      return { changes: [], files, events: [event] };
    });
    orThrow(end);
    folded += count;
  }
  return folded;
}
