// T13: a ledger edited by hand. `verify` names each file with its law; a run on it asks nothing for this sync, leaves the
// files as they are, and goes on with the others.

import { expect, test } from "vitest";

import { openLedger } from "../../../src/adapters/ledger/file-ledger.ts";
import { formatRecord } from "../../../src/adapters/ledger/record-json.ts";
import { systemDigest } from "../../../src/adapters/system/digest.ts";
import { verifyCommand } from "../../../src/app/commands/verify.ts";
import { ConfigError } from "../../../src/core/failure/errors.ts";
import { verifyJson, verifyText } from "../../../src/core/report/verify-view.ts";
import { at, windowOf } from "../../support/builders.ts";
import { memoryStore } from "../../support/memory-ledger-store.ts";
import { dayOf, failedRecord, orderOf, succeededRecord } from "../../support/record-builders.ts";
import { createWorld, put, type World, worldSync } from "../../support/run-world.ts";

const path = "ledger/contacts/2026/11/20261102T000000Z--20261103T000000Z.json";
const runId = "contacts/20261102T000000Z--20261103T000000Z";
const fresh = "ledger/contacts/2026/11/20261109T000000Z--20261110T000000Z.json";

function textAt(world: World, file: string): string {
  const bytes = world.branch.commits.get(world.branch.tip)?.files.get(file)?.bytes;
  if (bytes === undefined) throw new Error(`no file ${file}`);
  return new TextDecoder().decode(bytes);
}

async function ranWorld(): Promise<World> {
  const world = createWorld({
    syncs: [worldSync(), worldSync({ name: "deals", id: "deals", table: "deals" })],
  });
  await world.run();
  return world;
}

async function verify(world: World, base?: string) {
  return await verifyCommand(world.input(), { syncs: [], base });
}

const edits: readonly {
  readonly name: string;
  readonly edit: (world: World) => void;
  readonly findings: readonly {
    path: string;
    run_id: string | null;
    law: string;
    message: string;
  }[];
  /** Whether a run can see it too, without a base and without the months. */
  readonly stops: boolean;
}[] = [
  {
    name: "conflict markers (L11)",
    edit: (world) =>
      world.branch.edit({
        [path]: `<<<<<<< ours\n${textAt(world, path)}=======\n>>>>>>> theirs\n`,
      }),
    findings: [
      {
        path,
        run_id: runId,
        law: "L11",
        message: "expected JSON, found conflict markers of git; keep one side and commit it",
      },
    ],
    stops: true,
  },
  {
    name: "a window that overlaps another (L1)",
    edit: (world) => {
      put(world, failedRecord(windowOf("2026-11-02T12:00:00Z", "2026-11-03T00:00:00Z")));
    },
    findings: [
      {
        path: "ledger/contacts/2026/11/20261102T120000Z--20261103T000000Z.json",
        run_id: "contacts/20261102T120000Z--20261103T000000Z",
        law: "L1",
        message: `window: expected none that overlaps (L1), found ${runId}; remove one of the two files`,
      },
    ],
    stops: true,
  },
  {
    name: "processed raised by one (L9)",
    edit: (world) =>
      world.branch.edit({
        [path]: textAt(world, path).replace('"processed": 5', '"processed": 6'),
      }),
    findings: [
      {
        path,
        run_id: runId,
        law: "L9",
        message:
          "item_counts: expected balanced counts (L9), found fetched 5 is not processed + failed + skipped + out_of_window + duplicate = 6; restore the file from git",
      },
    ],
    stops: true,
  },
  {
    name: "a final status without a new attempt (L2)",
    edit: (world) => {
      put(world, failedRecord(dayOf("2026-11-02")));
    },
    findings: [
      {
        path,
        run_id: runId,
        law: "L2",
        message:
          "expected the success to stay in status or history, found failed without it; restore the file from git",
      },
    ],
    stops: false,
  },
  {
    name: "a record of another name (L2, L11)",
    edit: (world) => world.branch.edit({ [path]: undefined, [fresh]: textAt(world, path) }),
    findings: [
      {
        path: fresh,
        run_id: "contacts/20261109T000000Z--20261110T000000Z",
        law: "L11",
        message: `run_id: expected the one of its path, found ${runId}; move the file back or restore it`,
      },
      {
        path,
        run_id: runId,
        law: "L2",
        message:
          "expected the record of a covered window or its folded line, found neither; restore the file from git",
      },
    ],
    stops: true,
  },
  {
    name: "a symbolic link (L11)",
    edit: (world) => world.branch.edit({ [path]: "../../../../other.json" }, "120000"),
    findings: [
      {
        path,
        run_id: runId,
        law: "L11",
        message: "expected a regular file, found mode 120000; replace it by the file itself",
      },
    ],
    stops: true,
  },
  {
    name: "a succeeded record that is gone and not folded (L2)",
    edit: (world) => world.branch.edit({ [path]: undefined }),
    findings: [
      {
        path,
        run_id: runId,
        law: "L2",
        message:
          "expected the record of a covered window or its folded line, found neither; restore the file from git",
      },
    ],
    stops: false,
  },
  {
    name: "waived on a succeeded one (L8)",
    edit: (world) =>
      world.branch.edit({
        [path]: textAt(world, path).replace(
          '"waived": null',
          '"waived": {"at": "2026-11-04T00:00:00Z", "reason": "why not"}',
        ),
      }),
    findings: [
      {
        path,
        run_id: runId,
        law: "L8",
        message: "waived: expected only with status failed (L8), found succeeded",
      },
    ],
    stops: true,
  },
  {
    name: "a file of more than 256 KiB (L12)",
    edit: (world) => world.branch.edit({ [path]: `${textAt(world, path)}${" ".repeat(262_144)}` }),
    findings: [
      {
        path,
        run_id: runId,
        law: "L12",
        message: expect.stringMatching(
          /^expected at most 256 KiB \(L12\), found \d+ bytes$/,
        ) as string,
      },
    ],
    stops: true,
  },
  {
    name: "more than 20 ended attempts (L12)",
    edit: (world) => {
      const entry = {
        attempt: 1,
        status: "failed",
        started_at: null,
        finished_at: "2026-11-04T00:00:00Z",
        code: "timeout",
        item_counts: { fetched: 0, processed: 0, failed: 0 },
        requests: { sent: 1, last_at: null },
      };
      const value = JSON.parse(textAt(world, path)) as object;
      const many = { ...value, attempt: 2, history: Array.from({ length: 21 }, () => entry) };
      world.branch.edit({ [path]: `${JSON.stringify(many, undefined, 2)}\n` });
    },
    findings: [
      {
        path,
        run_id: runId,
        law: "L12",
        message: "history: expected at most 20 entries (L12), found 21",
      },
    ],
    stops: true,
  },
  {
    name: "other spaces and nothing else (L11)",
    edit: (world) =>
      world.branch.edit({ [path]: textAt(world, path).replaceAll("\n  ", "\n    ") }),
    findings: [
      {
        path,
        run_id: runId,
        law: "L11",
        message:
          "expected the form in which Tidemark writes this file, found another; restore it from git",
      },
    ],
    stops: false,
  },
];

test.for(edits)("T13 finds $name", async ({ edit, findings }) => {
  const world = await ranWorld();
  const base = world.branch.tip;
  edit(world);
  const view = await verify(world, base);
  expect(verifyJson(view)).toEqual(findings);
});

test.for(edits.filter(({ stops }) => stops))(
  "T13 a run leaves $name alone, asks nothing for its sync and serves the others",
  async ({ edit }) => {
    const world = await ranWorld();
    edit(world);
    const before = world.branch.commits.get(world.branch.tip)?.files;
    const asked = world.sent.length;
    const nextDay = at("2026-11-05T06:00:00Z") / 1000;
    await world.clock.run(world.clock.wake(world.clock.mono() + nextDay - world.clock.wall()));
    const report = await world.run();
    expect(report.status).toBe("failed");
    expect(report.settled.map((record) => record.sync)).toEqual(["deals"]);
    expect(world.sent.length - asked).toBe(3);
    const after = world.branch.commits.get(world.branch.tip)?.files;
    const own = (files: typeof before): readonly unknown[] =>
      [...(files ?? [])].filter(([name]) => name.startsWith("ledger/contacts/"));
    expect(own(after)).toEqual(own(before));
  },
);

test("T13 an order that is added or removed by hand gives no finding", async () => {
  const world = await ranWorld();
  const base = world.branch.tip;
  await world.putOrder(orderOf());
  const ordered = world.branch.tip;
  expect((await verify(world, base)).findings).toEqual([]);
  world.branch.edit({ [`ledger/contacts/orders/${orderOf().id}.json`]: undefined });
  expect((await verify(world, ordered)).findings).toEqual([]);
});

test("a ledger of whole runs has no finding, and says what was looked at", async () => {
  const world = await ranWorld();
  const view = await verify(world);
  expect(verifyText(view)).toBe(
    "no findings in 2 syncs, 6 record files, 0 folded windows, 0 orders\n",
  );
  expect(verifyJson(view)).toEqual([]);
});

async function fold(world: World): Promise<void> {
  const store = memoryStore(world.branch);
  const ledger = openLedger(store, { path: "ledger", digest: systemDigest() });
  const sync = (await ledger.read(world.branch.tip)).syncs.get("contacts");
  if (sync === undefined) throw new Error("no sync");
  const chosen = sync.records.slice(0, 2);
  const files = await ledger.foldChanges(world.branch.tip, sync, chosen, at("2026-11-04"));
  await store.commit({ expected: world.branch.tip, message: "fold", changes: files, until: 0 });
}

test("folding takes nothing away, and a month that was edited is found (L11)", async () => {
  const world = await ranWorld();
  const base = world.branch.tip;
  await fold(world);
  expect(verifyText(await verify(world, base))).toBe(
    "no findings in 2 syncs, 4 record files, 2 folded windows, 0 orders\n",
  );
  const month = "ledger/contacts/2026-11.jsonl";
  world.branch.edit({ [month]: textAt(world, month).replace('"retried":0', '"retried":1') });
  expect(verifyJson(await verify(world))).toEqual([
    {
      path: month,
      run_id: null,
      law: "L11",
      message:
        "expected the sha256 that fold.json names, found another; restore both files from one commit",
    },
  ]);
});

test("a file that replaces a folded line has to go on where the line ended (L8)", async () => {
  const world = await ranWorld();
  await fold(world);
  const base = world.branch.tip;
  put(world, succeededRecord(dayOf("2026-11-02"), { records: 4 }));
  expect(verifyJson(await verify(world, base))).toEqual([
    {
      path,
      run_id: runId,
      law: "L8",
      message: `expected the succeeded outcome of attempt 1 unchanged, found it edited; restore the file and run tidemark rerun ${runId} instead`,
    },
  ]);
});

test("a line that is gone from its month is found (L2)", async () => {
  const world = await ranWorld();
  await fold(world);
  const base = world.branch.tip;
  const month = "ledger/contacts/2026-11.jsonl";
  world.branch.edit({ [month]: undefined, "ledger/contacts/fold.json": undefined });
  const { findings } = await verify(world, base);
  expect(findings.map((finding) => [finding.runId, finding.law])).toEqual([
    ["contacts/20261101T000000Z--20261102T000000Z", "L2"],
    [runId, "L2"],
  ]);
});

test("finds a month that fold.json does not name (L2)", async () => {
  const world = await ranWorld();
  await fold(world);
  const stray = "ledger/contacts/2026-10.jsonl";
  world.branch.edit({ [stray]: "" });
  expect(verifyJson(await verify(world))).toEqual([
    {
      path: stray,
      run_id: null,
      law: "L2",
      message:
        "expected a month that fold.json names, found one that it does not; restore both files from one commit",
    },
  ]);
});

test("a whole folder that is gone is found record by record (L2)", async () => {
  const world = await ranWorld();
  const base = world.branch.tip;
  const files = world.branch.commits.get(base)?.files ?? new Map<string, unknown>();
  const own = [...files.keys()].filter((name) => name.startsWith("ledger/deals/"));
  world.branch.edit(Object.fromEntries(own.map((name) => [name, undefined])));
  const { findings } = await verify(world, base);
  expect(findings.map((finding) => [finding.path, finding.law])).toEqual(
    own.toSorted().map((name) => [name, "L2"]),
  );
});

test("only the named syncs are looked at, and a parked window is a note", async () => {
  const world = await ranWorld();
  const broken = succeededRecord(dayOf("2026-11-09"));
  world.branch.edit({ [fresh]: formatRecord(broken).replace('"schema": 1', '"schema": 9') });
  put(world, failedRecord(dayOf("2026-11-10"), { syncId: "deals", failures: 5 }));
  const view = await verifyCommand(world.input(), { syncs: ["deals"], base: undefined });
  expect(verifyText(view)).toBe(
    "note: deals/20261110T000000Z--20261111T000000Z is parked; tidemark status names the remedy\n" +
      "no findings in 1 sync, 4 record files, 0 folded windows, 0 orders\n",
  );
});

test("a base that names no commit is a usage error", async () => {
  const world = await ranWorld();
  await expect(verify(world, "no-such-branch")).rejects.toThrow(ConfigError);
});
