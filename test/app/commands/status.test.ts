// `status` on ledgers that runs have left: what is shown, and that looking changes and asks nothing.

import { expect, test } from "vitest";

import { statusCommand } from "../../../src/app/commands/status.ts";
import { ConfigError } from "../../../src/core/failure/errors.ts";
import { statusText } from "../../../src/core/report/status-view.ts";
import { at } from "../../support/builders.ts";
import { dayOf, failedRecord, succeededRecord } from "../../support/record-builders.ts";
import { createWorld, put, type World, worldSync } from "../../support/run-world.ts";

async function linesOf(world: World, syncs: readonly string[] = []): Promise<readonly string[]> {
  return statusText(await statusCommand(world.input(), { syncs })).split("\n");
}

test("after a run everything up to the horizon is covered; looking asks and commits nothing", async () => {
  const world = createWorld();
  await world.run();
  const before = { tip: world.branch.tip, sent: world.sent.length };
  expect(await linesOf(world)).toEqual([
    "contacts: crm to local.contacts, windows of 1d, every 1d",
    "  [###] 2026-11-01 to 2026-11-04",
    "  covered to 2026-11-04T00:00:00Z, 6 h ago; horizon 2026-11-04T00:00:00Z",
    "  open: none",
    "  a window typically takes 0.1 s of the 24 h between runs",
    "",
    "legend: # covered  ~ stale  . open  > running  ! failed  P parked  w waived  x lost",
    "",
  ]);
  expect({ tip: world.branch.tip, sent: world.sent.length }).toEqual(before);
});

test("a changed mapping makes covered windows stale", async () => {
  const world = createWorld();
  await world.run();
  world.project = { ...world.project, syncs: [worldSync({ keyColumn: "contact" })] };
  expect(await linesOf(world)).toEqual([
    "contacts: crm to local.contacts, windows of 1d, every 1d",
    "  [~~~] 2026-11-01 to 2026-11-04",
    "  covered to 2026-11-04T00:00:00Z, 6 h ago; horizon 2026-11-04T00:00:00Z",
    "  open: none",
    "  stale, read with another mapping: 1 range from 2026-11-01T00:00:00Z to 2026-11-04T00:00:00Z",
    "    remedy: tidemark backfill contacts --reprocess stale --from 2026-11-01T00:00:00Z --to 2026-11-04T00:00:00Z",
    "  a window typically takes 0.1 s of the 24 h between runs",
    "",
    "legend: # covered  ~ stale  . open  > running  ! failed  P parked  w waived  x lost",
    "",
  ]);
});

test("a damaged folder is shown as stopped, the other syncs as they are", async () => {
  const world = createWorld({
    syncs: [worldSync(), worldSync({ name: "deals", id: "deals", table: "deals" })],
  });
  world.branch.edit({ "ledger/contacts/fold.json": "{}\n" });
  const view = await statusCommand(world.input(), { syncs: [] });
  expect(view.syncs.map((entry) => entry.kind)).toEqual(["stopped", "sound"]);
  expect((await linesOf(world, ["contacts"])).slice(0, 2)).toEqual([
    "contacts: crm to local.contacts, windows of 1d, every 1d  STOPPED: its folder in the ledger is damaged",
    "  ledger/contacts/fold.json: schema: expected a version from 1 to 1, found none",
  ]);
});

test("folders without a sync are retired, and only shown when no sync is named", async () => {
  const world = createWorld();
  put(world, succeededRecord(dayOf("2026-06-01"), { syncId: "old" }));
  const line =
    "old: retired, no sync of this configuration has this id; 1 record file, 0 folded, covered to 2026-06-02T00:00:00Z";
  expect(await linesOf(world)).toContain(line);
  expect(await linesOf(world, ["contacts"])).not.toContain(line);
});

test("a source that asked to be left alone is shown with every sync of it", async () => {
  const world = createWorld({
    syncs: [worldSync(), worldSync({ name: "deals", id: "deals", table: "deals" })],
  });
  const record = failedRecord(dayOf("2026-11-02"), { finishedAt: at("2026-11-04T05:00:00Z") });
  const error = { ...record.error, resumeAfter: at("2026-11-04T07:00:00Z") };
  const earlier = failedRecord(dayOf("2026-11-03"), { finishedAt: at("2026-11-04T05:00:00Z") });
  put(
    world,
    { ...record, error: { ...error, code: "throttled" } },
    { ...earlier, error: { ...error, resumeAfter: at("2026-11-04T06:30:00Z"), code: "throttled" } },
  );
  const line = "  source crm is left alone until 2026-11-04T07:00:00Z";
  expect(await linesOf(world, ["contacts"])).toContain(line);
  expect(await linesOf(world, ["deals"])).toContain(line);
});

test("an unknown sync is a usage error", async () => {
  await expect(linesOf(createWorld(), ["nothing"])).rejects.toThrow(ConfigError);
});
