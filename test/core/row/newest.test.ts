// Every pair of what is stored and what comes in, written out.

import { describe, expect, test } from "vitest";

import { decide, newestOf, noWatermark, type StoredRow } from "../../../src/core/row/newest.ts";
import type { RowChange } from "../../../src/core/row/row.ts";
import { instantOf } from "../../../src/core/time/instant.ts";

const absent: StoredRow = { kind: "absent" };
const live: StoredRow = { kind: "row", watermark: instantOf(5), deleted: false, cells: ["x", 1n] };
const marked: StoredRow = { ...live, deleted: true };
const bare: StoredRow = { ...live, watermark: noWatermark };
const tombstone: StoredRow = { kind: "tombstone", watermark: instantOf(5) };

type Cells = readonly (string | bigint | null)[];

function put(watermark: number, cells: Cells = ["x", 1n]): RowChange {
  return { kind: "upsert", key: "k", watermark: instantOf(watermark), cells };
}

function drop(watermark: number): RowChange {
  return { kind: "delete", key: "k", watermark: instantOf(watermark) };
}

function row(watermark: number, cells: Cells, deleted = false): StoredRow {
  return { kind: "row", watermark: instantOf(watermark), deleted, cells };
}

function grave(watermark: number): StoredRow {
  return { kind: "tombstone", watermark: instantOf(watermark) };
}

type Case = readonly [
  title: string,
  stored: StoredRow,
  change: RowChange,
  kind: string,
  next: StoredRow,
];

const other: Cells = ["y", 1n];
const none: Cells = [null, null];

const both: readonly Case[] = [
  ["a row of an absent key", absent, put(5), "inserted", row(5, ["x", 1n])],
  ["an older row over a row", live, put(4, other), "older", live],
  ["an equal row over a row", live, put(5), "unchanged", live],
  ["another row of the same watermark over a row", live, put(5, other), "updated", row(5, other)],
  ["a newer row over a row", live, put(6, other), "updated", row(6, other)],
  ["a newer row of the same content over a row", live, put(6), "updated", row(6, ["x", 1n])],
  ["a row with fewer cells over a row", live, put(5, ["x"]), "updated", row(5, ["x"])],
  ["any row over one without a watermark", bare, put(-9), "updated", row(-9, ["x", 1n])],
  ["an older row over a marked row", marked, put(4), "older", marked],
  ["a row of the same watermark over a marked row", marked, put(5), "older", marked],
  ["a newer row over a marked row", marked, put(6), "inserted", row(6, ["x", 1n])],
  ["an older row over a tombstone", tombstone, put(4), "older", tombstone],
  ["a row of the same watermark over a tombstone", tombstone, put(5), "older", tombstone],
  ["a newer row over a tombstone", tombstone, put(6), "inserted", row(6, ["x", 1n])],
  ["an older delete over a row", live, drop(4), "older", live],
  ["an older delete over a marked row", marked, drop(4), "older", marked],
  ["an equal delete over a marked row", marked, drop(5), "unchanged", marked],
  ["an older delete over a tombstone", tombstone, drop(4), "older", tombstone],
  ["an equal delete over a tombstone", tombstone, drop(5), "unchanged", tombstone],
];

const soft: readonly Case[] = [
  ["a delete of an absent key", absent, drop(5), "deleted", row(5, none, true)],
  ["a delete of the same watermark over a row", live, drop(5), "deleted", marked],
  ["a newer delete over a row", live, drop(6), "deleted", row(6, ["x", 1n], true)],
  ["a newer delete over a marked row", marked, drop(6), "deleted", row(6, ["x", 1n], true)],
  ["a newer delete over a tombstone", tombstone, drop(6), "deleted", row(6, none, true)],
];

const hard: readonly Case[] = [
  ["a delete of an absent key", absent, drop(5), "deleted", grave(5)],
  ["a delete of the same watermark over a row", live, drop(5), "deleted", grave(5)],
  ["a newer delete over a row", live, drop(6), "deleted", grave(6)],
  ["a newer delete over a marked row", marked, drop(6), "deleted", grave(6)],
  ["a newer delete over a tombstone", tombstone, drop(6), "deleted", grave(6)],
];

describe("decide", () => {
  for (const onDelete of ["soft", "hard"] as const) {
    for (const [title, stored, change, kind, next] of [
      ...both,
      ...(onDelete === "soft" ? soft : hard),
    ]) {
      test(`S84 ${onDelete}: ${title} is ${kind}`, () => {
        const decision = decide(stored, change, { onDelete, width: 2 });
        expect(decision).toEqual({ next, result: { kind } });
        // The very object says that there is nothing to write.
        expect(decision.next === stored).toBe(kind === "older" || kind === "unchanged");
      });
    }
  }

  test("a row and a tombstone of one key are the newer, or the tombstone", () => {
    expect(newestOf(absent, tombstone)).toBe(tombstone);
    expect(newestOf(live, absent)).toBe(live);
    expect(newestOf(live, tombstone)).toBe(tombstone);
    expect(newestOf(live, grave(4))).toBe(live);
    expect(newestOf(live, grave(6))).toEqual(grave(6));
    expect(newestOf(bare, grave(-1))).toEqual(grave(-1));
  });
});
