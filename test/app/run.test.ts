// One run from outside: what it asks, what it commits, what it reports, and what it leaves alone.

import { describe, expect, test } from "vitest";

import { run } from "../../src/app/run.ts";
import { LedgerError } from "../../src/core/failure/errors.ts";
import { runIdOf } from "../../src/core/record/run-id.ts";
import { noRequests, type RunRecord } from "../../src/core/record/run-record.ts";
import { instantOfMs } from "../../src/core/time/instant.ts";
import { at, limitsOf, sourceOf } from "../support/builders.ts";
import { failedRecord, runningRecord, succeededRecord, dayOf } from "../support/record-builders.ts";
import { createWorld, type Effect, november, put, worldSync } from "../support/run-world.ts";
import { respond } from "../support/scripted-source.ts";

const report = {
  status: "ok",
  windowsSucceeded: 0,
  windowsFailed: 0,
  windowsRemaining: 0,
  windowsParked: 0,
  recordsFetched: 0,
  recordsProcessed: 0,
  recordsFailed: 0,
  gaps: [],
  faults: [],
  notes: [],
  budget: { usedMs: 300, totalMs: 1_200_000 },
};

describe("run", () => {
  test("serves the newest window first and then from the oldest on, one commit per settled window", async () => {
    const world = createWorld();
    const { standings, ...result } = await world.run();
    expect(world.subjects()).toEqual([
      "ledger(contacts): claim 2026-11-03",
      "ledger(contacts): settle 2026-11-03 succeeded, 5 records; 1 more",
      "ledger(contacts): settle 2026-11-01 succeeded, 5 records; start 2026-11-02",
      "ledger(contacts): settle 2026-11-02 succeeded, 5 records",
    ]);
    expect(await world.rows()).toEqual(world.expectedRows("2026-11-04"));
    expect({ ...result, settled: result.settled.map((record) => record.runId) }).toEqual({
      ...report,
      windowsSucceeded: 3,
      recordsFetched: 15,
      recordsProcessed: 15,
      ledgerCommit: world.branch.tip,
      settled: november(3, 3)
        .concat(november(1, 2))
        .map((day) => runIdOf("contacts", dayOf(day))),
    });
    expect(standings).toMatchObject({
      commit: world.branch.tip,
      syncs: [{ kind: "sound", status: { newestCovered: at("2026-11-04T00:00:00Z"), gaps: [] } }],
      retired: [],
    });
  });

  test("records of the run tell what it read, and are the ones on the branch", async () => {
    const world = createWorld();
    const { settled } = await world.run();
    const records = await world.records();
    expect(settled.toSorted((a, b) => a.window.start - b.window.start)).toEqual(records);
    expect(records[0]).toMatchObject({
      status: "succeeded",
      reason: "catch_up",
      attempt: 1,
      failures: 0,
      itemCounts: { fetched: 5, processed: 5, inserted: 5 },
      requests: { sent: 3, retried: 0, throttled: 0 },
      firstSeen: { key: "2026-11-01-0", watermark: at("2026-11-01T12:00:00Z") },
      lastSeen: { key: "2026-11-01-4", watermark: at("2026-11-01T12:00:04Z") },
      receipt: { records: 5 },
      history: [],
    });
    expect(records[2]).toMatchObject({ reason: "due" });
  });

  test("a claim is on the branch and started before the first request of its window (L4)", async () => {
    const world = createWorld();
    const seen: string[] = [];
    world.answer = (request) => {
      const from = new URL(request.url).searchParams.get("from") ?? "";
      const path = `ledger/contacts/2026/11/${from.slice(0, 10).replaceAll("-", "")}T000000Z`;
      const commit = world.branch.commits.get(world.branch.tip);
      const file = [...(commit?.files ?? [])].find(([name]) => name.startsWith(path));
      const record = JSON.parse(new TextDecoder().decode(file?.[1].bytes)) as {
        status: string;
        started_at: string | null;
      };
      seen.push(`${record.status} ${record.started_at === null ? "waiting" : "started"}`);
      return undefined;
    };
    await world.run();
    expect(seen).toEqual(Array.from({ length: 9 }, () => "running started"));
  });

  test.for(["sqlite", "files"] as const)(
    "rows are durable when success is committed, or in that very commit: %s (L5)",
    async (destination) => {
      const world = createWorld({ destination });
      const held: Promise<string>[] = [];
      await world.run({
        watch: ({ port, when, about }: Effect) => {
          const day = /settle (\S+) succeeded/.exec(about)?.[1];
          const isNow = when === (destination === "sqlite" ? "before" : "after");
          if (port !== "commit" || !isNow || day === undefined) return;
          held.push(
            world
              .rows()
              .then((rows) => `${day} ${rows.filter((row) => row.startsWith(day)).length}`),
          );
        },
      });
      expect(await Promise.all(held)).toEqual(["2026-11-03 5", "2026-11-01 5", "2026-11-02 5"]);
      expect(await world.rows()).toEqual(world.expectedRows("2026-11-04"));
    },
  );

  test("does nothing where nothing is due: no commit and no request", async () => {
    const world = createWorld();
    await world.run();
    const commits = world.subjects().length;
    const requests = world.sent.length;
    const { standings, ...result } = await world.run();
    expect(result).toEqual({
      ...report,
      status: "nothing_due",
      ledgerCommit: undefined,
      settled: [],
      budget: { usedMs: 0, totalMs: 1_200_000 },
    });
    expect(standings.commit).toBe(world.branch.tip);
    expect([world.subjects().length, world.sent.length]).toEqual([commits, requests]);
  });

  test("serves at most max_windows and says how many remain", async () => {
    const world = createWorld({ now: "2026-11-20T06:00:00Z" });
    const first = await world.run();
    expect(first).toMatchObject({ status: "ok", windowsSucceeded: 5, windowsRemaining: 14 });
    const second = await world.run({ request: { maxWindows: 2 } });
    expect(second).toMatchObject({ status: "ok", windowsSucceeded: 2, windowsRemaining: 12 });
    expect((await world.statuses()).map((text) => text.slice(8, 10))).toEqual(
      "01 02 03 04 05 06 19".split(" "),
    );
  });

  test("a plan of many short windows is claimed at once and started one by one", async () => {
    const world = createWorld({ now: "2026-11-20T06:00:00Z" });
    await world.run({ request: { maxWindows: 1 } });
    await world.run({ request: { maxWindows: 10 } });
    expect(world.subjects().slice(2, 5)).toEqual([
      "ledger(contacts): claim 10 windows from 2026-11-01 to 2026-11-10",
      "ledger(contacts): settle 2026-11-01 succeeded, 5 records; start 2026-11-02",
      "ledger(contacts): settle 2026-11-02 succeeded, 5 records; start 2026-11-03",
    ]);
    expect(world.subjects()).toHaveLength(2 + 11);
  });

  test("leaves a source alone on which another run has a live claim, and names its holder (P13)", async () => {
    const siblings = [worldSync(), worldSync({ name: "deals", id: "deals", table: "deals" })];
    const world = createWorld({ syncs: siblings });
    const day = dayOf("2026-11-01");
    const claim = { holder: "local:other", epoch: 1, leaseUntil: at("2026-11-04T06:30:00Z") };
    put(world, runningRecord(day, { startedAt: at("2026-11-04T05:59:00Z"), claim }));
    const result = await world.run();
    expect(result).toMatchObject({
      status: "nothing_due",
      notes: [`crm is in use by local:other for ${runIdOf("contacts", day)}`],
    });
    expect(world.sent).toEqual([]);
    expect(world.subjects()).toEqual(["edit by hand"]);
  });

  test("goes on with other sources while one is in use (P13)", async () => {
    const sources = new Map(
      ["crm", "erp"].map((name) => [name, sourceOf({ name, baseUrl: "https://api.test/v1" })]),
    );
    const syncs = [
      worldSync(),
      worldSync({ name: "bills", id: "bills", table: "bills", source: "erp" }),
    ];
    const world = createWorld({ syncs, sources });
    const claim = { holder: "local:other", epoch: 1, leaseUntil: at("2026-11-04T06:30:00Z") };
    const startedAt = at("2026-11-04T05:59:00Z");
    put(world, runningRecord(dayOf("2026-11-01"), { claim, startedAt }));
    expect(await world.run()).toMatchObject({ status: "ok", windowsSucceeded: 3 });
    expect(await world.statuses("bills")).toHaveLength(3);
    expect(await world.statuses()).toHaveLength(1);
  });

  test("asks nothing of a source before the resume_after of any of its syncs (P16)", async () => {
    const syncs = [worldSync(), worldSync({ name: "deals", id: "deals", table: "deals" })];
    const world = createWorld({ syncs });
    put(world, waiting({ resumeAfter: "2026-11-04T07:00:00Z" }));
    expect(await world.run()).toMatchObject({
      status: "nothing_due",
      notes: ["crm is left alone until 2026-11-04T07:00:00Z"],
    });
    expect(world.sent).toEqual([]);
    await world.clock.advanceTo(3_600_000);
    expect(await world.run()).toMatchObject({ status: "ok", windowsSucceeded: 6 });
  });

  test("a resume_after in a year holds its source for 24 hours (P16)", async () => {
    const world = createWorld();
    put(world, waiting({ resumeAfter: "2027-11-04T07:00:00Z" }));
    expect((await world.run()).notes).toEqual(["crm is left alone until 2026-11-05T05:00:00Z"]);
    await world.clock.advanceTo(23 * 3_600_000);
    expect(await world.run()).toMatchObject({ status: "ok" });
  });

  test.each([
    { hoursAgo: 23, isHeld: true },
    { hoursAgo: 25, isHeld: false },
  ])(
    "a lease or resume_after of a clock that is years ahead holds for 24 hours of its commit: $hoursAgo h (G17)",
    async ({ hoursAgo, isHeld }) => {
      const claim = { holder: "actions:1/1/aaaa", epoch: 1, leaseUntil: at("2030-01-02") };
      const far = { startedAt: at("2030-01-01"), finishedAt: at("2030-01-01T01:00:00Z") };
      const paused = { ...waiting({ resumeAfter: "2030-01-02T00:00:00Z" }), ...far };
      const leased = runningRecord(dayOf("2026-11-01"), { claim, startedAt: far.startedAt });
      for (const record of [leased, paused]) {
        const world = createWorld();
        put(world, record);
        const asked: string[][] = [];
        const result = await world.run({
          liveness: "alive",
          wrapStore: (store) => ({
            ...store,
            history: async (tip, query) => {
              asked.push([...query.paths]);
              const committedAt = instantOfMs(world.clock.wall() - hoursAgo * 3_600_000);
              return (await store.history(tip, query)).map((entry) => ({ ...entry, committedAt }));
            },
          }),
        });
        expect([result.status, result.windowsSucceeded]).toEqual(
          isHeld ? ["nothing_due", 0] : ["ok", 3],
        );
        expect(asked).toEqual([[`ledger/${record.runId.replace("/", "/2026/11/")}.json`]]);
      }
    },
  );

  test("a rerun by an operator ignores resume_after (P16)", async () => {
    const world = createWorld();
    const failed = waiting({ resumeAfter: "2026-11-04T07:00:00Z" });
    put(world, failed);
    await world.run({ request: { reruns: [failed.runId] } });
    const [record] = await world.records();
    expect(record).toMatchObject({ status: "succeeded", reason: "rerun", attempt: 2, failures: 0 });
  });

  test("started for one sync serves the newest due windows of its siblings first, and only those", async () => {
    const syncs = [worldSync(), worldSync({ name: "deals", id: "deals", table: "deals" })];
    const world = createWorld({ syncs });
    const result = await world.run({ request: { syncs: ["contacts"] } });
    expect(result.settled.map(({ runId }) => runId)).toEqual([
      runIdOf("contacts", dayOf("2026-11-03")),
      runIdOf("deals", dayOf("2026-11-03")),
      runIdOf("contacts", dayOf("2026-11-01")),
      runIdOf("contacts", dayOf("2026-11-02")),
    ]);
    expect(result).toMatchObject({ windowsRemaining: 0, gaps: [] });
  });

  test("attempts a window once per run, however it fails, and again in the next", async () => {
    const world = createWorld({ now: "2026-11-02T06:00:00Z" });
    world.answer = () => respond("no", { status: 404 });
    for (const attempt of [1, 2, 3, 4, 5]) {
      const { windowsParked } = await world.run();
      expect(await world.records()).toMatchObject([{ attempt, failures: attempt }]);
      expect([world.sent.length, windowsParked]).toEqual([attempt, attempt === 5 ? 1 : 0]);
    }
    await world.run();
    expect(world.sent).toHaveLength(5);
  });

  test("a damaged folder stops its sync by path and reason, and no other sync of the source", async () => {
    const syncs = [worldSync(), worldSync({ name: "deals", id: "deals", table: "deals" })];
    const world = createWorld({ syncs });
    const path = "ledger/contacts/2026/11/20261101T000000Z--20261102T000000Z.json";
    world.branch.edit({ [path]: "<<<<<<< ours\n{}\n" });
    const result = await world.run();
    expect(result).toMatchObject({ status: "failed", windowsSucceeded: 3 });
    expect(result.faults).toHaveLength(1);
    expect(result.faults[0]).toContain(`contacts is stopped: ${path}: `);
    expect(await world.statuses("deals")).toHaveLength(3);
    const commit = world.branch.commits.get(world.branch.tip);
    expect(new TextDecoder().decode(commit?.files.get(path)?.bytes)).toBe("<<<<<<< ours\n{}\n");
  });

  test("a pacer is seeded with what the run before sent, so that two runs make no burst (P11)", async () => {
    const pace = [{ requests: 4, perMs: 60_000, mode: "safe", burst: 1 }] as const;
    const world = createWorld({
      now: "2026-11-02T06:00:00Z",
      source: { limits: limitsOf({ pace }) },
    });
    const times: number[] = [];
    world.answer = () => {
      times.push(world.clock.mono());
      return undefined;
    };
    await world.run();
    world.items.push({ id: "again", updatedAt: at("2026-11-01T13:00:00Z") });
    const runId = runIdOf("contacts", dayOf("2026-11-01"));
    await world.run({ request: { reruns: [runId] } });
    expect(times).toHaveLength(6);
    for (const time of times)
      expect(times.filter((other) => other > time - 60_000 && other <= time).length).toBeLessThan(
        5,
      );
  });

  test("a lost attempt counts as a full period of its pace (P11)", async () => {
    const pace = [{ requests: 60, perMs: 60_000, mode: "safe", burst: 1 }] as const;
    const world = createWorld({
      now: "2026-11-02T06:00:00Z",
      source: { limits: limitsOf({ pace }) },
    });
    const claim = { holder: "local:dead", epoch: 1, leaseUntil: at("2026-11-02T06:30:00Z") };
    const startedAt = at("2026-11-02T05:59:30Z");
    put(world, runningRecord(dayOf("2026-11-01"), { startedAt, claim }));
    const times: number[] = [];
    world.answer = () => {
      times.push(world.clock.mono());
      return undefined;
    };
    await world.run({ liveness: "dead" });
    expect(times[0]).toBeGreaterThanOrEqual(60_000);
    // P12: half a minute at full pace is 30, but no window of the sync ever sent more than a few.
    const [record] = await world.records();
    expect(record?.history).toMatchObject([{ code: "lost", requests: { sent: 10 } }]);
  });

  test("a pacer is seeded with what retired syncs of its source sent (P11)", async () => {
    const pace = [{ requests: 4, perMs: 60_000, mode: "safe", burst: 1 }] as const;
    const world = createWorld({
      now: "2026-11-02T06:00:00Z",
      source: { limits: limitsOf({ pace }) },
    });
    const lastAt = at("2026-11-02T05:59:50Z");
    const requests = { ...noRequests, sent: 4, lastAt };
    put(world, succeededRecord(dayOf("2026-11-01"), { syncId: "old", requests }));
    const times: number[] = [];
    world.answer = () => {
      times.push(world.clock.mono());
      return undefined;
    };
    await world.run();
    expect(times[0]).toBeGreaterThanOrEqual(50_000);
  });

  test("what a dead run of another source left is none of this run's business", async () => {
    const sources = new Map(
      ["crm", "erp"].map((name) => [name, sourceOf({ name, baseUrl: "https://api.test/v1" })]),
    );
    const bills = worldSync({ name: "bills", id: "bills", table: "bills", source: "erp" });
    const world = createWorld({ syncs: [worldSync(), bills], sources });
    const startedAt = at("2026-11-04T05:59:00Z");
    put(world, runningRecord(dayOf("2026-11-01"), { syncId: "bills", source: "erp", startedAt }));
    const before = await world.records("bills");
    const request = { syncs: ["contacts"] };
    expect(await world.run({ request, liveness: "dead" })).toMatchObject({ windowsSucceeded: 3 });
    expect(await world.records("bills")).toEqual(before);
    expect(await world.run({ liveness: "dead" })).toMatchObject({ windowsSucceeded: 3 });
  });

  test("a sync that has covered nothing new for too long is stalled and fails the run", async () => {
    const world = createWorld({ now: "2026-11-20T06:00:00Z" });
    put(world, ...november(1, 9).map((day) => succeededRecord(dayOf(day))));
    put(world, waiting({ resumeAfter: "2026-11-21T07:00:00Z", day: "2026-11-10" }));
    const result = await world.run();
    expect(result).toMatchObject({
      status: "failed",
      faults: ["contacts is stalled: nothing newer is covered although windows are due"],
    });
  });

  test("a run of one sync names a stalled one of the same source", async () => {
    const deals = worldSync({ name: "deals", id: "deals", table: "deals" });
    const world = createWorld({ now: "2026-11-20T06:00:00Z", syncs: [worldSync(), deals] });
    for (const syncId of ["contacts", "deals"])
      put(world, ...november(1, 9).map((day) => succeededRecord(dayOf(day), { syncId })));
    put(world, waiting({ resumeAfter: "2026-11-21T07:00:00Z", day: "2026-11-10" }));
    const result = await world.run({ request: { syncs: ["deals"] } });
    expect(result).toMatchObject({
      faults: [
        "contacts is stalled: nothing newer is covered although windows are due",
        "deals is stalled: nothing newer is covered although windows are due",
      ],
    });
  });

  test("a failed window that counts makes the run fail, and the other windows go on", async () => {
    const world = createWorld();
    world.answer = (request) =>
      request.url.includes("from=2026-11-02") ? respond("no", { status: 404 }) : undefined;
    const result = await world.run();
    expect(result).toMatchObject({
      status: "failed",
      windowsSucceeded: 2,
      windowsFailed: 1,
      windowsRemaining: 1,
      faults: [],
      gaps: [{ sync: "contacts", window: dayOf("2026-11-02"), state: "failed" }],
    });
  });

  test("a throttle that outlasts the budget leaves the run partial, with resume_after (P21)", async () => {
    const world = createWorld();
    world.answer = (request) =>
      request.url.includes("token=2")
        ? respond("slow", { status: 429, headers: { "retry-after": "7200" } })
        : undefined;
    const result = await world.run();
    expect(result).toMatchObject({ status: "partial", windowsFailed: 1, faults: [] });
    const [record] = await world.records();
    expect(record).toMatchObject({ status: "failed", failures: 0, error: { code: "throttled" } });
    expect(record?.status === "failed" && record.error.resumeAfter).toBeGreaterThanOrEqual(
      at("2026-11-04T08:00:00Z"),
    );
    expect(world.sent).toHaveLength(2);
  });

  test("a parked window keeps runs red until an operator reruns it", async () => {
    const world = createWorld();
    const parked = failedRecord(dayOf("2026-11-01"), { failures: 5, attempt: 5 });
    put(world, parked);
    expect(await world.run()).toMatchObject({
      status: "failed",
      windowsSucceeded: 2,
      windowsParked: 1,
    });
    expect(await world.run()).toMatchObject({
      status: "failed",
      windowsSucceeded: 0,
      windowsParked: 1,
    });
    const rerun = await world.run({ request: { reruns: [parked.runId] } });
    expect(rerun).toMatchObject({
      status: "ok",
      windowsSucceeded: 1,
      windowsParked: 0,
      faults: [],
    });
  });

  test("a refused claim asks nothing of the source and is a LedgerError (4.6)", async () => {
    const world = createWorld();
    const running = world.run({
      onCommit: async () => ({ kind: "refused", message: "protected", remedy: "allow it" }),
    });
    await expect(running).rejects.toThrow(new LedgerError("protected\nremedy: allow it"));
    expect([world.sent.length, world.rescued.length]).toEqual([0, 0]);
  });

  test("a settling commit that is refused leaves its files in the rescue folder (4.6)", async () => {
    const world = createWorld({ destination: "files", now: "2026-11-02T06:00:00Z" });
    const running = world.run({
      onCommit: async (commit, { nth }) =>
        nth === 0 ? await commit() : { kind: "refused", message: "protected", remedy: "allow it" },
    });
    await expect(running).rejects.toThrow(LedgerError);
    expect(world.rescued).toEqual([
      ["ledger/contacts/2026/11/20261101T000000Z--20261102T000000Z.json", "data/contacts.ndjson"],
    ]);
  });

  test("a store that breaks down in a commit is asked once more, and the commit is made once", async () => {
    const world = createWorld({ now: "2026-11-02T06:00:00Z" });
    const ended = await world.run({
      onCommit: async (commit, { nth }) => {
        const answer = await commit();
        if (nth === 1) throw new LedgerError("tree 1 on GitHub: gone");
        return answer;
      },
    });
    expect(ended).toMatchObject({ status: "ok", windowsSucceeded: 1 });
    expect(world.subjects()).toEqual([
      "ledger(contacts): claim 2026-11-01",
      "ledger(contacts): settle 2026-11-01 succeeded, 5 records",
    ]);
  });

  test("work whose rows cannot land after a lost race is rescued as it was sent (4.6)", async () => {
    const world = createWorld({ destination: "files", now: "2026-11-02T06:00:00Z" });
    let isGone = false;
    const running = world.run({
      wrapStore: (store) => ({
        ...store,
        files: (tip) => ({
          ...store.files(tip),
          list: async (folder) => {
            if (isGone && folder.startsWith("data")) throw new LedgerError("data: gone");
            return await store.files(tip).list(folder);
          },
        }),
      }),
      onCommit: async (commit, { nth }) => {
        if (nth !== 1) return await commit();
        isGone = true;
        world.branch.edit({ "data/notes.md": "hello\n" });
        return { kind: "conflict" };
      },
    });
    await expect(running).rejects.toThrow("data: gone");
    expect(world.rescued).toEqual([
      ["ledger/contacts/2026/11/20261101T000000Z--20261102T000000Z.json", "data/contacts.ndjson"],
    ]);
  });

  test("a run that cannot read the ledger, or has ended, leaves no timer behind", async () => {
    const world = createWorld();
    await world.run();
    expect(world.clock.scheduled()).toBe(0);
    const { ports, ...input } = world.input();
    const store = { ...ports.store, tip: () => Promise.reject(new LedgerError("gone")) };
    const request = {
      syncs: [],
      maxWindows: undefined,
      timeBudgetMs: undefined,
      reruns: undefined,
      isScheduled: false,
    };
    const { signal } = new AbortController();
    const running = run({ ...input, ports: { ...ports, store }, request, cancel: signal });
    await expect(running).rejects.toThrow(new LedgerError("gone"));
    expect(world.clock.scheduled()).toBe(0);
  });
});

function waiting(of: { readonly resumeAfter: string; readonly day?: string }): RunRecord {
  const { resumeAfter, day = "2026-11-01" } = of;
  const finishedAt = at("2026-11-04T05:00:00Z");
  return failedRecord(dayOf(day), {
    failures: 0,
    startedAt: at("2026-11-04T04:59:00Z"),
    finishedAt: day === "2026-11-01" ? finishedAt : at("2026-11-20T05:00:00Z"),
    error: {
      code: "throttled",
      message: "crm: expected an answer, found a pause; a later run goes on",
      mostCommon: undefined,
      retryable: true,
      resumeAfter: at(resumeAfter),
    },
  });
}
