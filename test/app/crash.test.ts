// A run stopped dead before and after every effect at a port, and another one after it: the end is that of a run which
// nobody disturbed, every window counts once, and the record says what happened.

import { describe, expect, test } from "vitest";

import type { RunRecord } from "../../src/core/record/run-record.ts";
import type { SyncSpec } from "../../src/core/sync/sync-spec.ts";
import { at } from "../support/builders.ts";
import { dayOf } from "../support/record-builders.ts";
import { createWorld, type Effect, type World, worldSync } from "../support/run-world.ts";

/** Two windows are due. */
const now = "2026-11-03T06:00:00Z";

const kinds = ["sqlite", "files"] as const;

describe("a crash", () => {
  test.for(
    kinds.flatMap((destination) =>
      (["by its lock file", "by its lease"] as const).flatMap((proof) =>
        [1, 2].map((concurrency) => ({ destination, proof, concurrency })),
      ),
    ),
  )(
    "before or after any effect leaves what the next run completes: $destination, dead $proof, $concurrency at once",
    async ({ destination, proof, concurrency }) => {
      const syncs = [worldSync({ run: { ...worldSync().run, concurrency } })];
      const effects = await effectsOf(destination, syncs);
      expect(effects.length).toBeGreaterThan(30);
      for (const [nth, effect] of effects.entries()) {
        const world = createWorld({ now, destination, syncs });
        expect(await crashAt(world, nth)).toBe("crashed");
        const told = `${nth}: ${effect.when} ${effect.port} ${effect.about}`;
        if (proof === "by its lease") await world.clock.advanceTo(3_600_000);
        const liveness = proof === "by its lease" ? "unknown" : "dead";
        const report = await world.run({ liveness });
        expect([told, report.status === "failed", report.windowsRemaining]).toEqual([
          told,
          false,
          0,
        ]);
        expect([told, await world.rows()]).toEqual([told, world.expectedRows("2026-11-03")]);
        expect([told, ...(await world.records()).map(essence)]).toEqual([
          told,
          ...["2026-11-01", "2026-11-02"].map((day) => ({
            window: dayOf(day),
            status: "succeeded",
            failures: 0,
            processed: 5,
            records: 5,
          })),
        ]);
        expect([told, (await world.records()).map(historyFlaw)]).toEqual([told, ["", ""]]);
        expect((await world.run()).status).toBe("nothing_due");
      }
    },
  );

  test("during recovery is recovered like any other", async () => {
    const effects = await effectsOf("sqlite");
    const nth = effects.findIndex(({ port, about }) => port === "write" && about.includes("1101"));
    for (let second = 0; second < 12; second += 1) {
      const world = createWorld({ now });
      await crashAt(world, nth);
      await crashAt(world, second, "dead");
      const report = await world.run({ liveness: "dead" });
      expect(report.windowsRemaining).toBe(0);
      expect(await world.rows()).toEqual(world.expectedRows("2026-11-03"));
      expect((await world.records()).map(essence).map(({ status }) => status)).toEqual([
        "succeeded",
        "succeeded",
      ]);
    }
  });

  test("leaves the source alone while the lease may hold, and no longer", async () => {
    const world = createWorld({ now });
    await crashAt(world, 6);
    expect(await world.run()).toMatchObject({ status: "nothing_due", windowsRemaining: 2 });
    const [running] = (await world.records()).filter((record) => record.status === "running");
    const until = running?.status === "running" ? running.claim.leaseUntil : at(now);
    const lapsed = (until - at(now)) / 1000 + 60_000;
    await world.clock.advanceTo(lapsed - 1000);
    expect(await world.run()).toMatchObject({ status: "nothing_due" });
    await world.clock.advanceTo(lapsed + 1000);
    expect(await world.run()).toMatchObject({ status: "ok", windowsSucceeded: 2 });
  });

  test("after the destination had everything is adopted without a second fetch", async () => {
    const world = createWorld({ now });
    await world.runOrCrash({
      watch: ({ port, when, about }) =>
        port === "commit" && when === "before" && about.includes("settle 2026-11-02")
          ? "crash"
          : undefined,
    });
    const sent = world.sent.length;
    const [before] = (await world.records()).filter((record) => record.status === "running");
    await world.run({ liveness: "dead" });
    expect(world.sent.slice(sent).filter(({ url }) => url.includes("from=2026-11-02"))).toEqual([]);
    expect(world.subjects()).toContain("ledger(contacts): adopt 2026-11-02 succeeded, 5 records");
    const [, adopted] = await world.records();
    const undisturbed = createWorld({ now });
    await undisturbed.run();
    const [, expected] = await undisturbed.records();
    expect(adopted).toEqual({
      ...expected,
      plannedAt: before?.plannedAt,
      finishedAt: adopted?.status === "succeeded" ? adopted.finishedAt : undefined,
    });
  });

  test("before a window's turn came gives it back uncounted", async () => {
    const world = createWorld({ now: "2026-11-06T06:00:00Z" });
    await world.run({ request: { maxWindows: 1 } });
    await world.runOrCrash({ watch: ({ port }) => (port === "send" ? "crash" : undefined) });
    expect(await world.statuses()).toEqual([
      "2026-11-01T00:00:00Z running 1",
      "2026-11-02T00:00:00Z running 1",
      "2026-11-03T00:00:00Z running 1",
      "2026-11-04T00:00:00Z running 1",
      "2026-11-05T00:00:00Z succeeded 1",
    ]);
    await world.run({ liveness: "dead", request: { maxWindows: 1 } });
    const records = await world.records();
    expect(
      records.map(({ status, failures, history }) => [status, failures, history.length]),
    ).toEqual([
      ["succeeded", 0, 1],
      ["pending", 0, 1],
      ["pending", 0, 1],
      ["pending", 0, 1],
      ["succeeded", 0, 0],
    ]);
    expect(records[0]?.history[0]).toMatchObject({ status: "failed", code: "lost" });
    expect(records[1]?.history[0]).toMatchObject({ status: "released", code: undefined });
  });
});

/** Every effect of a run that nobody disturbs. */
async function effectsOf(
  destination: (typeof kinds)[number],
  syncs: readonly SyncSpec[] = [worldSync()],
): Promise<readonly Effect[]> {
  const effects: Effect[] = [];
  const world = createWorld({ now, destination, syncs });
  await world.run({ watch: (effect) => void effects.push(effect) });
  return effects;
}

async function crashAt(
  world: World,
  nth: number,
  liveness: "dead" | "unknown" = "unknown",
): Promise<unknown> {
  let seen = 0;
  return await world.runOrCrash({
    liveness,
    watch: () => {
      seen += 1;
      return seen > nth ? "crash" : undefined;
    },
  });
}

function essence(record: RunRecord) {
  const { window, status, failures, itemCounts, receipt } = record;
  return { window, status, failures, processed: itemCounts.processed, records: receipt.records };
}

// One attempt that succeeded; those before it were lost or released, and their numbers are below.
function historyFlaw({ attempt, history }: RunRecord): string {
  const odd = history.find(
    (entry) => entry.attempt >= attempt || !(entry.code === "lost" || entry.status === "released"),
  );
  if (odd !== undefined) return `attempt ${odd.attempt} ${odd.status} ${odd.code ?? ""}`;
  return history.length === attempt - 1 ? "" : `attempt ${attempt} after ${history.length}`;
}
