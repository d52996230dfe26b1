// `tidemark compact`: the fold by command (contract 3.5).

import { foldOld } from "../fold-old.ts";
import { type CommandInput, openCommand } from "./open-command.ts";

/** Folds what exceeds `keep_files` now; answers how many windows were folded. */
export async function compactCommand(
  input: CommandInput,
  request: { readonly dryRun: boolean },
): Promise<{ readonly folded: number; readonly commit: string | undefined }> {
  const ctx = await openCommand(input);
  const folded = await foldOld(ctx, input.project, { ...request, stopped: new Map() });
  return { folded, commit: ctx.lastCommit };
}
