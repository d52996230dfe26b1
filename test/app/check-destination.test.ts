// Does the destination hold what the ledger calls succeeded (contract 5)? Asked before the first claim of a sync and
// before any request, so that a new, restored or wrong database is never taken for a full one.

import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { describe, expect, test } from "vitest";

import { fail } from "../../src/core/failure/failure.ts";
import type { Order } from "../../src/core/plan/order-record.ts";
import { at } from "../support/builders.ts";
import { dayOf, orderOf, runningRecord } from "../support/record-builders.ts";
import { createWorld, november, put, type World, worldSync } from "../support/run-world.ts";

describe("a destination", () => {
  test("that was emptied stops the sync before any request, and names the remedy", async () => {
    const world = await filled();
    empty(world);
    const commits = world.subjects().length;
    const report = await world.run();
    expect(report).toMatchObject({
      status: "failed",
      windowsSucceeded: 0,
      windowsRemaining: 1,
      faults: [
        "contacts is stopped: destination local does not hold 3 windows that the ledger calls succeeded for contacts; " +
          "check that it is the right one; remedy: backfill contacts --reprocess all over the range",
      ],
    });
    expect([world.sent.length, world.subjects().length]).toEqual([0, commits]);
  });

  test("that was restored from before the last windows names how many it lacks", async () => {
    const world = await filled({ now: "2026-11-03T06:00:00Z" });
    copyFileSync(place(world), `${place(world)}.old`);
    await nextDay(world);
    await world.run();
    await nextDay(world);
    copyFileSync(`${place(world)}.old`, place(world));
    world.sent.length = 0;
    const report = await world.run();
    expect(report.faults[0]).toContain("does not hold 2 windows that the ledger calls succeeded");
    expect(world.sent).toEqual([]);
  });

  test("that holds an older attempt than the last success lacks that window", async () => {
    const world = await filled();
    const [record] = await world.records();
    await world.run({ request: { reruns: [record!.runId] } });
    setEpoch(world, 1, "2026-11-01T00:00:00Z");
    await nextDay(world);
    expect((await world.run()).faults[0]).toContain("does not hold 1 window ");
  });

  test("that does not answer leaves the claim of a dead run as it is, for a run that can ask it", async () => {
    const world = createWorld();
    put(world, runningRecord(dayOf("2026-11-01"), { startedAt: at("2026-11-04T05:00:00Z") }));
    const before = await world.records();
    const report = await world.run({
      liveness: "dead",
      wrapDestination: (destination) => ({
        ...destination,
        windowRows: async () => fail("destination", "the database is down; start it"),
      }),
    });
    expect(report).toMatchObject({
      status: "failed",
      faults: ["contacts is stopped: the database is down; start it"],
    });
    expect([await world.records(), world.sent]).toEqual([before, []]);
  });

  test("that holds a later attempt, of a run that died, is trusted", async () => {
    const world = await filled();
    setEpoch(world, 7, "2026-11-01T00:00:00Z");
    expect(await world.run()).toMatchObject({ status: "ok", windowsSucceeded: 1 });
  });

  test("stops only the syncs whose windows it lacks", async () => {
    const deals = worldSync({ name: "deals", id: "deals", table: "deals" });
    const world = await filled({ syncs: [worldSync(), deals] });
    const database = new DatabaseSync(place(world));
    database.exec("DELETE FROM _tidemark_windows WHERE sync = 'contacts'");
    database.close();
    expect(await world.run()).toMatchObject({ status: "failed", windowsSucceeded: 1 });
    expect(await world.statuses("deals")).toHaveLength(4);
    expect(await world.statuses()).toHaveLength(3);
  });

  test("is asked again for what an open order writes anew only, and is whole after it", async () => {
    const world = await filled();
    empty(world);
    await world.putOrder(allOf("2026-11-01", "2026-11-04"));
    const report = await world.run();
    expect(report).toMatchObject({ status: "ok", windowsSucceeded: 4, faults: [] });
    expect(await world.rows()).toEqual(world.expectedRows("2026-11-05"));
    expect((await world.ledger())?.orders).toEqual([]);
    await nextDay(world);
    expect(await world.run()).toMatchObject({ status: "ok", windowsSucceeded: 1 });
  });

  test("is still short of what the order leaves out", async () => {
    const world = await filled();
    empty(world);
    await world.putOrder(allOf("2026-11-01", "2026-11-03"));
    expect((await world.run()).faults[0]).toContain("does not hold 1 window ");
  });

  test("is not asked for windows before the edge of retention", async () => {
    const { window } = worldSync();
    const retentionMicros = 2 * 86_400_000_000;
    const world = await filled();
    empty(world);
    await nextDay(world);
    await nextDay(world);
    await nextDay(world);
    world.project = {
      ...world.project,
      syncs: [worldSync({ window: { ...window, retentionMicros } })],
    };
    const report = await world.run();
    expect(report.windowsSucceeded).toBe(2);
    expect(report.faults.filter((fault) => fault.includes("does not hold"))).toEqual([]);
  });

  test("is asked for the newest twenty windows and no more", async () => {
    const run = { ...worldSync().run, maxWindows: 40 };
    const world = await filled({ now: "2026-11-23T06:00:00Z", syncs: [worldSync({ run })] });
    for (const day of november(1, 2)) setEpoch(world, 0, `${day}T00:00:00Z`);
    expect(await world.run()).toMatchObject({ status: "ok", windowsSucceeded: 1 });
    setEpoch(world, 0, "2026-11-03T00:00:00Z");
    await nextDay(world);
    setEpoch(world, 0, "2026-11-05T00:00:00Z");
    expect((await world.run()).faults[0]).toContain("does not hold 1 window ");
  });
});

/** A sync with every window succeeded, and one more due a day later. */
async function filled(
  options: { readonly now?: string; readonly syncs?: readonly ReturnType<typeof worldSync>[] } = {},
): Promise<World> {
  const world = createWorld({ now: "2026-11-04T06:00:00Z", ...options });
  await world.run();
  await nextDay(world);
  world.sent.length = 0;
  return world;
}

async function nextDay(world: World): Promise<void> {
  await world.clock.advanceTo(world.clock.mono() + 86_400_000);
}

function place(world: World): string {
  return join(world.folder, "rows.db");
}

function empty(world: World): void {
  for (const tail of ["", "-wal", "-shm", "-journal"])
    rmSync(`${place(world)}${tail}`, { force: true });
}

function setEpoch(world: World, epoch: number, start: string): void {
  const database = new DatabaseSync(place(world));
  const { changes } = database
    .prepare("UPDATE _tidemark_windows SET epoch = ? WHERE window_start = ?")
    .run(epoch, start);
  database.close();
  expect(changes).toBe(1);
}

function allOf(from: string, to: string): Order {
  return orderOf({
    from: at(from),
    to: at(to),
    reprocess: "all",
    orderedAt: at("2026-11-05T05:00:00Z"),
  });
}
