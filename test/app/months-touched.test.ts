// Which folded months are read for an order: those whose windows may reach into its range (contract 3.5).

import { expect, test } from "vitest";

import { readStates } from "../../src/app/steps/plan.ts";
import type { Order } from "../../src/core/plan/order-record.ts";
import { noCounts } from "../../src/core/record/counts.ts";
import { emptyFold } from "../../src/core/record/fold-record.ts";
import type { Tip } from "../../src/ports/ledger-store.ts";
import type { Ledger, LedgerSnapshot } from "../../src/ports/ledger.ts";
import { at, projectOf, syncOf } from "../support/builders.ts";

const order: Order = {
  id: "20260601T000000Z-0a1b",
  from: at("2026-03-10"),
  to: at("2026-04-10"),
  step: { months: 0, days: 1, micros: 0 },
  reprocess: "all",
  direction: "oldest",
  orderedAt: at("2026-06-01"),
  reason: undefined,
  estimate: { windows: 0, requests: 0, minutes: 0 },
};

async function monthsRead(step: { months: number; days: number }): Promise<readonly string[]> {
  const sync = syncOf({ window: { ...syncOf().window, step: { ...step, micros: 0 } } });
  const names = ["2025-11", "2025-12", "2026-01", "2026-02", "2026-03", "2026-04", "2026-05"];
  const months = names.map((month) => ({ month, windows: 1, itemCounts: noCounts, sha256: "" }));
  const folder = { id: sync.id, records: [], orders: [order], problems: [] };
  const fold = { ...emptyFold, months };
  const snapshot: LedgerSnapshot = {
    tip: "0".repeat(40) as Tip,
    syncs: new Map([[sync.id, { ...folder, fold }]]),
  };
  const asked: string[] = [];
  const folded: Ledger["folded"] = async (_tip, _sync, wanted) => {
    asked.push(...(wanted === "all" ? ["all"] : wanted));
    return { records: [], problems: [] };
  };
  const ports = { digest: { sha256: () => "" }, ledger: { folded } as Ledger };
  await readStates({ project: projectOf({ syncs: [sync] }), ports }, snapshot, [sync], []);
  return asked;
}

test("reads the months of an order's range, and the one before for a window that reaches in", async () => {
  expect(await monthsRead({ months: 0, days: 1 })).toEqual(["2026-02", "2026-03", "2026-04"]);
});

test("reads as many months before as a window is long", async () => {
  expect(await monthsRead({ months: 3, days: 0 })).toEqual([
    "2025-11",
    "2025-12",
    "2026-01",
    "2026-02",
    "2026-03",
    "2026-04",
  ]);
});
