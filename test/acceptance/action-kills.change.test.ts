// SIGKILL at every request that a step makes, to GitHub and to the source, then a plain run: nothing is lost, nothing
// that was settled is executed again, and each commit is made once. What arrived at GitHub has its effect.

import { expect, it, vi } from "vitest";

import { makeItems } from "../support/acceptance-api.ts";
import { expectedRows, itemsSyncWith, joined } from "../support/acceptance-project.ts";
import { completeRun } from "../support/action-process.ts";
import { type ActionStage, openStage, outcomeOf } from "../support/action-stage.ts";

// The tip, the new branch, four commits, and its copy in a pull request: tree, commit and branch.
const github = Array.from({ length: 9 }, (_, index) => ({ where: "GitHub", request: index + 1 }));
const source = [1, 2, 3].map((request) => ({ where: "the source", request }));

it.concurrent.each([...github, ...source])(
  "goes on after SIGKILL at request $request to $where (contract 4.5, L5, L7)",
  { timeout: 120_000 },
  async ({ where, request }) => {
    await using stage = await openStage({
      items: makeItems(72, { start: "2026-01-01T00:00:00Z", everySeconds: 3600 }),
      syncs: { items: itemsSyncWith({}) },
      now: "2026-01-04T06:00:00Z",
      more: (project) => ({ ...project, ledger: { publish: "pull_request" } }),
    });
    const moment = { isOver: false };
    const arrive = (count: number): boolean => {
      if (moment.isOver || count !== request) return false;
      moment.isOver = true;
      step.kill("SIGKILL");
      return true;
    };
    if (where === "GitHub") stage.github.onRequest(() => void arrive(stage.github.requests.length));
    else stage.api.hook = ({ number }) => arrive(number);
    const step = stage.start({ runId: 7001 });
    const killed = await step.ended;
    completeRun(stage.github, 7001);
    await vi.waitUntil(() => stage.github.requests.every(({ endedAt }) => endedAt !== undefined));
    const settled = executed(stage);

    const end = await stage.run({ runId: 7002 });

    expect({ killed: killed.code, log: killed.log }).toMatchObject({ killed: null });
    expect(outcomeOf(end)).toBe(
      settled.length === 3 ? "0 nothing_due 0" : `0 ok ${3 - settled.length}`,
    );
    const records = stage.records("items", "tidemark-ledger");
    expect(joined(records)).toEqual(["2026-01-01T00:00:00Z--2026-01-04T00:00:00Z"]);
    expect(executed(stage)).toEqual(expect.arrayContaining([...settled]));
    expect(records.map(({ status }) => status)).toEqual(["succeeded", "succeeded", "succeeded"]);
    // What was started when the step was killed may be read once more, and nothing else is.
    for (const record of records)
      expect(wasLost(record) ? [1, 2] : [1]).toContain(asked(stage, record));
    expect(stage.rows("items", "tidemark-ledger")).toEqual(expectedRows(stage.api.items));
    expect(stage.subjects("tidemark-ledger").length).toBeGreaterThanOrEqual(4);
    expect(stage.github.pulls.map(({ state }) => state)).toEqual(["OPEN"]);
    expect(stage.rows("items", "tidemark/publish")).toEqual(expectedRows(stage.api.items));
    expect(await stage.findings()).toBe("");
  },
);

type Written = ReturnType<ActionStage["records"]>[number];

function wasLost({ history }: Written): boolean {
  return history.some(({ code }) => code === "lost");
}

function asked(stage: ActionStage, { window_start: start, window_end: end }: Written): number {
  return stage.api.byRange().get(`${start}--${end}`) ?? 0;
}

/** The windows that succeeded, with the attempt that did. */
function executed(stage: ActionStage): readonly string[] {
  if (stage.github.head("tidemark-ledger") === undefined) return [];
  return stage
    .records("items", "tidemark-ledger")
    .filter(({ status }) => status === "succeeded")
    .map((record) => `${record.run_id} ${record.attempt}`);
}
