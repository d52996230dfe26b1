// The ledger over a store: what is read, what stops a sync, what is written, and the fold.

import { createHash } from "node:crypto";

import { expect, test } from "vitest";

import { openLedger } from "../../../src/adapters/ledger/file-ledger.ts";
import { formatOrder } from "../../../src/adapters/ledger/order-json.ts";
import { formatRecord } from "../../../src/adapters/ledger/record-json.ts";
import { proveFold } from "../../../src/core/record/fold.ts";
import { recordPath } from "../../../src/core/record/run-id.ts";
import type { RunRecord } from "../../../src/core/record/run-record.ts";
import type { Tip, TipFiles } from "../../../src/ports/ledger-store.ts";
import type { Ledger, LedgerChange, SyncLedger } from "../../../src/ports/ledger.ts";
import { at, windowOf } from "../../support/builders.ts";
import { type MemoryBranch, memoryBranch, memoryStore } from "../../support/memory-ledger-store.ts";
import {
  dayOf,
  endedAttempt,
  failedRecord,
  orderOf,
  runningRecord,
  succeededRecord,
} from "../../support/record-builders.ts";

const digest = { sha256: (text: string) => createHash("sha256").update(text).digest("hex") };

function world(): { branch: MemoryBranch; ledger: Ledger; reads: string[] } {
  const branch = memoryBranch();
  const store = memoryStore(branch, () => Date.UTC(2026, 10, 25));
  const reads: string[] = [];
  const watched = {
    ...store,
    files: (tip: Tip): TipFiles => {
      const files = store.files(tip);
      return {
        ...files,
        readMany: (paths) => {
          reads.push(...paths);
          return files.readMany(paths);
        },
      };
    },
  };
  return { branch, ledger: openLedger(watched, { path: "ledger", digest }), reads };
}

function fileOf(record: RunRecord): string {
  return `ledger/${recordPath(record.runId.split("/")[0] ?? "", record.window)}`;
}

function edit(branch: MemoryBranch, ...records: readonly RunRecord[]): void {
  branch.edit(Object.fromEntries(records.map((record) => [fileOf(record), formatRecord(record)])));
}

async function syncAt(branch: MemoryBranch, ledger: Ledger, id = "contacts"): Promise<SyncLedger> {
  const sync = (await ledger.read(branch.tip)).syncs.get(id);
  if (sync === undefined) throw new Error(`no sync ${id}`);
  return sync;
}

async function problemsOf(branch: MemoryBranch, ledger: Ledger) {
  return (await syncAt(branch, ledger)).problems;
}

const first = succeededRecord(dayOf("2026-11-22"));
const second = failedRecord(dayOf("2026-11-23"));

test("reads records by window, orders by id, and the folders of retired syncs", async () => {
  const { branch, ledger } = world();
  const order = orderOf();
  edit(branch, second, first, succeededRecord(dayOf("2026-11-22"), { syncId: "old" }));
  branch.edit({ [`ledger/contacts/orders/${order.id}.json`]: formatOrder(order) });
  const snapshot = await ledger.read(branch.tip);
  expect([...snapshot.syncs.keys()]).toEqual(["contacts", "old"]);
  const sync = await syncAt(branch, ledger);
  expect([sync.records, sync.orders, sync.problems]).toEqual([[first, second], [order], []]);
});

test("leaves other files in the ledger folder alone", async () => {
  const { branch, ledger } = world();
  branch.edit({
    "ledger/README.md": "hello",
    "ledger/notes/todo.txt": "x",
    "ledger/contacts.json": "{",
  });
  edit(branch, first);
  const before = await syncAt(branch, ledger);
  branch.edit({ "ledger/contacts/README.md": "notes", "ledger/contacts/2026/11/notes.txt": "x" });
  const after = await syncAt(branch, ledger);
  expect((await ledger.read(branch.tip)).syncs.size).toBe(1);
  expect(after).toEqual(before);
});

test("a damaged record stops its sync with path and reason, and no other", async () => {
  const { branch, ledger } = world();
  edit(branch, first, second, succeededRecord(dayOf("2026-11-22"), { syncId: "other" }));
  branch.edit({ [fileOf(second)]: "{" });
  const snapshot = await ledger.read(branch.tip);
  expect(snapshot.syncs.get("contacts")?.problems).toEqual([
    {
      path: "ledger/contacts/2026/11/20261123T000000Z--20261124T000000Z.json",
      reason: "expected JSON, found text that is none; restore the file from git",
    },
  ]);
  expect(snapshot.syncs.get("other")?.problems).toEqual([]);
});

test("windows of record files that overlap stop their sync (L1)", async () => {
  const { branch, ledger } = world();
  const wide = succeededRecord(windowOf("2026-11-20", "2026-11-24"));
  edit(branch, wide, first, second);
  expect(await problemsOf(branch, ledger)).toEqual(
    [first, second].map((record) => ({
      path: fileOf(record),
      reason: `window: expected none that overlaps (L1), found ${wide.runId}; remove one of the two files`,
    })),
  );
});

test("windows that touch do not overlap", async () => {
  const { branch, ledger } = world();
  edit(branch, first, second);
  expect(await problemsOf(branch, ledger)).toEqual([]);
});

test("files that are links, executables or too large stop their sync unread", async () => {
  const { branch, ledger, reads } = world();
  branch.edit({ [fileOf(first)]: "/etc/passwd" }, "120000");
  branch.edit({ [fileOf(second)]: formatRecord(second) }, "100755");
  branch.edit({ "ledger/contacts/orders": "../x" }, "120000");
  branch.edit({ "ledger/contacts/fold.json": " ".repeat(600_000) });
  expect((await problemsOf(branch, ledger)).map(({ reason }) => reason)).toEqual([
    "expected a regular file, found mode 120000; replace it by the file itself",
    "expected a regular file, found mode 100755; replace it by the file itself",
    "expected at most 512 KiB (L12), found 600000 bytes",
    "expected a regular file, found mode 120000; replace it by the file itself",
  ]);
  expect(reads).toEqual([]);
});

test("a damaged order stops its sync too", async () => {
  const { branch, ledger } = world();
  const order = orderOf();
  const text = formatOrder(order);
  branch.edit({
    "ledger/contacts/orders/20261125T000000Z-ffff.json": text,
    "ledger/contacts/orders/reread.json": text
      .replace('"1d"', '"soon"')
      .replace(order.id, "reread"),
  });
  expect(await problemsOf(branch, ledger)).toEqual([
    {
      path: "ledger/contacts/orders/20261125T000000Z-ffff.json",
      reason: `id: expected the one of its path, found ${order.id}; move the file back`,
    },
    {
      path: "ledger/contacts/orders/reread.json",
      reason: 'step: expected a duration such as 1d, found "soon"',
    },
  ]);
});

test("reads a file again only when its bytes changed", async () => {
  const { branch, ledger, reads } = world();
  edit(branch, first, second);
  await ledger.read(branch.tip);
  reads.length = 0;
  edit(branch, { ...second, attempt: 2 });
  await ledger.read(branch.tip);
  expect(reads).toEqual([fileOf(second)]);
});

test("a snapshot with changes applied equals the one that is read after their commit", async () => {
  const { branch, ledger } = world();
  const store = memoryStore(branch);
  edit(branch, first, second);
  const order = orderOf();
  const changes: readonly LedgerChange[] = [
    {
      kind: "put_record",
      record: runningRecord(dayOf("2026-11-23"), { attempt: 2, history: [endedAttempt()] }),
    },
    { kind: "put_record", record: runningRecord(dayOf("2026-11-24"), { syncId: "new" }) },
    { kind: "remove_record", runId: first.runId },
    { kind: "put_order", syncId: "contacts", order },
    { kind: "remove_order", syncId: "contacts", orderId: "reread" },
  ];
  const before = await ledger.read(branch.tip);
  const answer = await store.commit({
    expected: branch.tip,
    message: "x",
    changes: ledger.filesOf(changes),
    until: 0,
  });
  expect(answer.kind).toBe("committed");
  const applied = await ledger.apply(before, changes, branch.tip);
  expect(applied).toEqual(await ledger.read(branch.tip));
  expect(applied.syncs.get("contacts")?.orders).toEqual([order]);
});

const many = Array.from({ length: 6 }, (_, index) =>
  succeededRecord(dayOf(`2026-${index < 3 ? "10-2" : "11-0"}${index + 1}`), { records: index + 1 }),
);

test("folding moves records into the months of their start and keeps what they say (3.5)", async () => {
  const { branch, ledger } = world();
  const store = memoryStore(branch);
  edit(branch, ...many, second);
  const now = at("2026-11-06");
  const files = await ledger.foldChanges(
    branch.tip,
    await syncAt(branch, ledger),
    many.slice(0, 4),
    now,
  );
  expect(files.map(({ path, content }) => [path, content === undefined])).toEqual([
    ["ledger/contacts/2026-10.jsonl", false],
    ["ledger/contacts/2026-11.jsonl", false],
    ["ledger/contacts/fold.json", false],
    ...many.slice(0, 4).map((record) => [fileOf(record), true]),
  ]);
  await store.commit({ expected: branch.tip, message: "fold", changes: files, until: 0 });
  const sync = await syncAt(branch, ledger);
  expect(sync.problems).toEqual([]);
  expect(sync.records).toEqual([...many.slice(4), second]);
  const { records, problems } = await ledger.folded(branch.tip, sync, "all");
  expect([records, problems]).toEqual([many.slice(0, 4), []]);
  expect(proveFold(sync.fold, records)).toBeUndefined();
  expect((await ledger.folded(branch.tip, sync, ["2026-11"])).records).toEqual([many[3]]);
});

test("a record that is folded again replaces its line", async () => {
  const { branch, ledger } = world();
  const store = memoryStore(branch);
  const fold = async (records: readonly RunRecord[]): Promise<SyncLedger> => {
    edit(branch, ...records);
    const sync = await syncAt(branch, ledger);
    const files = await ledger.foldChanges(branch.tip, sync, records, at("2026-11-06"));
    await store.commit({ expected: branch.tip, message: "fold", changes: files, until: 0 });
    return syncAt(branch, ledger);
  };
  await fold(many);
  const again = succeededRecord(many[1]?.window ?? dayOf("2026-10-22"), {
    attempt: 2,
    records: 9,
    mappingDigest: `sha256:${"b2".repeat(32)}`,
  });
  const sync = await fold([again]);
  const { records } = await ledger.folded(branch.tip, sync, "all");
  expect(records).toEqual(many.map((record) => (record.runId === again.runId ? again : record)));
  expect(proveFold(sync.fold, records)).toBeUndefined();
});

test("a monthly file that was edited is named, and nothing is folded into it", async () => {
  const { branch, ledger } = world();
  const store = memoryStore(branch);
  edit(branch, ...many);
  const files = await ledger.foldChanges(
    branch.tip,
    await syncAt(branch, ledger),
    many,
    at("2026-11-06"),
  );
  await store.commit({ expected: branch.tip, message: "fold", changes: files, until: 0 });
  const month = files.find(({ path }) => path.endsWith("2026-10.jsonl"));
  branch.edit({
    "ledger/contacts/2026-10.jsonl": month?.content?.replace('"fetched":1', '"fetched":2'),
  });
  const sync = await syncAt(branch, ledger);
  const reason =
    "expected the sha256 that fold.json names, found another; restore both files from one commit";
  expect(await ledger.folded(branch.tip, sync, ["2026-10"])).toEqual({
    records: [],
    problems: [{ path: "ledger/contacts/2026-10.jsonl", reason }],
  });
  await expect(
    ledger.foldChanges(branch.tip, sync, many.slice(0, 1), at("2026-11-06")),
  ).rejects.toThrow(reason);
});

test("an ordinary read takes no monthly file (3.5)", async () => {
  const { branch, ledger, reads } = world();
  const store = memoryStore(branch);
  edit(branch, ...many);
  const files = await ledger.foldChanges(
    branch.tip,
    await syncAt(branch, ledger),
    many,
    at("2026-11-06"),
  );
  await store.commit({ expected: branch.tip, message: "fold", changes: files, until: 0 });
  reads.length = 0;
  await ledger.read(branch.tip);
  expect(reads).toEqual(["ledger/contacts/fold.json"]);
});
