import { describe, expect, it } from "vitest";

import { compareAs, orderWatch } from "../../../src/core/source/reading-order.ts";
import type { ReadingOrder } from "../../../src/core/sync/sync-spec.ts";
import { instantOf } from "../../../src/core/time/instant.ts";

type Seen = readonly [key: string | undefined, at: number | undefined];

function verdicts(order: Partial<ReadingOrder>, items: readonly Seen[]): readonly boolean[] {
  const watch = orderWatch({ by: "none", dir: "asc", thenKey: false, compare: "bytes", ...order });
  return items.map(([key, at]) => watch.follows(key, at === undefined ? undefined : instantOf(at)));
}

describe("the order of a response", () => {
  it("by watermark never goes against its direction (S47)", () => {
    expect(
      verdicts({ by: "watermark" }, [
        ["a", 1],
        ["b", 1],
        ["c", 2],
        ["d", 1],
      ]),
    ).toEqual([true, true, true, false]);
    expect(
      verdicts({ by: "watermark", dir: "desc" }, [
        ["a", 2],
        ["b", 2],
        ["c", 1],
        ["d", 2],
      ]),
    ).toEqual([true, true, true, false]);
  });

  it("with then: key has ties strictly ascending, in both directions (S47)", () => {
    for (const dir of ["asc", "desc"] as const) {
      const then = { by: "watermark", dir, thenKey: true } as const;
      expect(
        verdicts(then, [
          ["a", 1],
          ["b", 1],
          ["b", 1],
        ]),
      ).toEqual([true, true, false]);
      expect(
        verdicts(then, [
          ["b", 1],
          ["a", dir === "asc" ? 2 : 0],
        ]),
      ).toEqual([true, true]);
    }
  });

  it("by key is strict (S47)", () => {
    expect(
      verdicts({ by: "key" }, [
        ["a", 1],
        ["b", 0],
        ["b", 2],
      ]),
    ).toEqual([true, true, false]);
    expect(
      verdicts({ by: "key", dir: "desc" }, [
        ["b", 1],
        ["a", 1],
        ["c", 1],
      ]),
    ).toEqual([true, true, false]);
  });

  it("passes over items without what it orders by (S47)", () => {
    expect(
      verdicts({ by: "watermark" }, [
        ["a", 2],
        ["b", undefined],
        ["c", 3],
      ]),
    ).toEqual([true, true, true]);
  });

  it("that is declared as created or none is not verified (S48)", () => {
    for (const by of ["created", "none"] as const)
      expect(
        verdicts({ by }, [
          ["b", 2],
          ["a", 1],
        ]),
      ).toEqual([true, true]);
  });

  it("compares bytes of UTF-8, not units of UTF-16 (S48)", () => {
    expect(compareAs("\uffff", "😀", "bytes")).toBeLessThan(0);
    expect(compareAs("Z", "a", "bytes")).toBeLessThan(0);
  });

  it("compares integers of any length as numbers (S48)", () => {
    expect(compareAs("9", "10", "numeric")).toBeLessThan(0);
    expect(compareAs("-10", "-9", "numeric")).toBeLessThan(0);
    expect(compareAs("90071992547409931", "90071992547409930", "numeric")).toBeGreaterThan(0);
    expect(compareAs("7", "007", "numeric")).toBe(0);
  });

  it("takes a key that is no integer as a violation of numeric (S48)", () => {
    expect(verdicts({ by: "key", compare: "numeric" }, [["x", 1]])).toEqual([false]);
    expect(
      verdicts({ by: "key", compare: "numeric" }, [
        ["1", 1],
        ["2a", 1],
      ]),
    ).toEqual([true, false]);
  });
});
