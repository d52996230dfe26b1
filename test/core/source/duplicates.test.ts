import { describe, expect, it } from "vitest";

import { itemMemory } from "../../../src/core/source/duplicates.ts";

describe("the memory of items", () => {
  it("remembers the last so many different items (S27)", () => {
    const memory = itemMemory(3);
    expect(["a", "b", "a", "c", "d", "b", "a"].map((item) => memory.seen(item))).toEqual([
      false,
      false,
      true,
      false,
      false,
      true,
      false,
    ]);
  });

  it("forgets the items of an abandoned query and no others (S55)", () => {
    const memory = itemMemory(10);
    memory.seen("a");
    const mark = memory.mark();
    memory.seen("b");
    memory.seen("a");
    memory.forgetSince(mark);
    expect(["a", "b", "c"].map((item) => memory.seen(item))).toEqual([true, false, false]);
  });

  it("keeps an item that came again after it was forgotten until its own place is taken", () => {
    const memory = itemMemory(3);
    memory.seen("a");
    const mark = memory.mark();
    memory.seen("b");
    memory.seen("c");
    memory.forgetSince(mark);
    memory.seen("c");
    memory.seen("d");
    expect(["c", "d", "a"].map((item) => memory.seen(item))).toEqual([true, true, true]);
    memory.seen("e");
    expect(["c", "d", "e"].map((item) => memory.seen(item))).toEqual([true, true, true]);
  });
});
