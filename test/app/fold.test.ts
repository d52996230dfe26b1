// The fold at the end of a run (contract 3.5): old windows give up their files and stay covered, a rerun writes a file
// of its own again, and a later fold takes it back.

import { describe, expect, test } from "vitest";

import { openLedger } from "../../src/adapters/ledger/file-ledger.ts";
import { systemDigest } from "../../src/adapters/system/digest.ts";
import { compactCommand } from "../../src/app/commands/compact.ts";
import { coverageOf } from "../../src/core/plan/sync-state.ts";
import { runIdOf } from "../../src/core/record/run-id.ts";
import type { RunRecord } from "../../src/core/record/run-record.ts";
import { at, projectOf } from "../support/builders.ts";
import { memoryStore } from "../support/memory-ledger-store.ts";
import { dayOf, failedRecord, orderOf } from "../support/record-builders.ts";
import { createWorld, november, put, type World } from "../support/run-world.ts";

const now = "2026-11-13T06:00:00Z";
const third = runIdOf("contacts", dayOf("2026-11-03"));

describe("the fold", () => {
  test("at the end of a run takes the oldest windows until half of keep_files remain", async () => {
    const world = keeping(4);
    const report = await world.run({ request: { maxWindows: 20 } });
    expect(report).toMatchObject({ status: "ok", windowsSucceeded: 12, windowsRemaining: 0 });
    expect(world.subjects().at(-1)).toBe("ledger(contacts): fold 10 windows");
    expect(await world.statuses()).toEqual([
      "2026-11-11T00:00:00Z succeeded 1",
      "2026-11-12T00:00:00Z succeeded 1",
    ]);
    const ledger = await world.ledger();
    expect(coverageOf(ledger!)).toEqual([{ start: at("2026-11-01"), end: at("2026-11-13") }]);
    expect((await folded(world)).map(({ runId }) => runId)).toEqual(
      november(1, 10).map((day) => runIdOf("contacts", dayOf(day))),
    );
    expect(await world.run()).toMatchObject({ status: "nothing_due" });
  });

  test("that is refused at the end of a run is told, and what the run did stays done", async () => {
    const world = keeping(4);
    const report = await world.run({
      request: { maxWindows: 20 },
      onCommit: async (commit, { subject }) =>
        subject.includes("fold")
          ? { kind: "refused", message: "no", remedy: "ask" }
          : await commit(),
    });
    expect(report).toMatchObject({
      status: "ok",
      windowsSucceeded: 12,
      notes: ["old records were not folded: no\nremedy: ask"],
    });
    expect(await world.run()).toMatchObject({ status: "nothing_due" });
    expect(world.subjects().at(-1)).toBe("ledger(contacts): fold 10 windows");
  });

  test("leaves failed windows where they are", async () => {
    const world = keeping(4);
    put(world, failedRecord(dayOf("2026-11-02"), { attempt: 5, failures: 5 }));
    await world.run({ request: { maxWindows: 20 } });
    expect(await world.statuses()).toEqual([
      "2026-11-02T00:00:00Z failed 5",
      "2026-11-11T00:00:00Z succeeded 1",
      "2026-11-12T00:00:00Z succeeded 1",
    ]);
  });

  test("is undone for a window by its rerun, whose file wins until it is folded back", async () => {
    const world = keeping(4);
    await world.run({ request: { maxWindows: 20 } });
    const [, , before] = await folded(world);
    const rerun = await world.run({ request: { reruns: [third] } });
    expect(rerun).toMatchObject({ status: "ok", windowsSucceeded: 1 });
    const [own] = await world.records();
    expect(own).toMatchObject({
      runId: third,
      status: "succeeded",
      attempt: 2,
      reason: "rerun",
      itemCounts: { unchanged: 5 },
      receipt: before?.receipt,
      history: [{ attempt: 1, status: "succeeded", receipt: before?.receipt }],
    });
    expect(await folded(world)).toHaveLength(10);
    await world.clock.advanceTo(2 * 86_400_000);
    await world.run();
    expect(world.subjects().at(-1)).toBe("ledger(contacts): fold 3 windows");
    const months = await folded(world);
    expect(months.map(({ runId }) => runId)).toEqual(
      november(1, 12).map((day) => runIdOf("contacts", dayOf(day))),
    );
    expect(months[2]).toEqual(own);
    expect((await world.ledger())?.fold.months).toMatchObject([
      { month: "2026-11", windows: 12, itemCounts: { processed: 60 } },
    ]);
  });

  test("hides nothing from an order that reads everything again", async () => {
    const world = keeping(4);
    await world.run({ request: { maxWindows: 20 } });
    await world.clock.advanceTo(3_600_000);
    await world.putOrder(
      orderOf({
        from: at("2026-11-01"),
        to: at("2026-11-13"),
        reprocess: "all",
        orderedAt: at("2026-11-13T06:30:00Z"),
      }),
    );
    const report = await world.run({ request: { maxWindows: 20 } });
    expect(report).toMatchObject({ status: "ok", windowsSucceeded: 12 });
    expect((await world.ledger())?.orders).toEqual([]);
    expect((await folded(world)).map(({ attempt }) => attempt)).toEqual(
      Array.from({ length: 10 }, () => 2),
    );
  });

  test("after a lost race is made on what is there, never twice", async () => {
    const world = keeping(4);
    await world.run({
      request: { maxWindows: 20 },
      onCommit: async (commit, { subject }) => {
        if (subject.includes("fold") && !world.subjects().includes("edit by hand"))
          world.branch.edit({ "docs/notes.md": "x\n" });
        return await commit();
      },
    });
    expect(world.subjects().filter((subject) => subject.includes("fold"))).toHaveLength(1);
    expect(await folded(world)).toHaveLength(10);
  });

  test("by compact takes what exceeds keep_files now, and with a dry run nothing", async () => {
    const world = keeping(undefined);
    await world.run({ request: { maxWindows: 20 } });
    expect(await world.records()).toHaveLength(12);
    world.project = keeping(4).project;
    const dry = await world.clock.run(compactCommand(world.input(), { dryRun: true }));
    expect(dry).toEqual({ folded: 10, commit: undefined });
    expect(await world.records()).toHaveLength(12);
    const wet = await world.clock.run(compactCommand(world.input(), { dryRun: false }));
    expect(wet).toEqual({ folded: 10, commit: world.branch.tip });
    expect(await world.records()).toHaveLength(2);
  });

  test("passes over a sync that is stopped by a file that a person changed", async () => {
    const world = keeping(undefined);
    await world.run({ request: { maxWindows: 20 } });
    world.project = keeping(4).project;
    const commits = world.subjects().length;
    const path = "ledger/contacts/2026/11/20261101T000000Z--20261102T000000Z.json";
    const report = await world.run({ differing: [path] });
    expect(report.faults).toEqual([
      `contacts is stopped: ${path}: expected the file as committed, found it changed in index or work tree; commit it or restore it`,
    ]);
    expect(world.subjects()).toHaveLength(commits);
  });
});

function keeping(keepFiles: number | undefined): World {
  const { ledger } = projectOf();
  return createWorld({ now, project: { ledger: { ...ledger, keepFiles } } });
}

/** The folded records of the sync, in order. */
async function folded(world: World): Promise<readonly RunRecord[]> {
  const store = memoryStore(world.branch);
  const ledger = openLedger(store, { path: "ledger", digest: systemDigest() });
  const { syncs } = await ledger.read(world.branch.tip);
  const { records, problems } = await ledger.folded(
    world.branch.tip,
    syncs.get("contacts")!,
    "all",
  );
  expect(problems).toEqual([]);
  return records;
}
