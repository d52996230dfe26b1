// One session per source and run: its transport, its pacer, its counters. A pacer never starts full: it is seeded
// from what the ledger says was sent (P11), attempts of retired syncs and folded windows included.

import { sendsOf } from "../core/record/sends.ts";
import type { SyncSpec } from "../core/sync/sync-spec.ts";
import { msOf } from "../core/time/instant.ts";
import type { LedgerSnapshot } from "../ports/ledger.ts";
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
  const session = openSession(spec, ctx.ports.openSource(spec), pacer);
  ctx.sessions.set(sync.source, session);
  return session;
}

function pastSends(
  snapshot: LedgerSnapshot,
  source: string,
): readonly { readonly sent: number; readonly lastAtMs: number }[] {
  return [...snapshot.syncs.values()].flatMap((ledger) => [
    ...ledger.records
      .filter((record) => record.source === source)
      .flatMap((record) => sendsOf(record))
      .map(({ sent, lastAt }) => ({ sent, lastAtMs: msOf(lastAt) })),
    ...ledger.fold.sends
      .filter((minute) => minute.source === source)
      .map(({ sent, minute }) => ({ sent, lastAtMs: msOf(minute) + 60_000 })),
  ]);
}
