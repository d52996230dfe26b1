// What the store says while a run is at work: claims are held back, the ledger cannot be read any more.

import { beforeEach, describe, expect, test } from "vitest";

import { type Approval, backfillCommand } from "../../src/app/commands/backfill.ts";
import { ConfigError, LedgerError } from "../../src/core/failure/errors.ts";
import type { ClaimHold } from "../../src/ports/ledger-store.ts";
import type { Proposal } from "../../src/ports/proposals.ts";
import { createWorld } from "../support/run-world.ts";

const moved: ClaimHold = { kind: "moved", message: "the configuration moved; start a new run" };
const foreign: ClaimHold = { kind: "foreign", message: "check that commit out" };
const limited: ClaimHold = { kind: "limited", message: "43 points are left until 07:00" };

describe("a run", () => {
  test("of an old commit claims nothing: by a schedule with a note, by a person with an error (G18)", async () => {
    const world = createWorld();
    const report = await world.run({ claimHold: () => moved, request: { isScheduled: true } });
    expect(report).toMatchObject({ status: "nothing_due", notes: [moved.message], settled: [] });
    await expect(world.run({ claimHold: () => moved })).rejects.toThrow(ConfigError);
    expect([world.subjects(), world.sent]).toEqual([[], []]);
  });

  test("with a configuration that is not the event's ends in an error, also by a schedule (contract 2)", async () => {
    const world = createWorld();
    await expect(
      world.run({ claimHold: () => foreign, request: { isScheduled: true } }),
    ).rejects.toThrow(ConfigError);
    expect([world.subjects(), world.sent]).toEqual([[], []]);
  });

  test.for([moved, limited])(
    "settles what is running and claims nothing more once claims are held back: $kind",
    async (hold) => {
      const world = createWorld();
      const claimHold = (): ClaimHold | undefined => (world.sent.length > 0 ? hold : undefined);
      const report = await world.run({ claimHold });
      expect(report).toMatchObject({
        status: "ok",
        windowsSucceeded: 1,
        windowsRemaining: 2,
        notes: [hold.message],
      });
      expect(await world.statuses()).toEqual(["2026-11-03T00:00:00Z succeeded 1"]);
    },
  );

  test("that cannot read the ledger after a lost race keeps its records in the rescue folder (4.6)", async () => {
    const world = createWorld({ now: "2026-11-02T06:00:00Z" });
    let isGone = false;
    const ended = world.run({
      onCommit: async (commit, { nth }) => {
        if (nth === 0) return await commit();
        isGone = true;
        return { kind: "conflict" };
      },
      wrapStore: (store) => ({
        ...store,
        tip: async () => {
          if (isGone) throw new LedgerError("the ledger branch does not answer");
          return await store.tip();
        },
      }),
    });
    await expect(ended).rejects.toThrow(
      "the ledger branch does not answer\nthe records are kept in .tidemark/rescue",
    );
    expect(world.rescued).toEqual([
      ["ledger/contacts/2026/11/20261101T000000Z--20261102T000000Z.json"],
    ]);
  });
});

describe("a backfill that a person approves", () => {
  const proposed: Proposal[] = [];
  const approval: Approval = {
    proposals: {
      propose: (proposal) => {
        proposed.push(proposal);
        return Promise.resolve({ kind: "open", url: `https://pulls.test/${proposal.branch}` });
      },
    },
    place: { version: "0.1.0", mode: "backfill", runUrl: undefined, repositoryUrl: undefined },
  };
  beforeEach(() => {
    proposed.length = 0;
  });
  const request = {
    syncs: [],
    from: "2026-11-01",
    to: "2026-11-03",
    names: { from: "--from", to: "--to" },
    reprocess: "all",
    direction: "oldest",
    reason: undefined,
    yes: true,
    dryRun: false,
    approval,
  } as const;

  test("proposes the order on a branch of its own and leaves the ledger as it is", async () => {
    const world = createWorld();
    const [ordered] = await world.clock.run(backfillCommand(world.input(), request));
    const { id } = ordered!.view.order;
    const branch = `tidemark/backfill/${id}`;
    expect(ordered?.published).toEqual({ kind: "open", url: `https://pulls.test/${branch}` });
    expect(proposed).toMatchObject([
      {
        branch,
        tip: world.branch.tip,
        changes: [{ path: `ledger/contacts/orders/${id}.json` }],
        message: expect.stringContaining("ledger(contacts): order 2026-11-01 to 2026-11-03, all"),
        body: expect.stringContaining("2026-11-01 to 2026-11-03 of `contacts`"),
      },
    ]);
    expect(world.subjects()).toEqual([]);
  });

  test("proposes nothing where nothing is left to do", async () => {
    const world = createWorld();
    await world.run();
    const [ordered] = await world.clock.run(
      backfillCommand(world.input(), { ...request, reprocess: "missing" }),
    );
    expect([ordered?.view.isDone, ordered?.published, proposed]).toEqual([
      true,
      { kind: "none" },
      [],
    ]);
  });

  test("is refused, as any other order is, by a run that may claim nothing (G18)", async () => {
    const world = createWorld();
    for (const hold of [moved, foreign])
      for (const asked of [approval, undefined])
        await expect(
          world.clock.run(
            backfillCommand(world.input({ claimHold: () => hold }), {
              ...request,
              approval: asked,
            }),
          ),
        ).rejects.toThrow(hold.message);
    expect([proposed, world.subjects()]).toEqual([[], []]);
  });
});
