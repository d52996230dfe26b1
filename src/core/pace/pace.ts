// When the next try may go, over all entries of `limits.pace` (P4 to P6, P8, P11, P20), for step 3 FETCH.
// Instants are milliseconds on `mono` and come in as arguments; nothing here waits, queues or reads a clock.

import type { PaceEntry } from "../sync/sync-spec.ts";
import { createMinHeap, type MinHeap } from "./min-heap.ts";

/** What one permit took from the entries, so that it can be given back. */
export interface Charge {
  readonly at: number;
  /** Milliseconds by which the schedule of each entry moved. */
  readonly costs: readonly number[];
}

/** The state of all entries of one pacer. */
export interface Pace {
  /** Earliest instant at which every entry admits `ahead` tries and one more; Infinity while only an answer can tell. */
  nextAt(now: number, ahead: number): number;
  /** Charges one try to all entries at once (P4); `factor` is f of P22. */
  charge(now: number, factor: number): Charge;
  /** Undoes the charge of a try that was not sent (P24). */
  undo(charge: Charge): void;
  /** The charged try goes out now, perhaps later than it was charged. */
  sent(charge: Charge, now: number): void;
  /** The try was answered at that instant: it leaves each safe entry W' later (P6). */
  answered(at: number): void;
  /** Nothing before that instant, and from there T/f apart, never as a bunch (P20). */
  pause(until: number): void;
  /** Sends of an earlier run, the last of them at that instant (P11). */
  seed(past: { readonly sent: number; readonly at: number }): void;
}

/** A pace of which nothing was spent; without entries it admits everything. */
export function createPace(entries: readonly PaceEntry[]): Pace {
  const parts = entries.map(createPart);
  return {
    nextAt: (now, ahead) =>
      parts.reduce(
        (latest, part) => Math.max(latest, scheduleAt(part, now, ahead), anchorAt(part, now)),
        -Infinity,
      ),
    charge: (now, factor) => ({
      at: now,
      costs: parts.map((part) => chargeOne(part, now, factor)),
    }),
    undo(charge) {
      for (const [index, part] of parts.entries())
        undoOne(part, charge.at, charge.costs[index] ?? 0);
    },
    sent(charge, now) {
      for (const [index, part] of parts.entries()) {
        raise(part, now + (charge.costs[index] ?? 0));
      }
    },
    answered(at) {
      for (const part of parts) {
        part.unanswered -= 1;
        // Nobody would ever take them from a `fast` entry, which must not grow with the run (P24).
        if (part.entry.mode === "safe") part.leaves.add(at + part.keptMs);
      }
    },
    pause(until) {
      for (const part of parts) raise(part, until + part.toleranceMs);
    },
    seed(past) {
      for (const part of parts) seedOne(part, past);
    },
  };
}

/** One entry at work. */
interface Part {
  readonly entry: PaceEntry;
  /** T of P5. */
  readonly intervalMs: number;
  /** L of P5. */
  readonly toleranceMs: number;
  /** W' of P6. */
  readonly keptMs: number;
  /** TAT of P5: when the next try would be due if all came evenly. */
  dueAt: number;
  /** What pauses, seeds and late sends raised TAT to; no undone charge takes that back. */
  floorAt: number;
  lastChargeAt: number;
  /** R of P6 is the unanswered tries and those whose instant in `leaves` has not come. */
  unanswered: number;
  readonly leaves: MinHeap;
}

/** 10 ns on each interval outweigh the rounding of sums of doubles up to a year of milliseconds. */
const roundingMs = 1e-5;

function createPart(entry: PaceEntry): Part {
  const { requests, perMs, burst } = entry;
  const allowanceMs = Math.min(5, perMs / 200);
  const intervalMs = (perMs + allowanceMs) / (requests - burst + 1) + roundingMs;
  return {
    entry,
    intervalMs,
    toleranceMs: (burst - 1) * intervalMs + allowanceMs,
    keptMs: perMs * (1 + 1e-4) + 1,
    dueAt: -Infinity,
    floorAt: -Infinity,
    lastChargeAt: -Infinity,
    unanswered: 0,
    leaves: createMinHeap(),
  };
}

function scheduleAt(part: Part, now: number, ahead: number): number {
  return Math.max(part.dueAt, now) - part.toleranceMs + ahead * part.intervalMs;
}

/** Tries are counted, never indexed: answers overtake each other (P6). */
function anchorAt(part: Part, now: number): number {
  if (part.entry.mode === "fast") return -Infinity;
  while (part.leaves.least() <= now) part.leaves.removeLeast();
  if (part.unanswered + part.leaves.size() < part.entry.requests) return -Infinity;
  // Never more than `requests` are counted, so the first to leave makes room.
  return part.leaves.least();
}

function chargeOne(part: Part, now: number, factor: number): number {
  const costMs = part.intervalMs / factor;
  part.dueAt = Math.max(part.dueAt, now) + costMs;
  part.lastChargeAt = now;
  part.unanswered += 1;
  return costMs;
}

/**
 * Taking the cost off is exact while all later charges were made at the same instant, which holds for a permit
 * given back in the turn that granted it. A later one has already built on the charge; it then stays, which is
 * slower and never faster.
 */
function undoOne(part: Part, at: number, costMs: number): void {
  part.unanswered -= 1;
  if (part.lastChargeAt === at) part.dueAt = Math.max(part.dueAt - costMs, part.floorAt);
}

function raise(part: Part, dueAt: number): void {
  part.floorAt = Math.max(part.floorAt, dueAt);
  part.dueAt = Math.max(part.dueAt, part.floorAt);
}

/** Keeps the latest `requests` instants: the others leave before room is needed. */
function seedOne(part: Part, past: { readonly sent: number; readonly at: number }): void {
  const { requests, burst } = part.entry;
  if (past.sent === 0) return;
  raise(part, past.at + burst * part.intervalMs);
  for (let count = 0; count < Math.min(requests, past.sent); count += 1) {
    part.leaves.add(past.at + part.keptMs);
    if (part.leaves.size() > requests) part.leaves.removeLeast();
  }
}
