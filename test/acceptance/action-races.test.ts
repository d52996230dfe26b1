// Several writers on one ledger branch, and answers that do not tell what happened: each window is executed once, no
// record and nobody's commit is lost, and no commit is made twice. The bundle runs against the fake GitHub.

import { expect, it } from "vitest";

import { expectedRows, joined } from "../support/acceptance-project.ts";
import { outcomeOf, soundness, subjectsIn } from "../support/action-views.ts";
import { type ActionWorld, openActionWorld, type OwnContext } from "../support/action-world.ts";
import type { FakeRequest, FaultAction } from "../support/github-fake/faults.ts";

const scheduled = { event: "schedule" };

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
  async (context) => {
    const world = await open(context);
    const pushed = pushAtCommits(world);

    const steps = [world.start(scheduled), world.start(scheduled)];
    const ends = await Promise.all(steps.map(({ ended }) => ended));

    expect(ends.map(outcomeOf).toSorted()).toEqual(["0 nothing_due 0", "0 ok 3"]);
    expect(pushed.rows.length).toBe(2);
    expectOnce(world, pushed.rows);
    expect(subjectsIn(world)).toEqual(threeWindows);
    expect(pushed.commits.filter((commit) => !history(world).includes(commit))).toEqual([]);
    expect(world.github.git("log", "--merges", "--format=%H", "main")).toBe("");
    expect(await soundness(world)).toBe("");
  },
);

const lost: FaultAction = { kind: "lost" };
const wentWrong: FaultAction = { kind: "went-wrong", when: "after" };
const wentWrongBefore: FaultAction = { kind: "went-wrong", when: "before" };
const badGateway: FaultAction = { kind: "fail", status: 502 };

it.concurrent.for([
  { names: "lost, lost, wrong, wrong", actions: [lost, lost, wentWrong, wentWrong] },
  { names: "wrong, 502, lost, none", actions: [wentWrong, badGateway, lost, wentWrongBefore] },
])(
  "makes each of four commits once when their first answers are $names, with and without an effect (G11)",
  { timeout: 120_000 },
  async ({ actions }, context) => {
    const world = await open(context);
    const isFirst = firstSending();
    for (const action of actions) world.github.fault({ on: isFirst, do: action });

    const end = await world.next();

    expect(outcomeOf(end)).toBe("0 ok 3");
    expectOnce(world, []);
    expect(subjectsIn(world)).toEqual(threeWindows);
    expect(commitsSent(world)).toBe(8);
    expect(await soundness(world)).toBe("");
  },
);

it.concurrent(
  "makes its commits on the newest tip when a person pushes into a commit whose answer is lost (G11, G12)",
  { timeout: 120_000 },
  async (context) => {
    const world = await open(context);
    const isFirst = firstSending();
    world.github.fault({ on: isFirst, times: Infinity, do: { kind: "lost" } });
    // After the effect and before it is sent again: the branch is at neither of the two commits that the step knows.
    let pushes = 0;
    world.github.onRequest(async (request) => {
      if (request.fields[0] !== "createCommitOnBranch" || commitsSent(world) % 2 === 1) return;
      pushes += 1;
      await push(world, { [`notes/${pushes}.txt`]: `note ${pushes}\n` });
    });

    const end = await world.next();

    expect(outcomeOf(end)).toBe("0 ok 3");
    expect(pushes).toBe(4);
    expectOnce(world, []);
    expect(subjectsIn(world)).toEqual(threeWindows);
    expect(await soundness(world)).toBe("");
  },
);

it.concurrent(
  "executes each window once in two steps of the same second when GitHub is 3 seconds behind (section 8, step 3)",
  { timeout: 120_000 },
  async (context) => {
    const world = await open(context);
    const lag = lagBehind(world);

    const steps = [world.start(scheduled), world.start(scheduled)];
    const ends = await Promise.all(steps.map(({ ended }) => ended));

    expect(ends.map(outcomeOf).toSorted()).toEqual(["0 nothing_due 0", "0 ok 3"]);
    expectOnce(world, []);
    expect(subjectsIn(world)).toEqual(threeWindows);
    lag.isOn = false;
    expect(await soundness(world)).toBe("");
  },
);

it.concurrent(
  "does nothing twice when a step reads the tip of 3 seconds before, where a step that is over still ran (L6, L7)",
  { timeout: 120_000 },
  async (context) => {
    const world = await open(context);
    const first = await world.next();
    const lag = lagBehind(world);

    const next = await world.next();

    expect([first, next].map(outcomeOf)).toEqual(["0 ok 3", "0 nothing_due 0"]);
    expectOnce(world, []);
    expect(subjectsIn(world)).toEqual(threeWindows);
    lag.isOn = false;
    expect(await soundness(world)).toBe("");
  },
);

async function open(context: OwnContext): Promise<ActionWorld> {
  return await openActionWorld(context, { days: 3, now: "2026-01-04T06:00:00Z" });
}

/** Three windows, one request and one attempt each, all rows and those of people. */
function expectOnce(world: ActionWorld, foreign: readonly string[]): void {
  expect(Object.fromEntries(world.api.byRange())).toEqual({
    "2026-01-01T00:00:00Z--2026-01-02T00:00:00Z": 1,
    "2026-01-02T00:00:00Z--2026-01-03T00:00:00Z": 1,
    "2026-01-03T00:00:00Z--2026-01-04T00:00:00Z": 1,
  });
  const records = world.records();
  expect(joined(records)).toEqual(["2026-01-01T00:00:00Z--2026-01-04T00:00:00Z"]);
  const inserted = records.map(
    (one) => `${one.status} ${one.attempt} ${one.item_counts["inserted"]}`,
  );
  expect(inserted).toEqual(["succeeded 1 24", "succeeded 1 24", "succeeded 1 24"]);
  expect(world.rows()).toEqual([...expectedRows(world.api.items), ...foreign].toSorted());
}

function isCommit({ fields }: FakeRequest): boolean {
  return fields[0] === "createCommitOnBranch";
}

function commitsSent({ github }: ActionWorld): number {
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
function lagBehind({ github }: ActionWorld): { isOn: boolean } {
  const lag = { isOn: true };
  github.fault({
    on: ({ route }) => lag.isOn && route.startsWith("graphql:"),
    times: Infinity,
    do: { kind: "stale", lag: { ms: 3000 } },
  });
  return lag;
}

function history({ github }: ActionWorld): readonly string[] {
  return github.git("log", "--format=%H", "main").split("\n");
}

// A note before every second commit that is sent, and a row of the very data file before two of the others.
function pushAtCommits(world: ActionWorld): {
  readonly commits: readonly string[];
  readonly rows: readonly string[];
} {
  const commits: string[] = [];
  const rows: string[] = [];
  world.github.onRequest(async (request) => {
    if (!isCommit(request)) return;
    const count = commitsSent(world);
    const path = "data/items.ndjson";
    if (count % 2 === 1 && count < 10) {
      commits.push(await push(world, { [`notes/${count}.txt`]: `note ${count}\n` }));
    } else if (rows.length < 2 && world.github.git("ls-tree", "main", path) !== "") {
      const id = `foreign${rows.length}`;
      rows.push(`${id} 2026-01-01T00:00:00Z`);
      commits.push(
        await push(world, { [path]: `${world.github.git("show", `main:${path}`)}\n${rowOf(id)}` }),
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
async function push(world: ActionWorld, files: Readonly<Record<string, string>>): Promise<string> {
  for (;;) {
    try {
      return await world.github.push("main", files);
    } catch (error) {
      if (!String(error).includes("moved while a person pushed")) throw error;
    }
  }
}
