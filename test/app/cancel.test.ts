// A run that is asked to stop, by a signal or by its budget: what it holds is settled or released in one commit, within
// five seconds, and the next run goes on.

import { describe, expect, test } from "vitest";

import { Cancelled } from "../../src/core/failure/errors.ts";
import { tiles } from "../../src/core/window/window.ts";
import { at, limitsOf } from "../support/builders.ts";
import { dayOf } from "../support/record-builders.ts";
import { createWorld, type Effect, type World, worldSync } from "../support/run-world.ts";

const now = "2026-11-04T06:00:00Z";

describe("a run that stops", () => {
  test.for(
    (["sqlite", "files"] as const).flatMap((destination) =>
      [1, 2].map((concurrency) => ({ destination, concurrency })),
    ),
  )(
    "by a signal at any effect settles or releases, in one commit and uncounted: $destination, $concurrency at once",
    async ({ destination, concurrency }) => {
      const syncs = [worldSync({ run: { ...worldSync().run, concurrency } })];
      const effects: Effect[] = [];
      await createWorld({ now, destination, syncs }).run({
        watch: (effect) => void effects.push(effect),
      });
      expect(effects.length).toBeGreaterThan(40);
      for (const [nth, effect] of effects.entries()) {
        const told = `${nth}: ${effect.when} ${effect.port} ${effect.about}`;
        const world = createWorld({ now, destination, syncs });
        const cancel = new AbortController();
        let seen = 0;
        let commits = 0;
        let requests = 0;
        let cancelledAt = 0;
        const running = world.run({
          cancel: cancel.signal,
          watch: ({ port, when }) => {
            if (seen === nth) {
              cancelledAt = world.clock.mono();
              cancel.abort();
            } else if (seen > nth && when === "before") {
              commits += port === "commit" ? 1 : 0;
              requests += port === "send" ? 1 : 0;
            }
            seen += 1;
          },
        });
        await expect(running).rejects.toThrow(Cancelled);
        expect([told, world.clock.mono() - cancelledAt < 5000]).toEqual([told, true]);
        expect([told, commits <= 1, requests]).toEqual([told, true, 0]);
        const records = await world.records();
        for (const record of records) {
          expect([told, record.failures]).toEqual([told, 0]);
          const how = record.status === "failed" ? record.error.code : record.status;
          expect(["pending", "succeeded", "cancelled"]).toContain(how);
        }
        const next = await world.run();
        expect([told, next.status === "failed", next.windowsRemaining]).toEqual([told, false, 0]);
        expect([told, await world.rows()]).toEqual([told, world.expectedRows("2026-11-04")]);
      }
    },
  );

  test("by its budget before the first page was accepted gives the window back uncounted", async () => {
    const world = createWorld({ now, latencyMs: 200_000 });
    const report = await world.run({ request: { timeBudgetMs: 100_000 } });
    expect(report).toMatchObject({ status: "partial", windowsRemaining: 3, faults: [] });
    expect(world.clock.mono()).toBeLessThan(100_000);
    const [record] = await world.records();
    expect(record).toMatchObject({
      status: "pending",
      window: dayOf("2026-11-03"),
      attempt: 1,
      failures: 0,
      history: [{ attempt: 1, status: "released", code: undefined, requests: { sent: 1 } }],
    });
  });

  test("by its budget after more than half of it splits the window at once into parts that tile it (4.1)", async () => {
    const world = createWorld({ now: "2026-11-02T06:00:00Z", latencyMs: 40_000 });
    const report = await world.run({ request: { timeBudgetMs: 100_000 } });
    expect(report.settled).toMatchObject([{ status: "failed", error: { code: "deadline" } }]);
    const parts = await world.records();
    expect(
      tiles(
        dayOf("2026-11-01"),
        parts.map(({ window }) => window),
      ),
    ).toBe(true);
    // Half of the day took 80 s: 160 s in all, so that 4 parts take half of a budget at most.
    expect(parts.map(({ status, attempt, failures }) => [status, attempt, failures])).toEqual(
      Array.from({ length: 4 }, () => ["pending", 1, 0]),
    );
    expect(parts.map(({ history }) => history.map(({ code }) => code))).toEqual([
      ["deadline"],
      [],
      [],
      [],
    ]);
    await world.run();
    expect(await world.rows()).toEqual(world.expectedRows("2026-11-02"));
    expect((await world.records()).map(({ status }) => status)).toEqual(
      Array.from({ length: 4 }, () => "succeeded"),
    );
  });

  test("by its budget after less than half of it fails the window uncounted and whole (4.1)", async () => {
    const world = createWorld({
      now: "2026-11-03T06:00:00Z",
      latencyMs: ({ url }) => (url.includes("from=2026-11-01") ? 30_000 : 14_000),
    });
    const report = await world.run({ request: { timeBudgetMs: 100_000 } });
    expect(report).toMatchObject({ status: "partial", windowsSucceeded: 1, windowsFailed: 1 });
    const [record] = await world.records();
    expect(record).toMatchObject({
      status: "failed",
      window: dayOf("2026-11-01"),
      failures: 0,
      error: { code: "deadline" },
      itemCounts: { fetched: 2 },
    });
  });

  test("by a pace that lets no next request into the budget splits the window as one that had it all (4.1)", async () => {
    const pace = [{ requests: 1, perMs: 3_600_000, mode: "fast", burst: 1 }] as const;
    const world = createWorld({
      now: "2026-11-02T06:00:00Z",
      source: { limits: limitsOf({ pace }) },
    });
    const report = await world.run();
    expect(report.settled).toMatchObject([{ status: "failed", error: { code: "deadline" } }]);
    const parts = await world.records();
    expect(parts.map(({ status, failures }) => [status, failures])).toEqual(
      parts.map(() => ["pending", 0]),
    );
    expect(
      tiles(
        dayOf("2026-11-01"),
        parts.map(({ window }) => window),
      ),
    ).toBe(true);
  });

  test("claims no window with less time left than its sync's median needs (4.1)", async () => {
    const world = createWorld({ now, latencyMs: 10_000 });
    const report = await world.run({ request: { timeBudgetMs: 100_000 } });
    expect(report).toMatchObject({ status: "ok", windowsSucceeded: 2, windowsRemaining: 1 });
    expect(await world.statuses()).toHaveLength(2);
  });

  test("at a cap cuts the window in two and goes on with the parts in the same run", async () => {
    const world = createWorld({ now: "2026-11-02T06:00:00Z" });
    const [sync] = world.project.syncs;
    world.project = {
      ...world.project,
      syncs: [{ ...sync!, pages: { ...sync!.pages, max: 2 } }],
    };
    world.items.splice(0, 5, ...itemsAt("03"), ...itemsAt("15"));
    const report = await world.run();
    expect(report).toMatchObject({ windowsSucceeded: 2, windowsFailed: 1, windowsRemaining: 0 });
    expect(await world.rows()).toEqual(world.expectedRows("2026-11-02"));
    const parts = await world.records();
    expect(
      tiles(
        dayOf("2026-11-01"),
        parts.map(({ window }) => window),
      ),
    ).toBe(true);
  });
});

/** Three items of the first of November. */
function itemsAt(hour: string): World["items"] {
  return [0, 1, 2].map((nth) => ({
    id: `${hour}-${nth}`,
    updatedAt: at(`2026-11-01T${hour}:00:0${nth}Z`),
  }));
}
