// Several windows of a sync in flight at once (`run.concurrency`), all through the one pacer and the one ledger.

import { describe, expect, test } from "vitest";

import { LedgerError } from "../../src/core/failure/errors.ts";
import { at, limitsOf } from "../support/builders.ts";
import {
  createWorld,
  type ProcessOptions,
  type World,
  type WorldOptions,
  worldSync,
} from "../support/run-world.ts";

const now = "2026-11-12T06:00:00Z";

function concurrent(windows: number, options: WorldOptions = {}): World {
  const { run } = worldSync();
  const sync = worldSync({ run: { ...run, maxWindows: 20, concurrency: windows } });
  const limits = limitsOf({ concurrency: 8 });
  return createWorld({ now, syncs: [sync], source: { limits }, latencyMs: 1000, ...options });
}

/** The most windows that had started and not ended while one of this prefix had. */
function mostAtOnce(world: World, prefix = ""): number {
  const flying = new Set<string>();
  let most = 0;
  for (const event of world.said) {
    if (event.kind === "started") flying.add(event.runId);
    if (event.kind === "settled") flying.delete(event.record.runId);
    if ([...flying].some((runId) => runId.startsWith(prefix))) most = Math.max(most, flying.size);
  }
  return most;
}

describe("windows in flight", () => {
  test.for([1, 2, 3])(
    "are at most %i, each executed once, and take less time the more there are",
    async (windows) => {
      const world = concurrent(windows);
      const report = await world.run();
      expect(report).toMatchObject({ status: "ok", windowsSucceeded: 11, recordsProcessed: 55 });
      expect([mostAtOnce(world), world.sent.length]).toEqual([windows, 33]);
      expect(await world.rows()).toEqual(world.expectedRows("2026-11-12"));
      expect(world.clock.mono()).toBeLessThan(34_500 / windows + 4000);
    },
  );

  test("of one files table land one on the other, also when one commit settles several", async () => {
    const world = concurrent(4, { destination: "files" });
    const onCommit: ProcessOptions["onCommit"] = async (commit) => {
      await world.clock.wake(world.clock.mono() + 2500);
      return await commit();
    };
    expect(await world.run({ onCommit })).toMatchObject({ status: "ok", windowsSucceeded: 11 });
    expect(await world.rows()).toEqual(world.expectedRows("2026-11-12"));
    expect(world.subjects().filter((subject) => /settle [23] windows/.test(subject))).not.toEqual(
      [],
    );
    const records = await world.records();
    expect(records.map(({ itemCounts }) => itemCounts.inserted)).toEqual(records.map(() => 5));
  });

  test("of syncs that allow different numbers fly as the smaller one says", async () => {
    const { run, window } = worldSync();
    const syncs = [1, 3].map((windows) =>
      worldSync({
        name: `s${windows}`,
        id: `s${windows}`,
        table: `s${windows}`,
        run: { ...run, maxWindows: 20, concurrency: windows },
        window: { ...window, start: at(windows === 1 ? "2026-11-09" : "2026-11-01") },
      }),
    );
    const world = concurrent(1, { syncs });
    expect(await world.run()).toMatchObject({ status: "ok", windowsSucceeded: 14 });
    expect(mostAtOnce(world)).toBe(3);
    expect(mostAtOnce(world, "s1/")).toBe(1);
  });

  test("claim no window that may not start beside them", async () => {
    const { run, window } = worldSync();
    const syncs = [1, 4].map((windows) =>
      worldSync({
        name: `s${windows}`,
        id: `s${windows}`,
        table: `s${windows}`,
        run: { ...run, maxWindows: 100, concurrency: windows },
        window: { ...window, start: at(windows === 1 ? "2026-11-11" : "2026-09-01") },
      }),
    );
    // While four windows of the one sync fly, a day ends and the other sync has a window due again.
    const lateEvening = "2026-11-12T23:58:00Z";
    let requests = 0;
    const latencyMs = (): number => 30_000 + (requests++ % 4) * 7000;
    const world = concurrent(1, { syncs, now: lateEvening, items: [], latencyMs });
    expect(await world.run()).toMatchObject({ status: "ok", windowsRemaining: 0 });
    const flying = new Set<string>();
    const early: string[] = [];
    for (const event of world.said) {
      if (event.kind === "started") flying.add(event.runId);
      if (event.kind === "settled") flying.delete(event.record.runId);
      const isEarly = event.kind === "claimed" && event.runId.startsWith("s1/") && flying.size > 0;
      if (isEarly) early.push(event.runId);
    }
    expect(early).toEqual([]);
    expect((await world.statuses("s1")).at(-1)).toBe("2026-11-12T00:00:00Z succeeded 1");
  });

  test("share the request limit of their source", async () => {
    const world = concurrent(3, { source: { limits: limitsOf({ concurrency: 1 }) } });
    expect(await world.run()).toMatchObject({ status: "ok", windowsSucceeded: 11 });
    expect(world.clock.mono()).toBeGreaterThanOrEqual(33_000);
  });

  test("end together when the ledger takes no commit any more, and send nothing after that", async () => {
    const world = concurrent(3);
    await world.run({ request: { maxWindows: 2 } });
    const onCommit: ProcessOptions["onCommit"] = async (commit, { nth }) =>
      nth === 1 ? { kind: "refused", message: "no", remedy: "ask" } : await commit();
    await expect(world.run({ onCommit })).rejects.toThrow(LedgerError);
    const sent = world.sent.length;
    await world.clock.advanceTo(world.clock.mono() + 60_000);
    expect(world.sent.length).toBe(sent);
    expect(world.rescued).toHaveLength(1);
  });

  test("are all rescued that ended by the time a commit was refused (4.6)", async () => {
    const world = concurrent(3, { destination: "files" });
    await world.run({ request: { maxWindows: 2 } });
    const onCommit: ProcessOptions["onCommit"] = async (commit, { nth }) => {
      if (nth === 0) return await commit();
      await world.clock.wake(world.clock.mono() + 20_000);
      return { kind: "refused", message: "no", remedy: "ask" };
    };
    await expect(world.run({ onCommit })).rejects.toThrow(LedgerError);
    expect(world.rescued).toEqual([
      [
        "ledger/contacts/2026/11/20261102T000000Z--20261103T000000Z.json",
        "ledger/contacts/2026/11/20261103T000000Z--20261104T000000Z.json",
        "ledger/contacts/2026/11/20261104T000000Z--20261105T000000Z.json",
        "data/contacts.ndjson",
      ],
    ]);
  });
});
