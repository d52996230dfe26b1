// Two runs, and other people's commits, on one branch: exactly one run executes a window, whatever comes between a
// commit and its answer.

import { describe, expect, test } from "vitest";

import { Cancelled } from "../../src/core/failure/errors.ts";
import { at } from "../support/builders.ts";
import { dayOf, orderOf } from "../support/record-builders.ts";
import { createWorld, type ProcessOptions, type World } from "../support/run-world.ts";
import { respond } from "../support/scripted-source.ts";

/** Two windows are due, served in four commits less one: claim, settle and claim, settle. */
const now = "2026-11-03T06:00:00Z";
const commits = [0, 1, 2];

const undisturbed = [
  "ledger(contacts): claim 2026-11-02",
  "ledger(contacts): settle 2026-11-02 succeeded, 5 records; claim 2026-11-01",
  "ledger(contacts): settle 2026-11-01 succeeded, 5 records",
];

const bits = [0, 1, 2, 3, 4, 5, 6, 7];

describe("a race", () => {
  test.for(bits)(
    "of two runs is won window by window, and each window is executed by one of them: %i (L6, P13)",
    async (slow) => {
      for (const late of bits) {
        const world = createWorld({ now });
        const asked: string[] = [];
        const runner = (holder: string, delays: number): ProcessOptions => ({
          holder,
          watch: ({ port, when, about }) => {
            const day = /from=([\d-]{10})/.exec(decodeURIComponent(about))?.[1];
            if (port === "send" && when === "before") asked.push(`${day} ${holder}`);
          },
          onCommit: async (commit, { nth }) => {
            if (((delays >> nth) & 1) === 1) await world.clock.wake(world.clock.mono() + 70);
            return await commit();
          },
        });
        const both = [
          world.begin(runner("local:aaaa", slow)),
          world.begin(runner("local:bbbb", late)),
        ];
        const reports = await world.clock.run(Promise.all(both));
        await world.run();
        expect(reports.map(({ faults }) => faults)).toEqual([[], []]);
        expect(reports.map(({ status }) => status)).not.toContain("failed");
        // P13: the one that lost the first claim leaves the source alone.
        expect(new Set(asked.map((text) => text.slice(11))).size).toBe(1);
        const executed = [...new Set(asked)].map((text) => text.slice(0, 10)).toSorted();
        expect(executed.length).toBe(new Set(executed).size);
        expect(await world.rows()).toEqual(world.expectedRows("2026-11-03"));
        expect(
          (await world.records()).map(({ status, attempt, history }) => [status, attempt, history]),
        ).toEqual([
          ["succeeded", 1, []],
          ["succeeded", 1, []],
        ]);
      }
    },
  );

  test.for(["sqlite", "files"] as const)(
    "lost at every commit to foreign paths changes nothing but the tip: %s (L6)",
    async (destination) => {
      const world = createWorld({ now, destination });
      const report = await world.run({
        onCommit: async (commit, { nth }) => {
          if (nth % 2 === 0) world.branch.edit({ "docs/notes.md": `${nth}\n` });
          return await commit();
        },
      });
      expect(report).toMatchObject({ status: "ok", windowsSucceeded: 2, recordsProcessed: 10 });
      expect(own(world)).toEqual(undisturbed);
      expect(world.subjects()).toHaveLength(6);
      expect(world.sent).toHaveLength(6);
      expect(await world.rows()).toEqual(world.expectedRows("2026-11-03"));
    },
  );

  test.for(commits)(
    "lost at commit %i to a change of the same sync plans anew on what is there (L6)",
    async (nth) => {
      const world = createWorld({ now });
      const order = orderOf({
        from: at("2026-10-31"),
        to: at("2026-11-02"),
        orderedAt: at("2026-11-03T05:00:00Z"),
      });
      const moved = { isDone: false };
      const report = await world.run({
        onCommit: async (commit, about) => {
          if (about.nth === nth && !moved.isDone) {
            moved.isDone = true;
            await world.putOrder(order);
          }
          return await commit();
        },
      });
      expect(report).toMatchObject({ status: "ok", windowsSucceeded: 3, windowsRemaining: 0 });
      expect(await world.statuses()).toEqual([
        "2026-10-31T00:00:00Z succeeded 1",
        "2026-11-01T00:00:00Z succeeded 1",
        "2026-11-02T00:00:00Z succeeded 1",
      ]);
      expect((await world.ledger())?.orders).toEqual([]);
      expect(world.sent).toHaveLength(7);
    },
  );

  test.for(
    commits.flatMap((nth) =>
      (["landed", "did not land", "landed below another"] as const).map((what) => ({ nth, what })),
    ),
  )("answered unknown at commit $nth that $what is told apart (L6)", async ({ nth, what }) => {
    const world = createWorld({ now });
    const report = await world.run({
      onCommit: async (commit, about) => {
        if (about.nth !== nth) return await commit();
        if (what !== "did not land") await commit();
        if (what === "landed below another") world.branch.edit({ "docs/notes.md": "x\n" });
        return { kind: "unknown", message: "connection reset" };
      },
    });
    expect(report).toMatchObject({ status: "ok", windowsSucceeded: 2, faults: [] });
    expect(own(world)).toEqual(undisturbed);
    expect(world.sent).toHaveLength(6);
    expect(await world.rows()).toEqual(world.expectedRows("2026-11-03"));
  });

  test.for(commits.flatMap((nth) => [0, 40].map((afterMs) => ({ nth, afterMs }))))(
    "answered unknown at commit $nth that lands late, $afterMs ms after or when it is made again, is found (L6)",
    async ({ nth, afterMs }) => {
      const world = createWorld({ now });
      let late: (() => Promise<unknown>) | undefined;
      const report = await world.run({
        onCommit: async (commit, about) => {
          if (about.nth === nth) {
            if (afterMs === 0) late = commit;
            else void world.clock.wake(world.clock.mono() + afterMs).then(commit);
            return { kind: "unknown", message: "connection reset" };
          }
          await late?.();
          late = undefined;
          return await commit();
        },
      });
      expect(report).toMatchObject({ status: "ok", windowsSucceeded: 2, faults: [] });
      expect(own(world)).toEqual(undisturbed);
      expect(world.sent).toHaveLength(6);
      expect(report.settled.toSorted((a, b) => a.window.start - b.window.start)).toEqual(
        await world.records(),
      );
    },
  );

  test("lost a hundred times in a row is won as long as there is time (G13)", async () => {
    const world = createWorld({ now: "2026-11-02T06:00:00Z" });
    const report = await world.run({
      onCommit: async (commit, { nth }) => {
        if (nth > 0 && nth <= 100) world.branch.edit({ "docs/notes.md": `${nth}\n` });
        return await commit();
      },
    });
    expect(report).toMatchObject({ status: "ok", windowsSucceeded: 1, faults: [] });
    expect(world.sent).toHaveLength(3);
  });

  test("is not waited for once the run is being cancelled (G28)", async () => {
    const world = createWorld({ now: "2026-11-02T06:00:00Z" });
    const cancel = new AbortController();
    let cancelledAt = 0;
    const running = world.run({
      cancel: cancel.signal,
      onCommit: async (commit, { nth }) => {
        if (nth > 0) world.branch.edit({ "docs/notes.md": `${nth}\n` });
        if (nth === 9)
          void world.clock.wake(world.clock.mono() + 1).then(() => {
            cancelledAt = world.clock.mono();
            cancel.abort();
          });
        return await commit();
      },
    });
    await expect(running).rejects.toThrow(Cancelled);
    // The one attempt that is left takes 30 ms.
    expect(world.clock.mono() - cancelledAt).toBeLessThan(100);
  });

  test.for(["write", "commit"] as const)(
    "a holder that wakes up after its lease, at its next %s, settles nothing and writes nothing (L7)",
    async (port) => {
      const world = createWorld({ now: "2026-11-02T06:00:00Z" });
      const asleep = { isOver: false };
      // The machine of `a` is suspended: its budget's timers stand still too.
      const sleep = async (): Promise<void> => {
        if (asleep.isOver) return;
        asleep.isOver = true;
        world.clock.jumpWall(3_600_000);
        // What was complete is adopted; what was not is read again, with what has changed since.
        if (port === "write")
          world.items[0] = { id: "2026-11-01-0", updatedAt: at("2026-11-01T13:00:00Z") };
        await world.begin({ holder: "local:bbbb" });
      };
      const a = world.begin({
        holder: "local:aaaa",
        onCommit: async (commit, { nth }) => {
          if (port === "commit" && nth === 1) await sleep();
          return await commit();
        },
        wrapDestination: (destination) => ({
          ...destination,
          openWindow: async (opening, tip) => {
            const writer = await destination.openWindow(opening, tip);
            if (!writer.ok || opening.epoch !== 1) return writer;
            const write: typeof writer.value.write = async (changes, describe_) => {
              if (port === "write") await sleep();
              return await writer.value.write(changes, describe_);
            };
            return { ...writer, value: { ...writer.value, write } };
          },
        }),
      });
      const report = await world.clock.run(a);
      expect(report).toMatchObject({
        status: "failed",
        windowsSucceeded: 0,
        faults: [
          `contacts/20261101T000000Z--20261102T000000Z: the ledger names another holder by now; what this run read is left to that one`,
        ],
      });
      const [record] = await world.records();
      expect(record).toMatchObject({ status: "succeeded", window: dayOf("2026-11-01") });
      expect(await world.rows()).toEqual(world.expectedRows("2026-11-02"));
      expect(own(world).slice(1)).toEqual(
        port === "commit"
          ? ["ledger(contacts): adopt 2026-11-01 succeeded, 5 records"]
          : [
              "ledger(contacts): lose 2026-11-01",
              "ledger(contacts): claim 2026-11-01",
              "ledger(contacts): settle 2026-11-01 succeeded, 5 records",
            ],
      );
    },
  );

  test.for([200, 503])(
    "a holder that wakes up after its lease on a %i sends no try (P13)",
    async (status) => {
      const world = createWorld({ now: "2026-11-02T06:00:00Z" });
      if (status === 503) world.answer = () => respond("", { status });
      const report = await world.run({
        watch: ({ port, when }) => {
          if (port === "send" && when === "after") world.clock.jumpWall(3_600_000);
        },
      });
      expect(world.sent).toHaveLength(1);
      expect(await world.rows()).toEqual([]);
      expect(report).toMatchObject({ windowsSucceeded: 0, windowsRemaining: 1 });
    },
  );

  test("lost at the settling commit to rows of the same file counts the rows anew (L6)", async () => {
    const model = createWorld({ now: "2026-11-02T06:00:00Z", destination: "files" });
    await model.run();
    const data = model.branch.commits.get(model.branch.tip)?.files.get("data/contacts.ndjson");
    const [first = ""] = new TextDecoder().decode(data?.bytes).split("\n");
    const foreign = first.replaceAll("2026-11-01-0", "zz");
    const world = createWorld({ now: "2026-11-02T06:00:00Z", destination: "files" });
    const report = await world.run({
      onCommit: async (commit, { nth }) => {
        if (nth === 1) world.branch.edit({ "data/contacts.ndjson": `${first}\n${foreign}\n` });
        return await commit();
      },
    });
    expect(report.settled.map(({ itemCounts }) => itemCounts)).toMatchObject([
      { fetched: 5, processed: 5, inserted: 4, unchanged: 1 },
    ]);
    expect(await world.records()).toEqual(report.settled);
    expect(await world.rows()).toEqual(
      [...world.expectedRows("2026-11-02"), "zz 2026-11-01T12:00:00Z"].toSorted(),
    );
    expect(world.sent).toHaveLength(3);
  });
});

function own(world: World): readonly string[] {
  return world.subjects().filter((subject) => subject !== "edit by hand");
}
