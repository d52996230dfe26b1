// One epoch at a time (I11, L7): whose attempt may settle, and which rows may be adopted for it.

import { describe, expect, test } from "vitest";

import { runIdOf } from "../../src/core/record/run-id.ts";
import type { RunRecord } from "../../src/core/record/run-record.ts";
import { dayOf } from "../support/record-builders.ts";
import { createWorld, put, type World } from "../support/run-world.ts";

const day = dayOf("2026-11-02");
const runId = runIdOf("contacts", day);

async function recordOf(world: World): Promise<RunRecord> {
  const record = (await world.records()).find((one) => one.runId === runId);
  if (record === undefined) throw new Error("expected the window's record");
  return record;
}

describe("epochs", () => {
  test("a dead attempt that wrote nothing is lost, whatever an earlier one left complete (L7)", async () => {
    const world = createWorld();
    await world.run();
    const crashed = await world.runOrCrash({
      request: { reruns: [runId] },
      watch: ({ port, when, about }) =>
        port === "open" && when === "before" && about === runId ? "crash" : undefined,
    });
    const held = await recordOf(world);

    await world.run({ liveness: "dead" });

    expect(crashed).toBe("crashed");
    expect(held).toMatchObject({ status: "running", attempt: 2, claim: { epoch: 2 } });
    expect(await recordOf(world)).toMatchObject({
      status: "succeeded",
      reason: "retry",
      attempt: 3,
      history: [
        { attempt: 1, status: "succeeded" },
        { attempt: 2, status: "failed", code: "lost" },
      ],
    });
  });

  test.each([
    { what: "another holder", holder: "local:ffffffffffffffff", later: 0 },
    { what: "a later epoch of the same holder", holder: undefined, later: 1 },
  ])("a run settles nothing where the ledger names $what (L7)", async ({ holder, later }) => {
    const world = createWorld();
    let foreign: RunRecord | undefined;
    const take = async (): Promise<void> => {
      const record = await recordOf(world);
      if (record.status !== "running") throw new Error("expected a running record");
      const epoch = record.claim.epoch + later;
      const claim = { ...record.claim, epoch, holder: holder ?? record.claim.holder };
      foreign = { ...record, attempt: epoch, claim };
      put(world, foreign);
    };

    const report = await world.run({
      onCommit: async (commit, { subject }) => {
        if (subject.includes("settle 2026-11-02")) await take();
        return await commit();
      },
    });

    expect(report.status).toBe("failed");
    expect(report.faults.filter((fault) => fault.startsWith(runId))).toHaveLength(1);
    expect(foreign).toBeDefined();
    expect(await recordOf(world)).toEqual(foreign);
  });
});
