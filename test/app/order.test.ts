// Orders over several runs (contract 3.4): served to their last window, withdrawn, never before the windows that are
// newly due; the commit that settles the last one takes the file away.

import { describe, expect, test } from "vitest";

import { backfillCommand } from "../../src/app/commands/backfill.ts";
import type { Order } from "../../src/core/plan/order-record.ts";
import { at } from "../support/builders.ts";
import { dayOf, failedRecord, orderOf } from "../support/record-builders.ts";
import { createWorld, itemsOf, november, put, type World } from "../support/run-world.ts";
import { respond } from "../support/scripted-source.ts";

const now = "2026-11-13T06:00:00Z";
const orderedAt = at("2026-11-13T05:59:00Z");

describe("an order", () => {
  test("is served over several runs to its last window, whose settling commit removes its file", async () => {
    const world = await covered();
    const order = missing("2026-10-01", "2026-11-01");
    await world.putOrder(order);
    const served: number[] = [];
    while ((await world.ledger())?.orders.length === 1) {
      const report = await world.run();
      expect(report.status).toBe("ok");
      served.push(report.windowsSucceeded);
      if (served.length > 10) throw new Error("the order never ends");
    }
    expect(served).toEqual([5, 5, 5, 5, 5, 5, 1]);
    expect(world.subjects().at(-1)).toBe(
      `ledger(contacts): settle 2026-10-31 succeeded, 5 records; finish order ${order.id}`,
    );
    expect(await world.run()).toMatchObject({ status: "nothing_due" });
    const records = await world.records();
    expect(records).toHaveLength(43);
    expect(records.slice(0, 31).map(({ reason, status }) => `${reason} ${status}`)).toEqual(
      Array.from({ length: 31 }, () => "backfill succeeded"),
    );
  });

  test("goes from the newest on where it says so", async () => {
    const world = await covered();
    await world.putOrder({ ...missing("2026-10-01", "2026-11-01"), direction: "newest" });
    await world.run({ request: { maxWindows: 2 } });
    expect((await world.statuses()).slice(0, 2)).toEqual([
      "2026-10-30T00:00:00Z succeeded 1",
      "2026-10-31T00:00:00Z succeeded 1",
    ]);
  });

  test("withdrawn in the middle is served no further, and what it covered stays", async () => {
    const world = await covered();
    const order = missing("2026-10-01", "2026-11-01");
    await world.putOrder(order);
    await world.run();
    world.branch.edit({ [`ledger/contacts/orders/${order.id}.json`]: undefined });
    expect(await world.run()).toMatchObject({ status: "nothing_due", windowsRemaining: 0 });
    expect(await world.records()).toHaveLength(17);
  });

  test("withdrawn while a run serves it is served no further than what is claimed", async () => {
    const world = await covered();
    const order = missing("2026-10-01", "2026-11-01");
    await world.putOrder(order);
    const report = await world.run({
      request: { maxWindows: 30 },
      onCommit: async (commit, { nth }) => {
        if (nth === 1)
          world.branch.edit({ [`ledger/contacts/orders/${order.id}.json`]: undefined });
        return await commit();
      },
    });
    expect(report).toMatchObject({ status: "ok", windowsSucceeded: 20, windowsRemaining: 0 });
  });

  test("waits for windows that are newly due", async () => {
    const world = await covered();
    await world.putOrder(missing("2026-10-01", "2026-11-01"));
    await world.clock.advanceTo(world.clock.mono() + 3 * 86_400_000);
    const { settled } = await world.run();
    // The newest one, then rounds of one catch-up and one ordered window each.
    expect(settled.map(({ window, reason }) => [reason, window.start])).toEqual([
      ["due", at("2026-11-15")],
      ["catch_up", at("2026-11-13")],
      ["backfill", at("2026-10-01")],
      ["catch_up", at("2026-11-14")],
      ["backfill", at("2026-10-02")],
    ]);
  });

  test("of everything reads every window again once, and keeps its outcome in history", async () => {
    const world = await covered();
    const before = await world.records();
    await world.clock.advanceTo(3_600_000);
    await world.putOrder({
      ...missing("2026-11-01", "2026-11-13"),
      reprocess: "all",
      orderedAt: at("2026-11-13T06:30:00Z"),
    });
    const first = await world.run({ request: { maxWindows: 20 } });
    expect(first).toMatchObject({ status: "ok", windowsSucceeded: 12 });
    expect((await world.ledger())?.orders).toEqual([]);
    const after = await world.records();
    expect(after.map(({ attempt, reason, receipt }) => [attempt, reason, receipt])).toEqual(
      before.map(({ receipt }) => [2, "backfill", receipt]),
    );
    expect(after.map(({ itemCounts }) => itemCounts.unchanged)).toEqual(before.map(() => 5));
    expect(after.map(({ history }) => history.map(({ status }) => status))).toEqual(
      before.map(() => ["succeeded"]),
    );
  });

  test("of failed windows ends with their next attempt, whatever it comes to", async () => {
    const world = await covered();
    const parked = failedRecord(dayOf("2026-11-02"), { attempt: 5, failures: 5 });
    put(world, parked);
    await world.putOrder({ ...missing("2026-11-01", "2026-11-13"), reprocess: "failed" });
    world.answer = () => respond("", { status: 404 });
    expect(await world.run()).toMatchObject({ windowsFailed: 1 });
    const [, record] = await world.records();
    expect(record).toMatchObject({ status: "failed", attempt: 6, failures: 1, reason: "backfill" });
    expect((await world.ledger())?.orders).toEqual([]);
  });

  test("by backfill is one commit, and the run after it serves it", async () => {
    const world = await covered();
    const request = {
      syncs: ["contacts"],
      from: "2026-10-30",
      to: "2026-11-03",
      names: { from: "--from", to: "--to" },
      reprocess: "missing",
      direction: "oldest",
      reason: undefined,
      yes: false,
      dryRun: false,
      approval: undefined,
    } as const;
    const commits = world.subjects().length;
    const [ordered] = await world.clock.run(backfillCommand(world.input(), request));
    const view = ordered?.view;
    expect(view).toMatchObject({ sync: "contacts", isDone: false, beyondRetention: [] });
    expect(view?.windows).toEqual([dayOf("2026-10-30"), dayOf("2026-10-31")]);
    expect(world.subjects().slice(commits)).toEqual([
      "ledger(contacts): order 2026-10-30 to 2026-11-03, missing",
    ]);
    expect((await world.ledger())?.orders).toEqual([view?.order]);
    expect(await world.run()).toMatchObject({ status: "ok", windowsSucceeded: 2 });
    expect((await world.ledger())?.orders).toEqual([]);
    const [again] = await world.clock.run(backfillCommand(world.input(), request));
    expect(again?.view).toMatchObject({ isDone: true, windows: [] });
    expect((await world.ledger())?.orders).toEqual([]);
  });
});

/** The first to the twelfth of November are covered, and October has records. */
async function covered(): Promise<World> {
  const october = Array.from(
    { length: 31 },
    (_, nth) => `2026-10-${String(nth + 1).padStart(2, "0")}`,
  );
  const world = createWorld({ now, items: itemsOf([...october, ...november(1, 28)]) });
  await world.run({ request: { maxWindows: 20 } });
  return world;
}

function missing(from: string, to: string): Order {
  return orderOf({ from: at(from), to: at(to), orderedAt });
}
