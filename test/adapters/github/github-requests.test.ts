// How many requests a run costs GitHub (contract 8): a constant number, however much the ledger holds. Through the real
// ledger, over the fake GitHub.

import { expect, test } from "vitest";

import { openLedger } from "../../../src/adapters/ledger/file-ledger.ts";
import { formatFold } from "../../../src/adapters/ledger/fold-json.ts";
import { formatRecord } from "../../../src/adapters/ledger/record-json.ts";
import { systemDigest } from "../../../src/adapters/system/digest.ts";
import { emptyFold } from "../../../src/core/record/fold-record.ts";
import { addToFold, describeMonth, monthOf } from "../../../src/core/record/fold.ts";
import { recordPath } from "../../../src/core/record/run-id.ts";
import type { SucceededRecord } from "../../../src/core/record/run-record.ts";
import { instantOfMs } from "../../../src/core/time/instant.ts";
import type { LedgerSnapshot } from "../../../src/ports/ledger.ts";
import { openGithubStoreWorld, ownMessage, tipOf } from "../../support/github-store-world.ts";
import { runningRecord, succeededRecord } from "../../support/record-builders.ts";

const hourMs = 3_600_000;
const end = Date.UTC(2026, 10, 25);

/** Succeeded windows of an hour, the newest ends at `end`. */
function hours(count: number, before: number): readonly SucceededRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const start = end - (count + before - index) * hourMs;
    return succeededRecord({ start: instantOfMs(start), end: instantOfMs(start + hourMs) });
  });
}

/** A sync with `folded` windows in its fold and `own` record files; an ordinary run reads no month. */
function ledgerFiles(folded: number, own: number): Readonly<Record<string, string>> {
  const old = hours(folded, own);
  const months = [...Map.groupBy(old, (record) => monthOf(record.window))].map(([month, records]) =>
    describeMonth(month, records, "0".repeat(64)),
  );
  const fold = addToFold(emptyFold, {
    folded: old,
    replaced: [],
    months,
    now: instantOfMs(end),
  });
  return {
    "README.md": "hello\n",
    "data/contacts.ndjson": `{"id":"1"}\n`,
    "ledger/contacts/fold.json": formatFold(fold),
    ...Object.fromEntries(months.map(({ month }) => [`ledger/contacts/${month}.jsonl`, "{}\n"])),
    ...Object.fromEntries(
      hours(own, 0).map((record) => [
        `ledger/${recordPath("contacts", record.window)}`,
        formatRecord(record),
      ]),
    ),
  };
}

test.each([{ windows: 10 }, { windows: 10_000 }, { windows: 100_000 }])(
  "a run costs at most 8 requests and 4 with nothing due, with $windows windows (contract 8)",
  async ({ windows }) => {
    const own = Math.min(200, windows);
    const world = await openGithubStoreWorld(ledgerFiles(windows - own, own));
    const store = world.open({ syncIds: ["contacts"], dataPaths: ["data/contacts.ndjson"] });
    const ledger = openLedger(store, { path: "ledger", digest: systemDigest() });
    const read = async (): Promise<LedgerSnapshot> => await ledger.read(await store.tip());
    const snapshot = await read();
    const contacts = snapshot.syncs.get("contacts");
    expect([contacts?.records.length, contacts?.problems]).toEqual([own, []]);
    expect(contacts?.fold.months.reduce((sum, month) => sum + month.windows, 0)).toBe(
      windows - own,
    );
    const asked = ["graphql:Tip", "graphql:Objects"];
    const blobs = Array<string>(own > 100 ? 2 : 1).fill("graphql:Objects");
    expect(world.routes()).toEqual([...asked, ...blobs]);

    const window = { start: instantOfMs(end), end: instantOfMs(end + hourMs) };
    let { tip } = snapshot;
    for (const name of ["claim", "settle"]) {
      const changes = ledger.filesOf([
        {
          kind: "put_record",
          record: runningRecord(window, { attempt: name === "claim" ? 1 : 2 }),
        },
      ]);
      const data = { path: "data/contacts.ndjson", content: `{"id":"${name}"}\n` };
      const files = store.files(tip);
      expect((await files.list("data")).map(({ path }) => path)).toEqual(["data/contacts.ndjson"]);
      await files.read("data/contacts.ndjson");
      tip = tipOf(
        await store.commit({
          expected: tip,
          message: ownMessage(name),
          changes: [...changes, data],
          until: Infinity,
        }),
      );
      const again = await ledger.read(tip);
      expect(again.syncs.get("contacts")?.records.length).toBe(own + 1);
    }
    // The data file is read once; what we wrote ourselves is known.
    expect(world.routes()).toEqual(["graphql:Objects", "graphql:Commit", "graphql:Commit"]);
  },
);

test("reads again after a lost race only what changed", async () => {
  const world = await openGithubStoreWorld(ledgerFiles(10, 200));
  const store = world.open({ syncIds: ["contacts"] });
  const ledger = openLedger(store, { path: "ledger", digest: systemDigest() });
  await ledger.read(await store.tip());
  await world.fake.push("main", { "src/app.ts": "1\n" });
  world.routes();
  const before = await ledger.read(await store.tip());
  expect(before.syncs.get("contacts")?.records.length).toBe(200);
  expect(world.routes()).toEqual(["graphql:Tip"]);
  const [first] = hours(1, 400);
  if (first === undefined) throw new Error("expected an hour");
  const path = `ledger/${recordPath("contacts", first.window)}`;
  await world.fake.push("main", { [path]: formatRecord(first) });
  const after = await ledger.read(await store.tip());
  expect(after.syncs.get("contacts")?.records.length).toBe(201);
  expect(world.routes()).toEqual(["graphql:Tip", "graphql:Objects", "graphql:Objects"]);
});
