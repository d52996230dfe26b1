// The algebra of the guard: order does not matter, and doing it again does nothing.

import fc from "fast-check";
import { expect, test } from "vitest";

import { decide, type StoredRow } from "../../../src/core/row/newest.ts";
import type { RowChange } from "../../../src/core/row/row.ts";
import { instantOf } from "../../../src/core/time/instant.ts";

const changes = fc.uniqueArray(
  fc.record({
    watermark: fc.integer({ min: -20, max: 20 }),
    isDelete: fc.boolean(),
    cell: fc.constantFrom("a", "b", null),
  }),
  { selector: (each) => each.watermark, maxLength: 12 },
);

const cases = changes.chain((all) =>
  fc.record({
    onDelete: fc.constantFrom("soft" as const, "hard" as const),
    first: fc.constant(all.map(changeOf)),
    second: fc
      .shuffledSubarray(all, { minLength: all.length, maxLength: all.length })
      .map((shuffled) => shuffled.map(changeOf)),
  }),
);

function changeOf(each: {
  readonly watermark: number;
  readonly isDelete: boolean;
  readonly cell: string | null;
}): RowChange {
  const watermark = instantOf(each.watermark);
  return each.isDelete
    ? { kind: "delete", key: "k", watermark }
    : { kind: "upsert", key: "k", watermark, cells: [each.cell] };
}

interface Applied {
  readonly state: StoredRow;
  readonly kinds: readonly string[];
}

function apply(from: StoredRow, all: readonly RowChange[], onDelete: "soft" | "hard"): Applied {
  const kinds: string[] = [];
  let state = from;
  for (const change of all) {
    const { next, result } = decide(state, change, { onDelete, width: 1 });
    kinds.push(result.kind);
    state = next;
  }
  return { state, kinds };
}

/** What a reader goes by: a deleted row keeps the values it happened to have, and nobody reads those. */
function inSight(state: StoredRow): unknown {
  return state.kind === "row" && state.deleted ? { ...state, cells: [] } : state;
}

function isInSight(state: StoredRow): boolean {
  return state.kind === "row" && !state.deleted;
}

const absent: StoredRow = { kind: "absent" };

test("any order of changes with different watermarks ends in the same state, the newest", () => {
  fc.assert(
    fc.property(cases, ({ onDelete, first, second }) => {
      const newest = first.toSorted((a, b) => b.watermark - a.watermark).slice(0, 1);
      const expected = inSight(apply(absent, newest, onDelete).state);
      expect(inSight(apply(absent, first, onDelete).state)).toEqual(expected);
      expect(inSight(apply(absent, second, onDelete).state)).toEqual(expected);
    }),
  );
});

test("applying changes again in any order changes nothing and counts unchanged or older", () => {
  fc.assert(
    fc.property(cases, ({ onDelete, first, second }) => {
      const { state } = apply(absent, first, onDelete);
      const again = apply(state, second, onDelete);
      expect(again.state).toBe(state);
      expect(again.kinds.filter((kind) => kind !== "unchanged" && kind !== "older")).toEqual([]);
      expect(again.kinds.filter((kind) => kind === "unchanged").length).toBe(
        Math.min(1, first.length),
      );
    }),
  );
});

test("inserted minus deleted rows follows what is in sight, deletes of nothing apart", () => {
  fc.assert(
    fc.property(cases, ({ onDelete, first }) => {
      let state: StoredRow = { kind: "tombstone", watermark: instantOf(-99) };
      let live = 0;
      for (const change of first) {
        const before = isInSight(state);
        const { next, result } = decide(state, change, { onDelete, width: 1 });
        if (result.kind === "inserted") live += 1;
        if (result.kind === "deleted" && before) live -= 1;
        state = next;
      }
      expect(live).toBe(isInSight(state) ? 1 : 0);
    }),
  );
});
