// A folded month that cannot be read, and what asks for its windows: its sync stops, nothing is taken for done
// (contract 3, 3.4, 3.5).

import { expect, test } from "vitest";

import { backfillCommand } from "../../src/app/commands/backfill.ts";
import { LedgerError } from "../../src/core/failure/errors.ts";
import { at, projectOf } from "../support/builders.ts";
import { orderOf } from "../support/record-builders.ts";
import { createWorld, type World } from "../support/run-world.ts";

const month = "ledger/contacts/2026-11.jsonl";

async function damagedWorld(): Promise<World> {
  const { ledger } = projectOf();
  const world = createWorld({ project: { ledger: { ...ledger, keepFiles: 2 } } });
  await world.run();
  if (!world.branch.commits.get(world.branch.tip)?.files.has(month))
    throw new Error("expected a folded month");
  world.branch.edit({ [month]: "{broken\n" });
  return world;
}

test("an order over a damaged month stays, and the run names the file (I10)", async () => {
  const world = await damagedWorld();
  const range = { from: at("2026-11-01"), to: at("2026-11-03"), orderedAt: at("2026-11-04") };
  const order = orderOf({ ...range, reprocess: "all" });
  await world.putOrder(order);
  world.sent.length = 0;

  const report = await world.run();

  expect(report.status).toBe("failed");
  expect(report.faults).toEqual([expect.stringContaining(`contacts is stopped: ${month}`)]);
  expect((await world.ledger())?.orders.map(({ id }) => id)).toEqual([order.id]);
  expect(world.sent).toEqual([]);
});

test("a backfill over a damaged month says so instead of finding nothing to do", async () => {
  const world = await damagedWorld();
  const request = {
    syncs: [],
    from: "2026-11-01",
    to: "2026-11-03",
    names: { from: "--from", to: "--to" },
    reprocess: "all",
    direction: "oldest",
    reason: undefined,
    yes: false,
    dryRun: false,
    approval: undefined,
  } as const;

  const asked = backfillCommand(world.input(), request);

  await expect(asked).rejects.toThrow(LedgerError);
  await expect(asked).rejects.toThrow(month);
});
