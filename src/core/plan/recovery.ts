// What becomes of a `running` record when a run starts (contract 4.5): alive, adopted, released or lost.

import type { RunningRecord } from "../record/run-record.ts";
import { dayMicros } from "../time/duration.ts";
import { type Instant, instantOf } from "../time/instant.ts";

/** An expired lease is believed only after this: 60 seconds, for clocks differ. */
const leaseGraceMicros = 60_000_000;

/** What is known of a holder besides its lease. */
export type Holder = "own" | "alive" | "dead" | "unknown";

/** What recovery does with a running record. */
export type RecoveryStep = "keep" | "adopt" | "release" | "lose";

/**
 * The step for one running record. A window that never started is released; else the destination's complete
 * window row of this very epoch is adopted; else the attempt is lost.
 */
export function recoveryStep(
  record: RunningRecord,
  facts: {
    readonly holder: Holder;
    readonly now: Instant;
    /** When the record was committed, where that was asked for. */
    readonly committedAt?: Instant | undefined;
    /** Whether the destination holds the record's epoch as complete. */
    readonly isComplete: boolean;
  },
): RecoveryStep {
  const { holder, now, committedAt } = facts;
  if (holder === "own" || !isDead(record, holder, now, committedAt)) return "keep";
  if (record.startedAt === undefined) return "release";
  return facts.isComplete ? "adopt" : "lose";
}

/**
 * Whether a foreign holder is gone: by proof, or by a lease that ended more than a minute ago. The lease also ends what
 * is said to be alive: a workflow run may be stuck `in_progress`, and a holder without a lease sends and writes nothing
 * more (contract 4.3, 4.5).
 */
export function isDead(
  record: RunningRecord,
  holder: Holder,
  now: Instant,
  committedAt: Instant = now,
): boolean {
  if (holder === "dead") return true;
  if (holder === "own") return false;
  return leaseEnd(record, now, committedAt) + leaseGraceMicros < now;
}

/**
 * The lease's end; it has no effect later than 24 hours after it was written (contract 3.1, G17). A record from the
 * future counts as written when it was committed, or now.
 */
export function leaseEnd(record: RunningRecord, now: Instant, committedAt: Instant = now): Instant {
  const written = Math.min(record.startedAt ?? record.plannedAt, committedAt, now);
  return instantOf(Math.min(record.claim.leaseUntil, written + dayMicros));
}

/**
 * Tries that a lost attempt is presumed to have sent (P12): full pace from its start to the end of its lease or
 * now, but at most the greater of 10 and twice the largest of its sync's last ten windows.
 */
export function presumedSends(
  record: RunningRecord,
  facts: {
    readonly now: Instant;
    /** The slowest pace entry in tries per microsecond; undefined without a pace. */
    readonly pacePerMicro: number | undefined;
    readonly largestRecent: number;
  },
): { readonly sent: number; readonly lastAt: Instant } {
  const until = instantOf(Math.min(facts.now, leaseEnd(record, facts.now)));
  if (record.startedAt === undefined) return { sent: 0, lastAt: until };
  const bound = Math.max(10, 2 * facts.largestRecent);
  const full =
    facts.pacePerMicro === undefined ? bound : (until - record.startedAt) * facts.pacePerMicro;
  return { sent: Math.min(bound, Math.max(1, Math.ceil(full))), lastAt: until };
}
