// The fold (contract 3.5): when a sync has more than `keep_files` succeeded record files, the oldest become lines of
// monthly files in one commit. Run at the end of a run, and by `compact`.

import type { LedgerEvent } from "../core/record/commit-message.ts";
import { chooseForFold } from "../core/record/fold.ts";
import { nowOf, type RunContext } from "./run-context.ts";
import { commitDraft, orThrow } from "./steps/commit.ts";
import { ledgerOf, usableSyncs } from "./steps/plan.ts";

/** Folds every usable sync that has too many record files; answers how many windows were folded. */
export async function foldOld(ctx: RunContext): Promise<number> {
  const { keepFiles } = ctx.project.ledger;
  if (keepFiles === undefined) return 0;
  let folded = 0;
  for (const { id } of usableSyncs(ctx, ctx.snapshot)) {
    let count = 0;
    const end = await commitDraft(ctx, async (snapshot) => {
      const ledger = ledgerOf(snapshot, id);
      const records = chooseForFold(ledger.records, keepFiles);
      count = records.length;
      if (records.length === 0) return undefined;
      const files = await ctx.ports.ledger.foldChanges(snapshot.tip, ledger, records, nowOf(ctx));
      const event: LedgerEvent = { kind: "folded", syncId: id, windows: records.length };
      return { changes: [], files, events: [event] };
    });
    orThrow(end);
    folded += count;
  }
  return folded;
}
