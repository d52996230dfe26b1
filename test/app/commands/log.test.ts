// `log` on ledgers that runs have left: windows by run id, syncs by name.

import { expect, test } from "vitest";

import { logCommand } from "../../../src/app/commands/log.ts";
import { ConfigError } from "../../../src/core/failure/errors.ts";
import { runIdOf } from "../../../src/core/record/run-id.ts";
import type { LogView } from "../../../src/core/report/log-view.ts";
import { dayOf } from "../../support/record-builders.ts";
import { createWorld, type World, worldSync } from "../../support/run-world.ts";

const runId = runIdOf("contacts", dayOf("2026-11-02"));

async function log(world: World, names: readonly string[], limit = 50): Promise<LogView> {
  return await logCommand(world.input(), { names, limit });
}

function subjectsOf(view: LogView): readonly (readonly string[])[] {
  return view.map((part) => part.commits.map(({ subject }) => subject));
}

test("a window has its record and the commits that wrote its file, newest first", async () => {
  const world = createWorld();
  await world.run({ holder: "local:0a1b2c3d" });
  const view = await log(world, [runId]);
  expect(view).toMatchObject([
    {
      kind: "window",
      runId,
      record: { status: "succeeded", attempt: 1 },
      isFolded: false,
      commits: [
        {
          subject: "ledger(contacts): settle 2026-11-02 succeeded, 5 records",
          holder: "local:0a1b2c3d",
          runIds: [runId],
        },
        { subject: "ledger(contacts): settle 2026-11-01 succeeded, 5 records; start 2026-11-02" },
        { subject: "ledger(contacts): settle 2026-11-03 succeeded, 5 records; 1 more" },
      ],
    },
  ]);
});

test("a sync has its last commits, as many as asked for; none named means all", async () => {
  const world = createWorld({
    syncs: [worldSync(), worldSync({ name: "deals", id: "deals", table: "deals" })],
  });
  await world.run({ request: { syncs: ["contacts"], maxWindows: 1 } });
  const [contacts = []] = subjectsOf(await log(world, ["contacts"]));
  expect(contacts[0]).toMatch(/^ledger\(/);
  expect(subjectsOf(await log(world, ["contacts"], 1))).toEqual([contacts.slice(0, 1)]);
  const all = await log(world, []);
  expect(all.map((part) => part.kind === "sync" && part.sync)).toEqual(["contacts", "deals"]);
});

test("a folded window is read from its month, and its commits go on", async () => {
  const world = createWorld();
  world.project = { ...world.project, ledger: { ...world.project.ledger, keepFiles: 2 } };
  await world.run();
  const first = runIdOf("contacts", dayOf("2026-11-01"));
  const [view] = await log(world, [first]);
  expect(view).toMatchObject({ kind: "window", isFolded: true, record: { runId: first } });
  expect(view?.commits[0]?.subject).toBe("ledger(contacts): fold 2 windows");
});

test("a window that is gone is still told by its commits", async () => {
  const world = createWorld();
  await world.run();
  const path = "ledger/contacts/2026/11/20261102T000000Z--20261103T000000Z.json";
  world.branch.edit({ [path]: undefined });
  const [view] = await log(world, [runId]);
  expect(view).toMatchObject({ kind: "window", runId, record: undefined, isFolded: false });
  expect(view?.commits[0]?.subject).toBe("edit by hand");
});

test("windows and syncs may be named together, and windows come first", async () => {
  const world = createWorld();
  await world.run();
  const view = await log(world, ["contacts", runId]);
  expect(view.map((part) => part.kind)).toEqual(["window", "sync"]);
});

test.for(["nothing", "contacts/none", "contacts/20250101T000000Z--20250102T000000Z"])(
  "%s is a usage error",
  async (name) => {
    const world = createWorld();
    await world.run();
    await expect(log(world, [name])).rejects.toThrow(ConfigError);
  },
);
