// `tidemark waive`: an operator gives failed windows up, with a reason. They give no coverage, stay listed, and alarm
// no more; a rerun by id clears it (contract 3.2).

import { ConfigError } from "../../core/failure/errors.ts";
import type { FailedRecord } from "../../core/record/run-record.ts";
import { waive } from "../../core/record/transitions.ts";
import { nowOf } from "../run-context.ts";
import { commitDraft, orThrow } from "../steps/commit.ts";
import { findRecords } from "./find-records.ts";
import { type CommandInput, openCommand } from "./open-command.ts";

/** Waives the named windows in one commit; ConfigError when one of them is not failed. */
export async function waiveCommand(
  input: CommandInput,
  request: {
    readonly runIds: readonly string[];
    readonly reason: string;
    readonly dryRun: boolean;
  },
): Promise<readonly FailedRecord[]> {
  const reason = request.reason.trim();
  if (reason === "" || reason.length > 300)
    throw new ConfigError([
      "--reason: expected 1 to 300 characters that say why, found none or more; write a sentence",
    ]);
  const ctx = await openCommand(input);
  let waived: readonly FailedRecord[] = [];
  const end = await commitDraft(ctx, async (snapshot) => {
    const found = await findRecords(input, snapshot, request.runIds);
    const failed = found.map(({ record }) => record).filter((record) => record.status === "failed");
    const [other] = found.filter(({ record }) => record.status !== "failed");
    if (other !== undefined || failed.length === 0)
      throw new ConfigError([
        `waive: expected failed windows, found ${other === undefined ? "none" : `${other.record.runId}, which is ${other.record.status}`}; only what has failed can be given up`,
      ]);
    waived = failed.map((record) => waive(record, reason, nowOf(ctx)));
    if (request.dryRun) return undefined;
    return {
      changes: waived.map((record) => ({ kind: "put_record", record })),
      files: [],
      events: waived.map((record) => ({ kind: "waived", record })),
    };
  });
  orThrow(end);
  return waived;
}
