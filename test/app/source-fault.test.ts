// Whose fault it is: a source or a destination that gives nothing costs no attempt and closes itself for the run; a
// window that is refused is to blame itself (contract 3.2, P19).

import { describe, expect, test } from "vitest";

import { fail } from "../../src/core/failure/failure.ts";
import type { Destination, WindowWriter } from "../../src/ports/destination.ts";
import { limitsOf } from "../support/builders.ts";
import { dayOf } from "../support/record-builders.ts";
import { createWorld, type World, worldSync } from "../support/run-world.ts";
import { noResponse, respond } from "../support/scripted-source.ts";

const deals = worldSync({
  name: "deals",
  id: "deals",
  table: "deals",
  request: { ...worldSync().request, path: "/deals" },
});

describe("a fault", () => {
  test.for([
    { of: "auth", answer: () => respond("who?", { status: 401 }), code: "auth", sent: 1 },
    {
      of: "server errors",
      answer: () => respond("", { status: 503 }),
      code: "source_rejected",
      sent: 5,
    },
    { of: "no connection", answer: () => noResponse("network"), code: "network", sent: 5 },
    { of: "timeouts", answer: () => noResponse("timeout"), code: "timeout", sent: 5 },
  ])(
    "of the source, $of before any page, closes it: one request, and no attempt is used up",
    async ({ answer, code, sent }) => {
      const world = createWorld({ syncs: [worldSync(), deals] });
      world.answer = answer;
      const report = await world.run();
      expect(world.sent).toHaveLength(sent);
      const [record] = await world.records();
      expect(await world.records("deals")).toEqual([]);
      expect(report).toMatchObject({ status: "failed", windowsFailed: 0, windowsRemaining: 6 });
      expect(report.faults).toHaveLength(1);
      expect(report.faults[0]).toContain("source crm is closed for this run: ");
      expect(record).toMatchObject({
        status: "pending",
        window: dayOf("2026-11-03"),
        attempt: 1,
        failures: 0,
        history: [{ status: "released", code, requests: { sent } }],
      });
    },
  );

  test("throttled to the end before any page is no source fault, and waits for its longest period (P19)", async () => {
    const pace = [{ requests: 60, perMs: 60_000, mode: "safe", burst: 1 }] as const;
    const limits = limitsOf({ pace });
    const world = createWorld({ syncs: [worldSync(), deals], source: { limits } });
    world.answer = () => respond("", { status: 429 });
    const report = await world.run();
    expect(report).toMatchObject({ status: "partial", windowsFailed: 1, faults: [] });
    expect(world.sent).toHaveLength(5);
    const [record] = await world.records();
    expect(record).toMatchObject({ status: "failed", failures: 0, error: { code: "throttled" } });
    const waits = record?.status === "failed" ? record.error.resumeAfter : undefined;
    // In whole milliseconds, rounded up: never sooner than that.
    const heldMs = Math.floor(((waits ?? 0) - (record?.requests.lastAt ?? 0)) / 1000);
    expect([60_000, 60_001]).toContain(heldMs);
  });

  test("of the source puts its sync last until one of its windows succeeds", async () => {
    const world = createWorld({ syncs: [worldSync(), deals] });
    world.answer = () => respond("who?", { status: 401 });
    await world.run();
    await world.run();
    expect(world.sent.map(pathOf)).toEqual(["/v1/rows", "/v1/deals"]);
    world.answer = undefined;
    world.sent.length = 0;
    await world.run();
    const order = world.sent.filter(({ url }) => !url.includes("token=")).map(pathOf);
    expect(order.slice(0, 3)).toEqual(["/v1/rows", "/v1/deals", "/v1/rows"]);
    expect(await world.statuses()).toHaveLength(3);
    expect(await world.statuses("deals")).toHaveLength(3);
  });

  test("of the source lets a sync without one go first", async () => {
    const world = createWorld({ syncs: [worldSync(), deals] });
    world.answer = ({ url }) =>
      url.includes("/rows") ? respond("who?", { status: 401 }) : undefined;
    await world.run({ request: { syncs: ["contacts"], maxWindows: 1 } });
    world.answer = undefined;
    world.sent.length = 0;
    await world.run();
    const order = world.sent.filter(({ url }) => !url.includes("token=")).map(pathOf);
    expect(order.slice(0, 2)).toEqual(["/v1/deals", "/v1/rows"]);
  });

  test("auth after an accepted page fails its window uncounted, and the run", async () => {
    const world = createWorld();
    world.answer = ({ url }) =>
      url.includes("token=2") ? respond("who?", { status: 401 }) : undefined;
    const report = await world.run();
    expect(report).toMatchObject({ status: "failed", windowsFailed: 1, windowsRemaining: 3 });
    expect(await world.records()).toMatchObject([
      { status: "failed", failures: 0, error: { code: "auth" }, itemCounts: { fetched: 2 } },
    ]);
    expect(world.sent).toHaveLength(2);
  });

  test("three requests in a row that end on a fault close a source that had answered before (P19)", async () => {
    const world = createWorld({ now: "2026-11-07T06:00:00Z" });
    world.answer = ({ url }) =>
      url.includes("from=2026-11-06") ? undefined : respond("", { status: 503 });
    const report = await world.run();
    expect(report).toMatchObject({ status: "failed", windowsSucceeded: 1, windowsFailed: 2 });
    expect((await world.records()).map(({ status, failures }) => [status, failures])).toEqual([
      ["failed", 1],
      ["failed", 1],
      ["pending", 0],
      ["pending", 0],
      ["succeeded", 0],
    ]);
    expect(report.faults[0]).toContain("source crm is closed for this run: ");
  });

  test("three final refusals in a row close their sync, and its siblings go on (P19)", async () => {
    const world = createWorld({ now: "2026-11-07T06:00:00Z", syncs: [worldSync(), deals] });
    world.answer = ({ url }) => (url.includes("/rows") ? respond("", { status: 404 }) : undefined);
    const report = await world.run();
    expect(report).toMatchObject({ status: "failed", windowsSucceeded: 5, windowsFailed: 3 });
    expect(await world.records()).toMatchObject(
      [1, 2, 6].map((day) => ({
        window: dayOf(`2026-11-0${day}`),
        status: "failed",
        failures: 1,
        error: { code: "source_rejected" },
      })),
    );
    expect(await world.statuses("deals")).toHaveLength(5);
  });

  test.for([1, 5])(
    "of the destination that takes nothing, with %i items a window, closes its syncs uncounted",
    async (items) => {
      const world = createWorld({ syncs: [worldSync(), deals] });
      keepPerDay(world, items);
      const report = await world.run({
        wrapDestination: refusing(() => true),
      });
      expect(report).toMatchObject({ status: "failed", windowsSucceeded: 0 });
      expect(report.faults).toEqual([
        "contacts is stopped: rows.db: disk full",
        "deals is stopped: rows.db: disk full",
      ]);
      expect(await world.records("deals")).toEqual([]);
      expect(await world.records()).toMatchObject([
        { status: "failed", failures: 0, error: { code: "destination" } },
      ]);
      expect((await world.run()).windowsRemaining).toBe(0);
    },
  );

  test.for([1, 5])(
    "of the destination after it has taken rows counts against the window: %i items",
    async (items) => {
      const world = createWorld();
      keepPerDay(world, items);
      const report = await world.run({
        wrapDestination: refusing(({ runId }) => runId.includes("/20261101")),
      });
      expect(report).toMatchObject({ status: "failed", windowsSucceeded: 2, windowsFailed: 1 });
      expect((await world.records())[0]).toMatchObject({
        status: "failed",
        failures: 1,
        error: { code: "destination" },
      });
    },
  );
});

function pathOf({ url }: { readonly url: string }): string {
  return new URL(url).pathname;
}

function keepPerDay(world: World, count: number): void {
  const kept = world.items.filter(({ id }) => Number(String(id).slice(-1)) < count);
  world.items.splice(0, world.items.length, ...kept);
}

/** A destination that refuses the writes of some windows. */
function refusing(
  isRefused: (window: { readonly runId: string }) => boolean,
): (destination: Destination) => Destination {
  return (destination) => ({
    ...destination,
    openWindow: async (opening, tip) => {
      const opened = await destination.openWindow(opening, tip);
      if (!opened.ok || !isRefused(opening)) return opened;
      const writer: WindowWriter = {
        ...opened.value,
        write: async () => fail("destination", "rows.db: disk full"),
        finish: async () => fail("destination", "rows.db: disk full"),
      };
      return { ok: true, value: writer };
    },
  });
}
