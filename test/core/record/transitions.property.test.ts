// Random walks over the edges of one window: what no sequence of them may break.

import fc from "fast-check";
import { expect, test } from "vitest";

import { InvariantError } from "../../../src/core/failure/errors.ts";
import { lastSuccess } from "../../../src/core/plan/standing.ts";
import { hasSucceeded, noRequests, type RunRecord } from "../../../src/core/record/run-record.ts";
import {
  claim,
  expire,
  lose,
  nothingMeasured,
  release,
  settle,
  split,
  start,
  waive,
} from "../../../src/core/record/transitions.ts";
import { type Instant, plusMicros } from "../../../src/core/time/instant.ts";
import { tiles, type Window } from "../../../src/core/window/window.ts";
import { windowOf } from "../../support/builders.ts";
import {
  claiming,
  countedFailure,
  day,
  identity,
  measuredOf,
  now,
  success,
} from "../../support/record-of.ts";

const halves: readonly Window[] = [
  windowOf("2026-11-01", "2026-11-01T12:00:00Z"),
  windowOf("2026-11-01T12:00:00Z", "2026-11-02"),
];

type Edge = (record: RunRecord | undefined, at: Instant) => RunRecord;

const requests = { ...noRequests, sent: 3, lastAt: now };

function given(record: RunRecord | undefined): never {
  if (record === undefined) throw new InvariantError("there is no record");
  return record as never;
}

const claims = fc
  .tuple(fc.constantFrom("due", "catch_up", "retry", "rerun", "backfill", "reread"), fc.nat(3))
  .map(
    ([reason, destinationEpoch]): Edge =>
      (record, at) =>
        claim(record, { ...claiming({ reason, now: at }), destinationEpoch }),
  );

const edges: fc.Arbitrary<Edge> = fc.oneof(
  { arbitrary: claims, weight: 4 },
  fc.constantFrom<Edge>(
    (record, at) => start(given(record), at, plusMicros(at, 1_800_000_000)),
    (record, at) => settle(given(record), measuredOf(5), success, at),
    (record, at) => settle(given(record), measuredOf(5), countedFailure, at),
    (record, at) =>
      settle(given(record), nothingMeasured, { ...countedFailure, counted: false }, at),
    (record, at) => release(given(record), { requests, now: at, code: undefined }),
    (record, at) => lose(given(record), requests, at),
    (record, at) => expire("contacts", day(1), identity, record as never, at),
    (record, at) => waive(given(record), "gone", at),
  ),
);

/** Every record of a walk; refused edges leave the record as it is. */
function walk(list: readonly Edge[]): readonly RunRecord[] {
  const records: RunRecord[] = [];
  for (const [nth, edge] of list.entries()) {
    try {
      records.push(edge(records.at(-1), plusMicros(now, nth * 60_000_000)));
    } catch (error) {
      if (!(error instanceof InvariantError)) throw error;
    }
  }
  return records;
}

const walks = fc.array(edges, { minLength: 10, maxLength: 120 }).map(walk);

test("an attempt number never falls, and a claim is an epoch above all before it (L7, L8)", () => {
  fc.assert(
    fc.property(walks, (records) => {
      const broken = records.filter((record, nth) => {
        const before = records[nth - 1];
        const least = before?.attempt ?? 0;
        const isClaim = record.status === "running" && before?.status !== "running";
        const isHeld = record.status !== "running" || record.claim.epoch === record.attempt;
        return !isHeld || record.attempt < least || (isClaim && record.attempt === least);
      });
      expect(broken).toEqual([]);
    }),
  );
});

test("a window that succeeded once stays covered, with its last receipt (L2)", () => {
  fc.assert(
    fc.property(walks, (records) => {
      let last: RunRecord["receipt"] | undefined;
      for (const record of records) {
        if (record.status === "succeeded") last = record.receipt;
        expect([hasSucceeded(record), lastSuccess(record)?.receipt]).toEqual([
          last !== undefined,
          last,
        ]);
      }
    }),
  );
});

test("every outcome is kept or summed up, and at most twenty one by one (L8)", () => {
  fc.assert(
    fc.property(walks, (records) => {
      let ended = 0;
      for (const [nth, record] of records.entries()) {
        const before = records[nth - 1];
        const isOutcome = record.status === "succeeded" || record.status === "failed";
        const isExpired = isOutcome && (before === undefined || before.status === "pending");
        if (isExpired || (before?.status === "running" && record.status !== "running")) ended += 1;
        const own = isOutcome ? 1 : 0;
        const kept = own + record.history.length + (record.historyFolded?.attempts ?? 0);
        expect([kept, record.history.length <= 20]).toEqual([ended, true]);
      }
    }),
  );
});

test("failures start anew with a success or a rerun and grow by one at most (L8)", () => {
  fc.assert(
    fc.property(walks, (records) => {
      const broken = records.filter((record, nth) => {
        const before = records[nth - 1]?.failures ?? 0;
        return record.failures > (record.status === "succeeded" ? 0 : before + 1);
      });
      expect(broken).toEqual([]);
    }),
  );
});

test("an open window that was never covered is split into parts that tile it and carry its attempt number on (L1, L8)", () => {
  fc.assert(
    fc.property(walks, (records) => {
      const parent = records.at(-1);
      fc.pre(parent !== undefined);
      const isOpen = parent.status === "failed" || parent.status === "pending";
      const mayBe =
        isOpen && parent.waived === undefined && !hasSucceeded(parent) && parent.attempt > 0;
      const parts = splitOrRefuse(parent);
      const windows = parts?.map(({ window }) => window) ?? [];
      const isFine = parts?.every(
        ({ attempt, failures }) => attempt === parent.attempt && failures === 0,
      );
      expect([tiles(parent.window, windows), isFine]).toEqual([mayBe, mayBe ? true : undefined]);
    }),
  );
});

function splitOrRefuse(record: RunRecord): ReturnType<typeof split> | undefined {
  try {
    return split(record as never, halves, now);
  } catch (error) {
    if (error instanceof InvariantError) return undefined;
    throw error;
  }
}
