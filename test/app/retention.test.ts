// What `retention` takes and gives back (S45): cells before the edge expire in one record, without a claim; the run that
// writes it is red, and no other; what still can be fetched is.

import { describe, expect, test } from "vitest";

import { at } from "../support/builders.ts";
import { dayOf, failedRecord, pendingRecord } from "../support/record-builders.ts";
import { createWorld, november, put, type World, worldSync } from "../support/run-world.ts";

const dayMicros = 86_400_000_000;
const now = "2026-11-10T06:00:00Z";
/** The first millisecond past five days ago. */
const edge = at("2026-11-05T06:00:00.001Z");

describe("retention", () => {
  test("takes the cells before its edge in one record, and the newest that is left is fetched from there on", async () => {
    const world = keeping(5);
    const report = await world.run();
    const records = await world.records();
    expect(records.map(({ window, status }) => [window, status])).toEqual([
      [{ start: at("2026-11-01"), end: edge }, "failed"],
      [{ start: edge, end: at("2026-11-06") }, "succeeded"],
      ...november(6, 9).map((day) => [dayOf(day), "succeeded"]),
    ]);
    expect(records[0]).toMatchObject({
      attempt: 0,
      failures: 0,
      error: { code: "retention" },
      requests: { sent: 0 },
      history: [],
    });
    expect(report).toMatchObject({
      status: "failed",
      windowsSucceeded: 5,
      windowsRemaining: 0,
      windowsParked: 1,
      gaps: [{ sync: "contacts", window: { start: at("2026-11-01"), end: edge }, state: "lost" }],
    });
    expect(report.faults).toHaveLength(1);
  });

  test("is red in the run that wrote it, and in no other", async () => {
    const world = keeping(5);
    const statuses = [(await world.run()).status, (await world.run()).status];
    await world.clock.advanceTo(86_400_000);
    const { status, windowsSucceeded, faults } = await world.run();
    expect([...statuses, status, windowsSucceeded, faults]).toEqual([
      "failed",
      "nothing_due",
      "ok",
      1,
      [],
    ]);
    expect(await world.records()).toHaveLength(7);
  });

  test("cuts a pending window that straddles its edge, and the rest is fetched in the same run", async () => {
    const world = keeping(5);
    put(world, ...november(1, 4).map((day) => failedRecord(dayOf(day), waived)));
    put(world, pendingRecord(dayOf("2026-11-05"), { attempt: 1 }));
    await world.run();
    const records = await world.records();
    expect(records.slice(4, 6)).toMatchObject([
      { window: { start: at("2026-11-05"), end: edge }, error: { code: "retention" }, attempt: 1 },
      { window: { start: edge, end: at("2026-11-06") }, status: "succeeded", attempt: 2 },
    ]);
  });

  test("ends a retry that begins before its edge before its first request", async () => {
    const world = keeping(5, { now: "2026-11-06T06:00:00Z" });
    put(world, failedRecord(dayOf("2026-11-01")));
    const report = await world.run({ request: { maxWindows: 2 } });
    expect(report).toMatchObject({ status: "failed", windowsSucceeded: 1, windowsFailed: 1 });
    expect((await world.records())[0]).toMatchObject({
      status: "failed",
      error: { code: "retention" },
      attempt: 2,
      requests: { sent: 0 },
    });
  });

  test("gives back what it took when it is raised by more than a day", async () => {
    const world = keeping(5);
    await world.run();
    world.project = keeping(5 + 6).project;
    const report = await world.run();
    expect(report).toMatchObject({ status: "ok", windowsSucceeded: 5, windowsRemaining: 0 });
    expect(world.subjects().some((subject) => subject.includes("unexpire"))).toBe(true);
    expect(await world.rows()).toEqual(world.expectedRows("2026-11-10"));
    const [first] = await world.records();
    expect(first).toMatchObject({ window: dayOf("2026-11-01"), status: "succeeded" });
  });

  test("raised by less than a day gives nothing back", async () => {
    const world = keeping(5);
    await world.run();
    const before = await world.records();
    world.project = keeping(5.5).project;
    expect(await world.run()).toMatchObject({ status: "nothing_due" });
    expect(await world.records()).toEqual(before);
  });
});

const waived = { waived: { at: at("2026-11-09"), reason: "gone" } } as const;

function keeping(days: number, options: { readonly now?: string } = {}): World {
  const { window } = worldSync();
  return createWorld({
    now,
    ...options,
    syncs: [worldSync({ window: { ...window, retentionMicros: days * dayMicros } })],
  });
}
