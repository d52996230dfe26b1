// `plan`: what a run would claim, and which of its syncs are stopped.

import { expect, test } from "vitest";

import { planCommand } from "../../../src/app/commands/plan.ts";
import { waiveCommand } from "../../../src/app/commands/waive.ts";
import { runIdOf } from "../../../src/core/record/run-id.ts";
import { dayOf, failedRecord } from "../../support/record-builders.ts";
import { createWorld, put, worldSync } from "../../support/run-world.ts";

test("names the stopped syncs of the asked sources, and no retired folder", async () => {
  const syncs = ["contacts", "deals"].map((id) => worldSync({ name: id, id, table: id }));
  const world = createWorld({ syncs });
  const path = "2026/11/20261101T000000Z--20261102T000000Z.json";
  world.branch.edit({ [`ledger/deals/${path}`]: "{", [`ledger/gone/${path}`]: "{" });
  const plan = await planCommand(world.input(), { syncs: [], maxWindows: undefined });
  expect(plan.stopped).toEqual([
    { sync: "deals", why: expect.stringContaining(`ledger/deals/${path}: `) },
  ]);
  expect(new Set(plan.windows.map(({ syncId }) => syncId))).toEqual(new Set(["contacts"]));
});

test("waive names the window that cannot be given up", async () => {
  const world = createWorld();
  await world.run({ request: { maxWindows: 1 } });
  put(world, failedRecord(dayOf("2026-11-01"), { attempt: 1, failures: 1 }));
  const runIds = ["2026-11-01", "2026-11-03"].map((day) => runIdOf("contacts", dayOf(day)));
  await expect(
    waiveCommand(world.input(), { runIds, reason: "why not", dryRun: false }),
  ).rejects.toThrow(
    `waive: expected failed windows, found ${runIds[1]}, which is succeeded; only what has failed can be given up`,
  );
});
