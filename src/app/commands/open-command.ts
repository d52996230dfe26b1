// What the commands that are no run share: the ledger read once, and the syncs that were named.

import { ConfigError } from "../../core/failure/errors.ts";
import type { ProjectSpec, SyncSpec } from "../../core/sync/sync-spec.ts";
import type { Committing, Ports, RunIdentity } from "../run-context.ts";

/** What a command is given by its door. */
export interface CommandInput {
  readonly project: ProjectSpec;
  readonly ports: Ports;
  readonly identity: RunIdentity;
  /** Aborted by a signal to the process. */
  readonly cancel: AbortSignal;
}

/** The ledger at its newest tip, after what a crash left behind was brought forward. */
export async function openCommand(input: CommandInput): Promise<Committing> {
  const { ports, identity } = input;
  await ports.store.open([]);
  const snapshot = await ports.ledger.read(await ports.store.tip());
  const hold = ports.store.claimHold();
  if (hold !== undefined && hold.kind !== "limited") throw new ConfigError([hold.message]);
  const commitUntil = ports.clock.mono() + input.project.timeBudgetMs;
  return { ports, identity, snapshot, lastCommit: undefined, commitUntil, cancel: input.cancel };
}

/** The ledger at its newest tip, for commands that only look. */
export async function readLedger(
  input: Pick<CommandInput, "ports">,
): Promise<Committing["snapshot"]> {
  const { store, ledger } = input.ports;
  return await ledger.read(await store.tip());
}

/** The named syncs, or all; ConfigError names those that are not configured (contract 9). */
export function namedSyncs(project: ProjectSpec, names: readonly string[]): readonly SyncSpec[] {
  const known = project.syncs.map((sync) => sync.name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new ConfigError(
      unknown.map((name) => `sync ${name}: expected one of ${known.join(", ")}; check the name`),
    );
  return names.length === 0
    ? project.syncs
    : project.syncs.filter((sync) => names.includes(sync.name));
}
