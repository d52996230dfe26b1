import { expect, test } from "vitest";

import type { SyncState } from "../../../src/core/plan/sync-state.ts";
import { cellMarks, stripOf, stripText } from "../../../src/core/report/cells.ts";
import { gapsOf } from "../../../src/core/report/gaps.ts";
import { at, windowOf } from "../../support/builders.ts";
import { failedRecord, succeededRecord } from "../../support/record-builders.ts";
import { day, stateOf } from "../../support/record-of.ts";

function textOf(state: SyncState, now: string): string | undefined {
  const strip = stripOf(state, at(now), { gaps: gapsOf(state, at(now)), stale: [] });
  return strip === undefined ? undefined : stripText(strip);
}

test("every state has a character of its own", () => {
  const marks = Object.values(cellMarks);
  expect(new Set(marks).size).toBe(marks.length);
});

test("shows the last thirty cells up to the horizon", () => {
  const state = stateOf({
    window: { start: at("2026-09-01") },
    records: [succeededRecord(day(2))],
  });
  expect(textOf(state, "2026-11-04T06:00:00Z")).toBe(`${".".repeat(28)}#.`);
});

test("shows less before there are thirty, and none before the first", () => {
  expect(textOf(stateOf(), "2026-11-04T06:00:00Z")).toBe("...");
  expect(textOf(stateOf(), "2026-11-01T06:00:00Z")).toBeUndefined();
});

test("a cell of several windows shows what needs a person first", () => {
  const records = [
    succeededRecord(windowOf("2026-11-01", "2026-11-01T06:00:00Z")),
    failedRecord(windowOf("2026-11-01T06:00:00Z", "2026-11-01T12:00:00Z")),
    failedRecord(windowOf("2026-11-01T12:00:00Z", "2026-11-01T18:00:00Z"), { failures: 5 }),
    succeededRecord(windowOf("2026-11-02", "2026-11-02T06:00:00Z")),
  ];
  expect(textOf(stateOf({ records }), "2026-11-03T06:00:00Z")).toBe("P.");
});
