// Ledgers that only the real edges made: no audit finds anything in them, nor between any two moments of their lives.

import fc from "fast-check";
import { expect, test } from "vitest";

import { auditAgainst } from "../../../src/core/record/audit-base.ts";
import { auditSync } from "../../../src/core/record/audit.ts";
import type { AuditedSync } from "../../../src/core/record/audited-sync.ts";
import { emptyFold } from "../../../src/core/record/fold-record.ts";
import {
  chooseForFold,
  describeMonth,
  addToFold,
  mergeLines,
} from "../../../src/core/record/fold.ts";
import { monthOf } from "../../../src/core/record/fold.ts";
import { hasSucceeded, noRequests, type RunRecord } from "../../../src/core/record/run-record.ts";
import {
  claim,
  expire,
  lose,
  release,
  settle,
  split,
  start,
  waive,
} from "../../../src/core/record/transitions.ts";
import { type Instant, instantOf, plusMicros } from "../../../src/core/time/instant.ts";
import type { Window } from "../../../src/core/window/window.ts";
import {
  claiming,
  countedFailure,
  day,
  identity,
  measuredOf,
  now,
  success,
} from "../../support/record-of.ts";

const leaseMicros = 1_800_000_000;
const requests = { ...noRequests, sent: 2, lastAt: now };

/** A step: which of the sync's windows, and what is tried with it. */
interface Step {
  readonly pick: number;
  readonly edge: "claim" | "rerun" | "succeed" | "fail" | "release" | "lose" | "split" | "waive";
}

const steps = fc.array(
  fc.record({
    pick: fc.nat(9),
    edge: fc.constantFrom<Step["edge"]>(
      "claim",
      "claim",
      "rerun",
      "succeed",
      "succeed",
      "fail",
      "release",
      "lose",
      "split",
      "waive",
    ),
  }),
  { maxLength: 60 },
);

function halvesOf(window: Window): readonly Window[] {
  const middle = instantOf(Math.floor((window.start + window.end) / 2));
  return [
    { start: window.start, end: middle },
    { start: middle, end: window.end },
  ];
}

// What the edge makes of the record; undefined where it does not apply.
function applied(
  record: RunRecord | Window,
  edge: Step["edge"],
  at: Instant,
): readonly RunRecord[] | undefined {
  const previous = "runId" in record ? record : undefined;
  const window = "runId" in record ? record.window : record;
  const claimed = (reason: "catch_up" | "retry" | "rerun"): readonly RunRecord[] => [
    start(claim(previous, claiming({ window, reason, now: at })), at, plusMicros(at, leaseMicros)),
  ];
  if (previous === undefined || previous.status === "pending") {
    if (edge === "claim") return claimed("catch_up");
    if (previous === undefined || hasSucceeded(previous)) return undefined;
    if (edge === "split") return split(previous, halvesOf(window), at);
    return edge === "lose" ? [expire("contacts", window, identity, previous, at)] : undefined;
  }
  if (previous.status === "running") {
    if (edge === "succeed") return [settle(previous, measuredOf(5), success, at)];
    if (edge === "fail") return [settle(previous, measuredOf(3), countedFailure, at)];
    if (edge === "release") return [release(previous, { requests, now: at, code: undefined })];
    return edge === "lose" ? [lose(previous, requests, at)] : undefined;
  }
  if (edge === "rerun") return claimed("rerun");
  if (previous.status !== "failed" || previous.waived !== undefined) return undefined;
  if (edge === "claim") return claimed("retry");
  if (edge === "waive") return [waive(previous, "given up", at)];
  return edge === "split" && !hasSucceeded(previous)
    ? split(previous, halvesOf(window), at)
    : undefined;
}

function walk(list: readonly Step[]): readonly AuditedSync[] {
  let records: readonly RunRecord[] = [];
  let free: readonly Window[] = [1, 2, 3, 4].map((nth) => day(nth));
  const moments: AuditedSync[] = [syncOf(records)];
  for (const [index, { pick, edge }] of list.entries()) {
    const all: readonly (RunRecord | Window)[] = [...records, ...free];
    const chosen = all[pick % all.length]!;
    const made = applied(chosen, edge, plusMicros(now, index * 1_000_000));
    if (made === undefined) continue;
    records = [...records.filter((record) => record !== chosen), ...made];
    free = free.filter((window) => window !== chosen);
    moments.push(syncOf(records));
  }
  return moments;
}

function syncOf(records: readonly RunRecord[]): AuditedSync {
  return {
    path: "ledger/contacts",
    records,
    folded: [],
    fold: emptyFold,
    orders: [],
    unread: [],
  };
}

function folded(sync: AuditedSync): AuditedSync {
  const chosen = chooseForFold(sync.records, 2);
  const lines = mergeLines([], chosen);
  const months = [...new Set(lines.map((line) => monthOf(line.window)))].map((month) =>
    describeMonth(month, lines, "00".repeat(32)),
  );
  return {
    ...sync,
    records: sync.records.filter((record) => !chosen.some((line) => line === record)),
    folded: lines,
    fold: addToFold(emptyFold, { folded: chosen, replaced: [], months, now }),
  };
}

function textOf(record: RunRecord): string {
  return JSON.stringify(record, (_, value: unknown) =>
    typeof value === "bigint" ? value.toString() : value,
  );
}

test("no audit finds anything in what only the edges made, folded or not (L1, L2, L8, L9, L12)", () => {
  fc.assert(
    fc.property(steps, (list) => {
      for (const moment of walk(list))
        expect([auditSync(moment, now), auditSync(folded(moment), now)]).toEqual([[], []]);
    }),
  );
});

test("no audit against an earlier moment finds anything that an edge has done since (L2, L8)", () => {
  fc.assert(
    fc.property(steps, fc.nat(60), fc.nat(60), (list, from, to) => {
      const moments = walk(list);
      const earlier = from % moments.length;
      const first = moments[earlier]!;
      const last = moments[earlier + (to % (moments.length - earlier))]!;
      expect(auditAgainst(first, last, textOf)).toEqual([]);
      expect(auditAgainst(first, folded(last), textOf)).toEqual([]);
    }),
  );
});
