// Steps that are killed, cancelled or run out of time: what they leave is what the next step goes on with. The bundle
// runs against the fake GitHub and gets the signals that the runner sends.

import { performance } from "node:perf_hooks";
import { setTimeout as wait } from "node:timers/promises";

import { expect, it } from "vitest";

import { formatRecord } from "../../src/adapters/ledger/record-json.ts";
import { recordPath } from "../../src/core/record/run-id.ts";
import { plusMicros } from "../../src/core/time/instant.ts";
import { type ItemRequest, makeItems } from "../support/acceptance-api.ts";
import { expectedRows, itemsSyncWith, type Json } from "../support/acceptance-project.ts";
import { completeRun, type StepEnd, type StepOptions } from "../support/action-process.ts";
import { outcomeOf, soundness, subjectsIn } from "../support/action-views.ts";
import { type ActionWorld, openActionWorld, type OwnContext } from "../support/action-world.ts";
import type { FakeRequest } from "../support/github-fake/faults.ts";
import { dayOf, succeededRecord } from "../support/record-builders.ts";

const now = "2026-01-04T06:00:00Z";
const newest = "2026-01-03T00:00:00Z--2026-01-04T00:00:00Z";

it.concurrent.for<{ name: string; tell: (world: ActionWorld) => void; next: StepOptions }>([
  {
    name: "by the next run when the API says that the run is completed",
    tell: ({ github }) => completeRun(github, 7001),
    next: { runId: 7002 },
  },
  {
    name: "by a re-run of the same run, of which the API does not know yet",
    tell: () => undefined,
    next: { runId: 7001, attempt: 2 },
  },
  {
    name: "by another run when the API knows a later attempt, in progress",
    tell: ({ github }) =>
      void github.runs.set("7001", { status: "in_progress", conclusion: null, run_attempt: 2 }),
    next: { runId: 7002 },
  },
])(
  "recovers what a killed step claimed $name, without waiting for its lease (contract 4.5, G16)",
  { timeout: 120_000 },
  async ({ tell, next }, context) => {
    const world = await openKilled(context);
    tell(world);

    const end = await world.next(next);

    expect(outcomeOf(end)).toBe("0 ok 5");
    expectRecovered(world);
    expect(await soundness(world)).toBe("");
  },
);

it.concurrent.for<{ name: string; tell: (world: ActionWorld) => void }>([
  { name: "the API says in_progress", tell: () => undefined },
  { name: "the API knows no such run", tell: ({ github }) => void github.runs.delete("7001") },
  {
    name: "the token may not ask",
    tell: ({ github }) => {
      github.permissions.actions = "none";
    },
  },
])(
  "claims nothing of the source of a killed step until its lease has passed when $name (P13, G17)",
  { timeout: 120_000 },
  async ({ tell }, context) => {
    const world = await openKilled(context);
    tell(world);

    const soon = await world.next({ runId: 7002 });
    const left = statesOf(world);
    const asked = world.api.requests.map(({ collection, range }) => `${collection} ${range}`);
    // The budget of 20 minutes, 5 minutes of margin, and the minute of G17.
    world.skip(27);
    const late = await world.next({ runId: 7003 });

    expect(outcomeOf(soon)).toBe("0 ok 1");
    expect(left).toEqual(claimed);
    expect(asked).toEqual([`items ${newest}`, `others ${newest}`]);
    expect(outcomeOf(late)).toBe("0 ok 4");
    expectRecovered(world);
    expect(await soundness(world)).toBe("");
  },
);

it.concurrent.for([
  { page: 1, left: "pending", code: undefined },
  { page: 2, left: "failed", code: "cancelled" },
])(
  "leaves a window $left at SIGINT in the middle of page $page, commits that, and exits 130 (contract 4.2, G28)",
  { timeout: 120_000 },
  async ({ page, left, code }, context) => {
    const world = await openPaged(context);
    const cancelled = await cancelAt(world, ({ number }) => number === page);
    const [record] = world.records();
    const subjects = subjectsIn(world);
    const next = await world.next({ runId: 7002 });

    expect(cancelled.code).toBe(130);
    expect(cancelled.ms).toBeLessThan(6000);
    expect([record?.status, record?.failures, record?.error?.code]).toEqual([left, 0, code]);
    expect(subjects.length).toBe(2);
    expect(outcomeOf(next)).toBe("0 ok 1");
    expectOneWindow(world, { attempts: 2, requests: page + 3 });
    expect(await soundness(world)).toBe("");
  },
);

it.concurrent.for([
  { when: "the tip is read", field: "repository", left: [], attempts: 1, asked: 3 },
  { when: "it claims", field: "createCommitOnBranch", left: [], attempts: 1, asked: 3 },
  { when: "a page is read", field: undefined, left: ["running 1"], attempts: 2, asked: 5 },
])(
  "exits 130 within 5 seconds when GitHub answers nothing more from SIGINT on, while $when (G28)",
  { timeout: 120_000 },
  async ({ field, left, attempts, asked }, context) => {
    const world = await openPaged(context);
    const silence = { isOn: false };
    world.github.fault({ on: () => silence.isOn, times: Infinity, do: { kind: "hang" } });
    const begin = (isMoment: boolean): boolean => {
      silence.isOn ||= isMoment;
      return isMoment;
    };

    const cancelled =
      field === undefined
        ? await cancelAt(world, ({ number }) => begin(number === 2))
        : await cancelWhen(
            world,
            arrival(world, ({ fields }) => begin(fields.includes(field))),
          );
    const states = statesOf(world);
    silence.isOn = false;
    const next = await world.next({ runId: 7002 });

    console.log(`exit ${cancelled.code} after ${Math.round(cancelled.ms)} ms of silence`);
    expect(cancelled.code).toBe(130);
    expect(cancelled.ms).toBeLessThan(6000);
    expect(states).toEqual(left);
    expect(outcomeOf(next)).toBe("0 ok 1");
    expectOneWindow(world, { attempts, requests: asked });
    expect(await soundness(world)).toBe("");
  },
);

it.concurrent(
  "sends its last commit once when a person pushed during the cancellation, and is recovered by the next run (G13)",
  { timeout: 120_000 },
  async (context) => {
    const world = await openPaged(context);
    let pushes = 0;
    const stop = world.github.onRequest(async ({ fields }) => {
      if (!fields.includes("createCommitOnBranch") || world.api.requests.length === 0) return;
      pushes += 1;
      await world.github.push("main", { [`notes/${pushes}.txt`]: "meanwhile\n" });
    });
    const cancelled = await cancelAt(world, ({ number }) => number === 2);
    stop();
    const [states, commits] = [statesOf(world), pushes];
    const next = await world.next({ runId: 7002 });

    expect(cancelled.code).toBe(130);
    expect(cancelled.ms).toBeLessThan(6000);
    expect([commits, states]).toEqual([1, ["running 1"]]);
    expect(outcomeOf(next)).toBe("0 ok 1");
    expectOneWindow(world, { attempts: 2, requests: 5 });
    expect(await soundness(world)).toBe("");
  },
);

it.concurrent(
  "waits for the answer to its claim at SIGINT, asks nothing of the source, and leaves nothing running (G28, L4)",
  { timeout: 120_000 },
  async (context) => {
    const world = await openPaged(context);
    const isClaim = ({ fields }: FakeRequest): boolean => fields[0] === "createCommitOnBranch";
    world.github.fault({ on: isClaim, do: { kind: "delay", ms: 1000 } });

    const cancelled = await cancelWhen(world, arrival(world, isClaim));
    const left = statesOf(world);
    const asked = world.api.requests.length;
    const next = await world.next({ runId: 7002 });

    expect(cancelled.code).toBe(130);
    expect(cancelled.ms).toBeLessThan(6000);
    expect([asked, left]).toEqual([0, ["pending 1 waiting"]]);
    expect(outcomeOf(next)).toBe("0 ok 1");
    expectOneWindow(world, { attempts: 2, requests: 3 });
    expect(await soundness(world)).toBe("");
  },
);

it.concurrent(
  "ends by itself within a budget of 20 seconds, exit 0, with its last commit made, when the source is slow (4.1)",
  { timeout: 120_000 },
  async (context) => {
    const world = await openPaged(context, { start: "2026-01-02" });
    // The first window takes four seconds or so; the second one gets no answer.
    world.api.hook = async ({ number }) => {
      if (number <= 3) await wait(1300);
      return number > 3;
    };
    const began = performance.now();

    const end = await world.next({ inputs: { "time-budget": "20s" } });
    const ms = performance.now() - began;
    const [left, tip] = [world.records(), world.github.head("main")];
    world.api.hook = undefined;
    const next = await world.next({ runId: 7002 });

    expect(outcomeOf(end)).toBe("0 partial 1");
    expect(end.outputs["ledger-commit"]).toBe(tip);
    expect(ms).toBeLessThan(22_000);
    expect(left.map((one) => [one.status, one.attempt, one.failures, one.error?.code])).toEqual([
      ["pending", 1, 0, undefined],
      ["succeeded", 1, 0, undefined],
    ]);
    expect(outcomeOf(next)).toBe("0 ok 1");
    expect(world.records().map(({ status, attempt }) => `${status} ${attempt}`)).toEqual([
      "succeeded 2",
      "succeeded 1",
    ]);
    expect([...world.api.byRange().values()]).toEqual([3, 4]);
    expect(world.rows()).toEqual(expectedRows(world.api.items.slice(24)));
    expect(await soundness(world)).toBe("");
  },
);

// Windows of a day with three pages; only the newest one is due unless told.
async function openPaged(context: OwnContext, { start = "2026-01-03" } = {}): Promise<ActionWorld> {
  const items = itemsSyncWith({ pages: { size: 8 }, window: { start } });
  return await openActionWorld(context, { days: 3, now, project: { syncs: { items } } });
}

type CancelledEnd = StepEnd & { readonly ms: number };

/** The request is never answered; the signals arrive while the window waits for it. */
async function cancelAt(
  world: ActionWorld,
  isMoment: (request: ItemRequest) => boolean,
): Promise<CancelledEnd> {
  const moment = new Promise<void>((done) => {
    world.api.hook = (request) => {
      const isNow = isMoment(request);
      if (isNow) done();
      return isNow;
    };
  });
  const end = await cancelWhen(world, moment);
  world.api.hook = undefined;
  return end;
}

/** When such a request arrives at GitHub; its answer comes later, if at all. */
async function arrival(
  { github }: ActionWorld,
  isMoment: (request: FakeRequest) => boolean,
): Promise<void> {
  await new Promise<void>((done) => {
    const stop = github.onRequest((request) => {
      if (!isMoment(request)) return;
      stop();
      done();
    });
  });
}

/** A step that the runner cancels: SIGINT, a second later SIGTERM; its workflow run is over then. */
async function cancelWhen(world: ActionWorld, moment: Promise<void>): Promise<CancelledEnd> {
  const step = world.start({ event: "schedule" });
  await moment;
  const began = performance.now();
  step.kill("SIGINT");
  const ended = new AbortController();
  const second = wait(1000, undefined, { signal: ended.signal }).then(
    () => step.kill("SIGTERM"),
    () => undefined,
  );
  const end = await step.ended;
  const ms = performance.now() - began;
  ended.abort();
  await second;
  completeRun(world.github, 7001);
  return { ...end, ms };
}

function expectOneWindow(
  world: ActionWorld,
  expected: { readonly attempts: number; readonly requests: number },
): void {
  const records = world.records();
  expect(records.map(({ status, attempt }) => `${status} ${attempt}`)).toEqual([
    `succeeded ${expected.attempts}`,
  ]);
  expect(Object.fromEntries(world.api.byRange())).toEqual({ [newest]: expected.requests });
  expect(world.rows()).toEqual(expectedRows(world.api.items.slice(48)));
}

/** The newest window started, the oldest ones only claimed; one more is due, and none of this run. */
const claimed = ["succeeded 1", "running 1 waiting", "running 1 waiting", "running 1"];

// A window that ran before tells that three fit into one claim.
async function openKilled(context: OwnContext): Promise<ActionWorld> {
  const before = succeededRecord(dayOf("2025-12-30"), {
    syncId: "items",
    source: "api",
    destination: "local",
  });
  const record = { ...before, finishedAt: plusMicros(before.startedAt, 1_000_000) };
  const syncs = {
    items: itemsSyncWith({ window: { start: "2025-12-30" } }),
    others: itemsSyncWith({
      source: "other",
      request: { path: "/others" },
      window: { start: "2026-01-03" },
    }),
  };
  const world = await openActionWorld(context, {
    now,
    project: { syncs },
    remade: (project) => withSource(project, "other"),
    files: { [`ledger/${recordPath("items", record.window)}`]: formatRecord(record) },
  });
  world.api.items = makeItems(96, { start: "2025-12-31T00:00:00Z", everySeconds: 3600 });
  world.api.hook = () => {
    step.kill("SIGKILL");
    return true;
  };
  const step = world.start({ event: "schedule", inputs: { sync: "items", "max-windows": "3" } });
  const { code } = await step.ended;
  world.api.hook = undefined;
  expect(code).toBe(null);
  expect(statesOf(world)).toEqual(claimed);
  return world;
}

function withSource(project: Json, name: string): Json {
  const sources = project["sources"] as Json;
  return { ...project, sources: { ...sources, [name]: sources["api"] } };
}

function statesOf(world: ActionWorld): readonly string[] {
  return world
    .records()
    .map(
      ({ status, attempt, started_at: startedAt }) =>
        `${status} ${attempt}${startedAt === null ? " waiting" : ""}`,
    );
}

// The started window was lost and read again; the others were released, and nobody had asked for them.
function expectRecovered(world: ActionWorld): void {
  expect(
    world
      .records()
      .slice(1)
      .map(({ status, attempt, history }) => [
        `${status} ${attempt}`,
        ...history.map((ended) => `${ended.attempt} ${ended.status} ${ended.code}`),
      ]),
  ).toEqual([
    ["succeeded 2", "1 released null"],
    ["succeeded 2", "1 released null"],
    ["succeeded 1"],
    ["succeeded 2", "1 failed lost"],
  ]);
  expect(
    world.records("main", "others").map(({ status, attempt }) => `${status} ${attempt}`),
  ).toEqual(["succeeded 1"]);
  expect(
    world.api.requests.map(({ collection, range }) => `${collection} ${range}`).toSorted(),
  ).toEqual([
    "items 2025-12-31T00:00:00Z--2026-01-01T00:00:00Z",
    "items 2026-01-01T00:00:00Z--2026-01-02T00:00:00Z",
    "items 2026-01-02T00:00:00Z--2026-01-03T00:00:00Z",
    `items ${newest}`,
    `items ${newest}`,
    `others ${newest}`,
  ]);
  expect(world.rows()).toEqual(expectedRows(world.api.items));
}
