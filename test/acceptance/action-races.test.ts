// Several writers on one ledger branch, and answers that do not tell what happened: each window is executed once, no
// record and nobody's commit is lost, and no commit is made twice. The bundle runs against the fake GitHub.

import { expect, it } from "vitest";

import { makeItems } from "../support/acceptance-api.ts";
import { expectedRows, itemsSync, joined } from "../support/acceptance-project.ts";
import { type ActionStage, openStage, outcomeOf } from "../support/action-stage.ts";
import type { FakeRequest, FaultAction } from "../support/github-fake/faults.ts";

const threeDays = { start: "2026-01-01T00:00:00Z", everySeconds: 3600 };
const now = "2026-01-04T06:00:00Z";

// The newest window goes first, then the oldest ones, which are claimed by one commit.
const threeWindows = [
  "ledger(items): claim 2026-01-03",
  "ledger(items): settle 2026-01-03 succeeded, 24 records; 1 more",
  "ledger(items): settle 2026-01-01 succeeded, 24 records; start 2026-01-02",
  "ledger(items): settle 2026-01-02 succeeded, 24 records",
];

it.concurrent(
  "executes each window once in two steps of the same second, while people push code and rows (T2, T3, G12)",
  { timeout: 120_000 },
  async () => {
    await using stage = await open();
    const pushed = pushAtCommits(stage);

    const steps = [stage.start({ runId: 7001 }), stage.start({ runId: 7002 })];
    const ends = await Promise.all(steps.map(({ ended }) => ended));

    expect(ends.map(outcomeOf).toSorted()).toEqual(["0 nothing_due 0", "0 ok 3"]);
    expect(pushed.rows.length).toBe(2);
    expectOnce(stage, pushed.rows);
    expect(stage.subjects()).toEqual(threeWindows);
    expect(pushed.commits.filter((commit) => !history(stage).includes(commit))).toEqual([]);
    expect(stage.repo.git("log", "--merges", "--format=%H", "main")).toBe("");
    expect(await stage.findings()).toBe("");
  },
);

const lost: FaultAction = { kind: "lost" };
const wentWrong: FaultAction = { kind: "went-wrong", when: "after" };
const wentWrongBefore: FaultAction = { kind: "went-wrong", when: "before" };
const badGateway: FaultAction = { kind: "fail", status: 502 };

it.concurrent.each([
  { names: "lost, lost, wrong, wrong", actions: [lost, lost, wentWrong, wentWrong] },
  { names: "wrong, 502, lost, none", actions: [wentWrong, badGateway, lost, wentWrongBefore] },
])(
  "makes each of four commits once when their first answers are $names, with and without an effect (G11)",
  { timeout: 120_000 },
  async ({ actions }) => {
    await using stage = await open();
    const isFirst = firstSending();
    for (const action of actions) stage.github.fault({ on: isFirst, do: action });

    const end = await stage.run();

    expect(outcomeOf(end)).toBe("0 ok 3");
    expectOnce(stage, []);
    expect(stage.subjects()).toEqual(threeWindows);
    expect(commitsSent(stage)).toBe(8);
    expect(await stage.findings()).toBe("");
  },
);

it.concurrent(
  "makes its commits on the newest tip when a person pushes into a commit whose answer is lost (G11, G12)",
  { timeout: 120_000 },
  async () => {
    await using stage = await open();
    const isFirst = firstSending();
    stage.github.fault({ on: isFirst, times: Infinity, do: { kind: "lost" } });
    // After the effect and before it is sent again: the branch is at neither of the two commits that the step knows.
    let pushes = 0;
    stage.github.onRequest(async (request) => {
      if (request.fields[0] !== "createCommitOnBranch" || commitsSent(stage) % 2 === 1) return;
      pushes += 1;
      await push(stage, { [`notes/${pushes}.txt`]: `note ${pushes}\n` });
    });

    const end = await stage.run();

    expect(outcomeOf(end)).toBe("0 ok 3");
    expect(pushes).toBe(4);
    expectOnce(stage, []);
    expect(stage.subjects()).toEqual(threeWindows);
    expect(await stage.findings()).toBe("");
  },
);

it.concurrent(
  "executes each window once in two steps of the same second when GitHub is 3 seconds behind (section 8, step 3)",
  { timeout: 120_000 },
  async () => {
    await using stage = await open();
    const lag = lagBehind(stage);

    const steps = [stage.start({ runId: 7001 }), stage.start({ runId: 7002 })];
    const ends = await Promise.all(steps.map(({ ended }) => ended));

    expect(ends.map(outcomeOf).toSorted()).toEqual(["0 nothing_due 0", "0 ok 3"]);
    expectOnce(stage, []);
    expect(stage.subjects()).toEqual(threeWindows);
    lag.isOn = false;
    expect(await stage.findings()).toBe("");
  },
);

it.concurrent(
  "does nothing twice when a step reads the tip of 3 seconds before, where a step that is over still ran (L6, L7)",
  { timeout: 120_000 },
  async () => {
    await using stage = await open();
    const first = await stage.run({ runId: 7001 });
    const lag = lagBehind(stage);

    const next = await stage.run({ runId: 7002 });

    expect([first, next].map(outcomeOf)).toEqual(["0 ok 3", "0 nothing_due 0"]);
    expectOnce(stage, []);
    expect(stage.subjects()).toEqual(threeWindows);
    lag.isOn = false;
    expect(await stage.findings()).toBe("");
  },
);

async function open(): Promise<ActionStage> {
  return await openStage({ items: makeItems(72, threeDays), syncs: { items: itemsSync }, now });
}

/** Three windows, one request and one attempt each, all rows and those of people. */
function expectOnce(stage: ActionStage, foreign: readonly string[]): void {
  expect(Object.fromEntries(stage.api.byRange())).toEqual({
    "2026-01-01T00:00:00Z--2026-01-02T00:00:00Z": 1,
    "2026-01-02T00:00:00Z--2026-01-03T00:00:00Z": 1,
    "2026-01-03T00:00:00Z--2026-01-04T00:00:00Z": 1,
  });
  const records = stage.records();
  expect(joined(records)).toEqual(["2026-01-01T00:00:00Z--2026-01-04T00:00:00Z"]);
  const inserted = records.map(
    (one) => `${one.status} ${one.attempt} ${one.item_counts["inserted"]}`,
  );
  expect(inserted).toEqual(["succeeded 1 24", "succeeded 1 24", "succeeded 1 24"]);
  expect(stage.rows()).toEqual([...expectedRows(stage.api.items), ...foreign].toSorted());
}

function isCommit({ fields }: FakeRequest): boolean {
  return fields[0] === "createCommitOnBranch";
}

function commitsSent({ github }: ActionStage): number {
  return github.requests.filter(isCommit).length;
}

/** The first sending of each commit, told by its message. */
function firstSending(): (request: FakeRequest) => boolean {
  const seen = new Set<string>();
  return (request) => {
    if (!isCommit(request)) return false;
    const { message } = request.variables["input"] as { message: unknown };
    const known = seen.has(JSON.stringify(message));
    seen.add(JSON.stringify(message));
    return !known;
  };
}

/** Every answer of GraphQL, to reads and mutations alike, is that of a replica; until `isOn` is false. */
function lagBehind({ github }: ActionStage): { isOn: boolean } {
  const lag = { isOn: true };
  github.fault({
    on: ({ route }) => lag.isOn && route.startsWith("graphql:"),
    times: Infinity,
    do: { kind: "stale", lag: { ms: 3000 } },
  });
  return lag;
}

function history({ repo }: ActionStage): readonly string[] {
  return repo.git("log", "--format=%H", "main").split("\n");
}

// A note before every second commit that is sent, and a row of the very data file before two of the others.
function pushAtCommits(stage: ActionStage): {
  readonly commits: readonly string[];
  readonly rows: readonly string[];
} {
  const commits: string[] = [];
  const rows: string[] = [];
  stage.github.onRequest(async (request) => {
    if (!isCommit(request)) return;
    const count = commitsSent(stage);
    const path = "data/items.ndjson";
    if (count % 2 === 1 && count < 10) {
      commits.push(await push(stage, { [`notes/${count}.txt`]: `note ${count}\n` }));
    } else if (rows.length < 2 && stage.repo.git("ls-tree", "main", path) !== "") {
      const id = `foreign${rows.length}`;
      rows.push(`${id} 2026-01-01T00:00:00Z`);
      commits.push(
        await push(stage, { [path]: `${stage.repo.git("show", `main:${path}`)}\n${rowOf(id)}` }),
      );
    }
  });
  return { commits, rows };
}

function rowOf(id: string): string {
  const watermark = "2026-01-01T00:00:00Z";
  const row = { id, data: {}, _tidemark_watermark: watermark, _tidemark_deleted_at: null };
  return `${JSON.stringify(row)}\n`;
}

// Again while a step is faster.
async function push(stage: ActionStage, files: Readonly<Record<string, string>>): Promise<string> {
  for (;;) {
    try {
      return await stage.github.push("main", files);
    } catch (error) {
      if (!String(error).includes("moved while a person pushed")) throw error;
    }
  }
}
