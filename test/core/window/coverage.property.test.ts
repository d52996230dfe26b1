// The algebra of coverage against a bitmap of minutes.

import fc from "fast-check";
import { expect, test } from "vitest";

import { instantOf } from "../../../src/core/time/instant.ts";
import {
  type Coverage,
  covers,
  gaps,
  mergeWindows,
  newestCovered,
  subtract,
} from "../../../src/core/window/coverage.ts";
import {
  contains,
  intersect,
  overlap,
  tiles,
  type Window,
} from "../../../src/core/window/window.ts";

const size = 40;
const windowBits = fc
  .tuple(fc.nat(size - 1), fc.integer({ min: 1, max: size }))
  .map(([from, length]) => windowAt(from, Math.min(size, from + length)));
const sets = fc.array(windowBits, { maxLength: 8 });

test("merging keeps exactly the instants of all windows, sorted and apart (L2)", () => {
  fc.assert(
    fc.property(sets, (windows) => {
      const merged = mergeWindows(windows);
      expect(bits(merged)).toEqual(bits(windows));
      expect(isApart(merged)).toBe(true);
    }),
  );
});

test("merging does not depend on the order, and once is enough (L3)", () => {
  fc.assert(
    fc.property(sets, (windows) => {
      const merged = mergeWindows(windows);
      expect(mergeWindows(windows.toReversed())).toEqual(merged);
      expect(mergeWindows(merged)).toEqual(merged);
    }),
  );
});

test("merging parts in steps gives the same as merging all at once (L2)", () => {
  fc.assert(
    fc.property(sets, sets, (some, others) => {
      expect(mergeWindows([...mergeWindows(some), ...mergeWindows(others)])).toEqual(
        mergeWindows([...some, ...others]),
      );
    }),
  );
});

test("what is subtracted and what is left are together the range, without overlap (L1)", () => {
  fc.assert(
    fc.property(windowBits, sets, (range, windows) => {
      const taken = mergeWindows(windows);
      const left = subtract(range, taken);
      const wanted = bits([range]).map((bit, index) => bit && !bits(taken)[index]);
      expect(bits(left)).toEqual(wanted);
      expect(isApart(left)).toBe(true);
    }),
  );
});

test("a range is covered exactly if nothing of it is left", () => {
  fc.assert(
    fc.property(windowBits, sets, (range, windows) => {
      const taken = mergeWindows(windows);
      expect(covers(taken, range)).toBe(subtract(range, taken).length === 0);
    }),
  );
});

test("coverage grows only by windows, and ends where the newest window ends (L10)", () => {
  fc.assert(
    fc.property(sets, windowBits, (windows, added) => {
      const before = mergeWindows(windows);
      const after = mergeWindows([...before, added]);
      const end = newestCovered(before);
      expect(newestCovered(after)).toBe(end === undefined ? added.end : Math.max(end, added.end));
      expect(before.every((range) => covers(after, range))).toBe(true);
    }),
  );
});

test("gaps are what is missing from the start to the horizon", () => {
  fc.assert(
    fc.property(sets, fc.nat(size), fc.nat(size), (windows, from, to) => {
      const taken = mergeWindows(windows);
      const found = gaps(taken, instantOf(from), instantOf(to));
      expect(found).toEqual(
        from < to ? subtract({ start: instantOf(from), end: instantOf(to) }, taken) : [],
      );
    }),
  );
});

test("two windows overlap exactly if they share an instant, and share what both contain", () => {
  fc.assert(
    fc.property(windowBits, windowBits, (a, b) => {
      const both = bits([a]).map((bit, index) => bit && bits([b])[index] === true);
      const shared = intersect(a, b);
      expect(overlap(a, b)).toBe(both.includes(true));
      expect(bits(shared === undefined ? [] : [shared])).toEqual(both);
    }),
  );
});

test("parts tile their parent exactly if each begins where the one before ended (L1)", () => {
  fc.assert(
    fc.property(windowBits, fc.uniqueArray(fc.nat(size)), (parent, cuts) => {
      const inner = cuts.filter((cut) => cut > parent.start && cut < parent.end);
      const edges = [parent.start, ...inner.toSorted((a, b) => a - b), parent.end];
      const parts = edges.slice(1).map((end, index) => windowAt(edges[index]!, end));
      expect(tiles(parent, parts)).toBe(parts.length > 1);
      expect(tiles(parent, parts.slice(1))).toBe(false);
      expect(tiles(parent, parts.slice(0, -1))).toBe(false);
    }),
  );
});

function windowAt(from: number, to: number): Window {
  return { start: instantOf(from), end: instantOf(to) };
}

function bits(windows: readonly Window[]): readonly boolean[] {
  return Array.from({ length: size }, (_, at) =>
    windows.some((window) => contains(window, instantOf(at))),
  );
}

function isApart(ranges: Coverage): boolean {
  return ranges.every((range, index) => index === 0 || ranges[index - 1]!.end < range.start);
}
