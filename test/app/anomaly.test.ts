// A window without records where there always were some (contract 4.7): first doubted, then asked for by a control
// request, and only then believed or not.

import { describe, expect, test } from "vitest";

import type { SyncSpec } from "../../src/core/sync/sync-spec.ts";
import { createWorld, itemsOf, november, type World, worldSync } from "../support/run-world.ts";
import { respond } from "../support/scripted-source.ts";

const empty = respond({ items: [], next: null });

describe("a zero", () => {
  test("where the last windows had ten and more fails once, uncounted, and leaves the run partial", async () => {
    const world = await filled();
    silence(world, "2026-11-06");
    const report = await world.run();
    expect(report).toMatchObject({ status: "partial", windowsFailed: 1, faults: [] });
    expect(await lastOf(world)).toMatchObject({
      status: "failed",
      failures: 0,
      attempt: 1,
      error: { code: "anomaly", retryable: true, resumeAfter: undefined },
      receipt: { records: 0 },
    });
  });

  test("is not asked again within ten minutes, and then with a control request first", async () => {
    const world = await filled();
    silence(world, "2026-11-06");
    const started = world.clock.mono();
    await world.run();
    const ended = world.clock.mono();
    world.sent.length = 0;
    await world.clock.advanceTo(started + 9 * 60_000);
    expect(await world.run()).toMatchObject({ status: "nothing_due", windowsRemaining: 1 });
    expect(world.sent).toEqual([]);
    await world.clock.advanceTo(ended + 10 * 60_000);
    expect(await world.run()).toMatchObject({ status: "ok", windowsSucceeded: 1 });
    // One page of the newest covered window that had records, then the window itself.
    expect(
      world.sent.map(({ url }) => new URL(url).searchParams.get("from")?.slice(0, 10)),
    ).toEqual(["2026-11-05", "2026-11-06"]);
    expect(await lastOf(world)).toMatchObject({
      status: "succeeded",
      attempt: 2,
      failures: 0,
      requests: { sent: 2 },
      warnings: [{ code: "zero_accepted", count: 1 }],
      history: [{ status: "failed", code: "anomaly" }],
    });
  });

  test("that turns out to be none is an ordinary success", async () => {
    const world = await filled();
    silence(world, "2026-11-06");
    await world.run();
    world.answer = undefined;
    await world.clock.advanceTo(world.clock.mono() + 10 * 60_000);
    expect(await world.run()).toMatchObject({ status: "ok", recordsProcessed: 12 });
    expect(await lastOf(world)).toMatchObject({ status: "succeeded", warnings: [] });
  });

  test("with an empty control request is not believed: uncounted, and the run fails, time after time", async () => {
    const world = await filled();
    world.answer = () => empty;
    await world.run();
    for (const attempt of [2, 3]) {
      await world.clock.advanceTo(world.clock.mono() + 10 * 60_000);
      expect(await world.run()).toMatchObject({ status: "failed", windowsFailed: 1 });
      expect(await lastOf(world)).toMatchObject({
        status: "failed",
        attempt,
        failures: 0,
        error: { code: "anomaly" },
      });
    }
  });

  test("after a control request that failed is still in doubt", async () => {
    const world = await filled();
    silence(world, "2026-11-06");
    await world.run();
    world.answer = ({ url }) =>
      url.includes("from=2026-11-05") ? respond("", { status: 404 }) : empty;
    await world.clock.advanceTo(world.clock.mono() + 10 * 60_000);
    expect(await world.run()).toMatchObject({ status: "failed", windowsFailed: 1 });
    expect(await lastOf(world)).toMatchObject({
      status: "failed",
      error: { code: "source_rejected" },
      requests: { sent: 1 },
    });
  });

  test("after fewer than five successes, or a median below ten, is ordinary", async () => {
    const few = await filled({ days: 4 });
    silence(few, "2026-11-05");
    expect(await few.run()).toMatchObject({ status: "ok", windowsSucceeded: 1 });
    const small = await filled({ perDay: 9 });
    silence(small, "2026-11-06");
    expect(await small.run()).toMatchObject({ status: "ok", windowsSucceeded: 1 });
  });

  test.for([
    { zero: "allow", status: "ok", failures: 0 },
    { zero: "fail", status: "failed", failures: 1 },
  ] as const)(
    "with alerts.zero: $zero ends the run $status",
    async ({ zero, status, failures }) => {
      const world = await filled({ sync: { alerts: { zero, issue: false } } });
      silence(world, "2026-11-06");
      expect((await world.run()).status).toBe(status);
      expect((await lastOf(world))?.failures).toBe(failures);
    },
  );
});

/** A ledger with days of records from 1 November on, and the day after them due. */
async function filled(
  options: {
    readonly days?: number;
    readonly perDay?: number;
    readonly sync?: Partial<SyncSpec>;
  } = {},
): Promise<World> {
  const { days = 5, perDay = 12, sync = {} } = options;
  const run = { ...worldSync().run, maxWindows: 20 };
  const world = createWorld({
    now: `2026-11-0${days + 1}T06:00:00Z`,
    items: itemsOf(november(1, days + 1), perDay),
    syncs: [worldSync({ run, ...sync })],
  });
  await world.run();
  await world.clock.advanceTo(86_400_000);
  world.sent.length = 0;
  return world;
}

/** The API answers nothing for windows from that day on, and for older ones as before. */
function silence(world: World, day: string): void {
  world.answer = ({ url }) => (url.includes(`from=${day}`) ? empty : undefined);
}

async function lastOf(world: World) {
  return (await world.records()).at(-1);
}
