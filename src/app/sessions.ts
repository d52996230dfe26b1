// One session per source and run: its transport, its pacer, its counters. A pacer never starts full: it is seeded
// from what the ledger says was sent (P11), attempts of retired syncs and folded windows included.

import { paceSendsOf } from "../core/record/sends.ts";
import type { SyncSpec } from "../core/sync/sync-spec.ts";
import { msOf } from "../core/time/instant.ts";
import type { LedgerSnapshot } from "../ports/ledger.ts";
import type { Pacer } from "../ports/pacer.ts";
import { createPacer } from "./pacer.ts";
import { type RunContext, sourceSpecOf } from "./run-context.ts";
import { openSession, type SourceSession } from "./source-session.ts";

/** The session of a sync's source, opened at its first use. */
export function sessionOf(ctx: RunContext, sync: SyncSpec): SourceSession {
  const open = ctx.sessions.get(sync.source);
  if (open !== undefined) return open;
  const spec = sourceSpecOf(ctx, sync);
  const pacer = createPacer(spec.limits, ctx.ports);
  pacer.seed(pastSends(ctx.snapshot, sync.source));
  const session = openSession(spec, ctx.ports.openSource(spec), telling(ctx, spec.name, pacer));
  ctx.sessions.set(sync.source, session);
  return session;
}

/** Whether the run may still ask the source for windows of the sync (P19, S70), and its pace for a try in time. */
export function isOpen(ctx: Pick<RunContext, "sessions" | "deadline">, sync: SyncSpec): boolean {
  const session = ctx.sessions.get(sync.source);
  if (session === undefined) return true;
  const isClosed = session.closed !== undefined || session.closedSync(sync.id) !== undefined;
  return !isClosed && session.pacer.nextAt() <= ctx.deadline.stopAt;
}

/** A wait of at least this long is worth a word, in ms. */
const tellMs = 1000;

// The pacer, telling whoever watches the run what it waits for.
function telling(ctx: RunContext, source: string, pacer: Pacer): Pacer {
  return {
    ...pacer,
    take: async (stop) => {
      const ms = pacer.nextAt() - ctx.ports.clock.mono();
      if (ms >= tellMs) ctx.ports.progress.report({ kind: "waiting", source, ms });
      return await pacer.take(stop);
    },
  };
}

function pastSends(
  snapshot: LedgerSnapshot,
  source: string,
): readonly { readonly sent: number; readonly lastAtMs: number }[] {
  return [...snapshot.syncs.values()].flatMap((ledger) => [
    ...ledger.records
      .filter((record) => record.source === source)
      .flatMap((record) => paceSendsOf(record))
      .map(({ sent, lastAt }) => ({ sent, lastAtMs: msOf(lastAt) })),
    ...ledger.fold.sends
      .filter((minute) => minute.source === source)
      .map(({ sent, minute }) => ({ sent, lastAtMs: msOf(minute) + 60_000 })),
  ]);
}
