import { expect, test } from "vitest";

import { type Gap, gapJson, joinGaps } from "../../../src/core/report/gap.ts";
import { day } from "../../support/record-of.ts";

function gap(nth: number, state: Gap["state"] = "open", sync = "contacts"): Gap {
  return { sync, window: day(nth), state };
}

test("neighbours of one sync and state are one range", () => {
  const found = [
    gap(1),
    gap(2),
    gap(3, "failed"),
    gap(4),
    gap(6),
    gap(7, "open", "deals"),
    gap(8, "open", "deals"),
  ];
  expect(joinGaps(found)).toEqual([
    { ...gap(1), window: { start: day(1).start, end: day(2).end } },
    gap(3, "failed"),
    gap(4),
    gap(6),
    { ...gap(7, "open", "deals"), window: { start: day(7).start, end: day(8).end } },
  ]);
});

test("a gap as JSON has the names of the contract", () => {
  expect(gapJson(gap(5, "waived"))).toEqual({
    sync: "contacts",
    start: "2026-11-05T00:00:00Z",
    end: "2026-11-06T00:00:00Z",
    state: "waived",
  });
});
