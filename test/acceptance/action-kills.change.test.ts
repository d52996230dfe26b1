// SIGKILL at every request that a step makes, to GitHub and to the source, then a plain run: nothing is lost, nothing
// that was settled is executed again, and each commit is made once. What arrived at GitHub has its effect.

import { expect, it, vi } from "vitest";

import { expectedRows, joined } from "../support/acceptance-project.ts";
import { completeRun } from "../support/action-process.ts";
import { outcomeOf, soundness, subjectsIn } from "../support/action-views.ts";
import { type ActionWorld, openActionWorld } from "../support/action-world.ts";

// The tip, the new branch, four commits, and its copy in a pull request: tree, commit and branch.
const github = Array.from({ length: 9 }, (_, index) => ({ where: "GitHub", request: index + 1 }));
const source = [1, 2, 3].map((request) => ({ where: "the source", request }));

it.concurrent.for([...github, ...source])(
  "goes on after SIGKILL at request $request to $where (contract 4.5, L5, L7)",
  { timeout: 120_000 },
  async ({ where, request }, context) => {
    const world = await openActionWorld(context, {
      days: 3,
      now: "2026-01-04T06:00:00Z",
      project: { more: { ledger: { publish: "pull_request" } } },
    });
    const moment = { isOver: false };
    const arrive = (count: number): boolean => {
      if (moment.isOver || count !== request) return false;
      moment.isOver = true;
      step.kill("SIGKILL");
      return true;
    };
    if (where === "GitHub") world.github.onRequest(() => void arrive(world.github.requests.length));
    else world.api.hook = ({ number }) => arrive(number);
    const step = world.start({ event: "schedule", runId: 7001 });
    const killed = await step.ended;
    completeRun(world.github, 7001);
    await vi.waitUntil(() => world.github.requests.every(({ endedAt }) => endedAt !== undefined));
    const settled = executed(world);

    const end = await world.next({ runId: 7002 });

    expect({ killed: killed.code, log: killed.log }).toMatchObject({ killed: null });
    expect(outcomeOf(end)).toBe(
      settled.length === 3 ? "0 nothing_due 0" : `0 ok ${3 - settled.length}`,
    );
    const records = world.records("tidemark-ledger");
    expect(joined(records)).toEqual(["2026-01-01T00:00:00Z--2026-01-04T00:00:00Z"]);
    expect(executed(world)).toEqual(expect.arrayContaining([...settled]));
    expect(records.map(({ status }) => status)).toEqual(["succeeded", "succeeded", "succeeded"]);
    // What was started when the step was killed may be read once more, and nothing else is.
    for (const record of records)
      expect(wasLost(record) ? [1, 2] : [1]).toContain(asked(world, record));
    expect(world.rows("tidemark-ledger")).toEqual(expectedRows(world.api.items));
    expect(subjectsIn(world, "tidemark-ledger").length).toBeGreaterThanOrEqual(4);
    expect(world.github.pulls.map(({ state }) => state)).toEqual(["OPEN"]);
    expect(world.rows("tidemark/publish")).toEqual(expectedRows(world.api.items));
    expect(await soundness(world)).toBe("");
  },
);

type Written = ReturnType<ActionWorld["records"]>[number];

function wasLost({ history }: Written): boolean {
  return history.some(({ code }) => code === "lost");
}

function asked(world: ActionWorld, { window_start: start, window_end: end }: Written): number {
  return world.api.byRange().get(`${start}--${end}`) ?? 0;
}

/** The windows that succeeded, with the attempt that did. */
function executed(world: ActionWorld): readonly string[] {
  if (world.github.head("tidemark-ledger") === undefined) return [];
  return world
    .records("tidemark-ledger")
    .filter(({ status }) => status === "succeeded")
    .map((record) => `${record.run_id} ${record.attempt}`);
}
