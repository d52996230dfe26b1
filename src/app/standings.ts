// How syncs stand at one tip: what `status` shows, and what a run's report says at its end. Looks only.

import { holdsSourceUntil } from "../core/plan/standing.ts";
import { coverageOf } from "../core/plan/sync-state.ts";
import type { RetiredFolder, StatusView, SyncEntry } from "../core/report/status-view.ts";
import { syncStatus } from "../core/report/sync-status.ts";
import type { ProjectSpec, SyncSpec } from "../core/sync/sync-spec.ts";
import type { Instant } from "../core/time/instant.ts";
import { newestCovered } from "../core/window/coverage.ts";
import type { LedgerProblem, LedgerSnapshot } from "../ports/ledger.ts";
import { nowOf, type Ports } from "./run-context.ts";
import { ledgerOf, readStates, recordsOfSource } from "./steps/plan.ts";

/** What the standings are worked out from. */
interface Looking {
  readonly project: ProjectSpec;
  readonly ports: Pick<Ports, "clock" | "digest" | "ledger">;
}

/** The syncs one by one, and the retired folders if asked for. A damaged folder stops its sync and is shown as that. */
export async function standingsOf(
  input: Looking,
  snapshot: LedgerSnapshot,
  asked: { readonly syncs: readonly SyncSpec[]; readonly retired: boolean },
): Promise<StatusView> {
  const now = nowOf(input);
  const syncs: SyncEntry[] = [];
  for (const spec of asked.syncs) syncs.push(await entryOf(input, snapshot, { spec, now }));
  const retired = asked.retired ? retiredFolders(input.project.syncs, snapshot) : [];
  return { now, commit: snapshot.tip, syncs, retired };
}

async function entryOf(
  input: Looking,
  snapshot: LedgerSnapshot,
  asked: { readonly spec: SyncSpec; readonly now: Instant },
): Promise<SyncEntry> {
  const { spec, now } = asked;
  const { problems } = ledgerOf(snapshot, spec.id);
  if (problems.length > 0) return { kind: "stopped", spec, problems };
  const stopped = new Map<string, string>();
  const looking = { ...input, progress: { stopped } };
  const [state] = await readStates(looking, snapshot, [spec], []);
  if (state === undefined) return { kind: "stopped", spec, problems: damagedMonth(stopped) };
  return {
    kind: "sound",
    status: syncStatus(state, now),
    heldUntil: heldUntil(snapshot, spec.source, now),
  };
}

// A damaged month that an open order touches: the reason begins with its path.
function damagedMonth(stopped: ReadonlyMap<string, string>): readonly LedgerProblem[] {
  return [...stopped.values()].map((why) => {
    const [path = "", ...reason] = why.split(": ");
    return { path, reason: reason.join(": ") };
  });
}

function heldUntil(snapshot: LedgerSnapshot, source: string, now: Instant): Instant | undefined {
  let latest: Instant | undefined;
  for (const record of recordsOfSource(snapshot, source)) {
    const until = holdsSourceUntil(record, now);
    if (until !== undefined && until > (latest ?? now)) latest = until;
  }
  return latest;
}

function retiredFolders(
  syncs: readonly SyncSpec[],
  snapshot: LedgerSnapshot,
): readonly RetiredFolder[] {
  const configured = new Set(syncs.map((sync) => sync.id));
  return [...snapshot.syncs.values()]
    .filter(({ id }) => !configured.has(id))
    .map((ledger) => ({
      id: ledger.id,
      records: ledger.records.length,
      folded: ledger.fold.months.reduce((sum, month) => sum + month.windows, 0),
      newestCovered: newestCovered(coverageOf(ledger)),
      problems: ledger.problems,
    }));
}
