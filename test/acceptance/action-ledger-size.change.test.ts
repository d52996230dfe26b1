// A ledger of 100,000 windows as the action finds it on GitHub: all its lines are read and proved. The time is printed
// beside the bound of contract 8.

import { performance } from "node:perf_hooks";

import { expect, it } from "vitest";

import { itemsSyncWith } from "../support/acceptance-project.ts";
import { outcomeOf, soundness } from "../support/action-views.ts";
import { openActionWorld } from "../support/action-world.ts";
import { builtLedger } from "../support/built-ledger.ts";

const windows = 100_000;
const end = "2026-01-06T00:00:00Z";

it("calls 100,000 windows sound, before a run folds some of them and after it", async (context) => {
  const start = new Date(Date.parse(end) - windows * 3_600_000).toISOString();
  const sync = itemsSyncWith({ window: { start, step: "1h" }, run: { every: "1h" } });
  const world = await openActionWorld(context, {
    days: 0,
    now: "2026-01-06T01:02:00Z",
    project: { syncs: { items: sync }, more: { ledger: { keep_files: 199 } } },
    files: builtLedger({ windows, ownFiles: 199, end }),
  });

  const began = performance.now();
  const before = await soundness(world);
  const seconds = (performance.now() - began) / 1000;
  const run = await world.next();
  const after = await soundness(world);

  console.log(`verify over ${windows} windows on GitHub: ${seconds.toFixed(1)} s, bound 15 s`);
  expect(before).toBe("");
  expect(outcomeOf(run)).toBe("0 ok 1");
  expect(world.records().length).toBe(99);
  expect(after).toBe("");
});
