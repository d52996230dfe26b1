// How many requests to GitHub a scheduled run makes (contract 8): counted at the fake GitHub, printed beside the bounds,
// and the same however large the ledger is.

import { expect, it } from "vitest";

import { makeItems } from "../support/acceptance-api.ts";
import { itemsSyncWith } from "../support/acceptance-project.ts";
import { outcomeOf, soundness, subjectsIn } from "../support/action-views.ts";
import {
  type ActionWorld,
  openActionWorld,
  type OwnContext,
  type WorldOptions,
} from "../support/action-world.ts";
import { builtLedger } from "../support/built-ledger.ts";

// The oldest of 200 record files lie in the month before, so that a fold touches two months.
const end = "2026-01-06T00:00:00Z";
const now = "2026-01-06T01:02:00Z";

const bounds = { due: 8, nothing: 4, folding: 16, published: 3 };

// Built before the first step starts: while it is being built the fake would answer nobody.
const ledgers = [
  { windows: 10, keepFiles: 11 },
  { windows: 10_000, keepFiles: 200 },
  { windows: 100_000, keepFiles: 200 },
].map((size) => ({ ...size, built: builtLedger({ ...size, ownFiles: size.keepFiles - 1, end }) }));

it.concurrent.for(ledgers)(
  "serves a due window with at most 8 requests over a ledger of $windows windows, 4 with nothing due, 16 when it folds",
  { timeout: 120_000 },
  async ({ windows, keepFiles, built }, context) => {
    const files = { ...built, ...dataFile };
    const world = await openWorld(context, { windows, keepFiles, files });

    const due = await count(world, 7001);
    const tip = world.github.head("main");
    const nothing = await count(world, 7002);
    const unmoved = world.github.head("main");
    world.skip(60);
    const folding = await count(world, 7003);

    const name = `ledger of ${windows} windows`;
    print(name, "due", due, bounds.due);
    print(name, "nothing due", nothing, bounds.nothing);
    print(name, "folding", folding, bounds.folding);
    expect([due, nothing, folding].map(({ outcome }) => outcome)).toEqual([
      "0 ok 1",
      "0 nothing_due 0",
      "0 ok 1",
    ]);
    expect(due.routes.slice(bounds.due)).toEqual([]);
    expect(nothing.routes.slice(bounds.nothing)).toEqual([]);
    expect(folding.routes.slice(bounds.folding)).toEqual([]);
    expect(unmoved).toBe(tip);
    expect(subjectsIn(world).length).toBe(5);
    expect(world.records().length).toBe(Math.floor(keepFiles / 2));
    expect([...world.api.byRange().values()]).toEqual([1, 1]);
    expect(await checked(world, windows)).toBe("");
  },
);

it.concurrent(
  "takes at most 3 requests more to keep its pull request, also when it folds, and none more with nothing due (G20)",
  { timeout: 120_000 },
  async (context) => {
    const [windows, keepFiles] = [1000, 200];
    const world = await openWorld(context, { windows, keepFiles, publish: "pull_request" });
    const branch = "tidemark-ledger";
    const built = builtLedger({ windows, ownFiles: keepFiles - 1, end });
    await world.github.push(branch, { ...built, ...dataFile });

    const first = await count(world, 7001);
    const copy = world.github.head("tidemark/publish");
    const nothing = await count(world, 7002);
    const unmoved = world.github.head("tidemark/publish");
    world.skip(60);
    const folding = await count(world, 7003);
    world.skip(60);
    const due = await count(world, 7004);

    print("publish: pull_request", "due, opening it", first, bounds.due + bounds.published);
    print("publish: pull_request", "nothing due", nothing, bounds.nothing);
    print("publish: pull_request", "folding", folding, bounds.folding + bounds.published);
    print("publish: pull_request", "due, it is open", due, bounds.due + bounds.published);
    expect([first, nothing, folding, due].map(({ outcome }) => outcome)).toEqual([
      "0 ok 1",
      "0 nothing_due 0",
      "0 ok 1",
      "0 ok 1",
    ]);
    expect(first.routes.slice(bounds.due + bounds.published)).toEqual([]);
    expect(nothing.routes.slice(bounds.nothing)).toEqual([]);
    expect(folding.routes.slice(bounds.folding + bounds.published)).toEqual([]);
    expect(due.routes.slice(bounds.due + bounds.published)).toEqual([]);
    expect(unmoved).toBe(copy);
    expect(world.github.pulls.map(({ state }) => state)).toEqual(["OPEN"]);
    expect(subjectsIn(world, branch).length).toBe(7);
    expect([...world.api.byRange().values()]).toEqual([1, 1, 1]);
    expect(await soundness(world)).toBe("");
  },
);

interface Counted {
  readonly outcome: string;
  readonly routes: readonly string[];
}

async function count(world: ActionWorld, runId: number): Promise<Counted> {
  const before = world.github.requests.length;
  const step = await world.next({ runId });
  const routes = world.github.requests.slice(before).map(({ route }) => route);
  return { outcome: outcomeOf(step), routes };
}

// action-ledger-size.change.test.ts reads all lines of the largest ledger.
async function checked(world: ActionWorld, windows: number): Promise<string> {
  return windows > 10_000 ? "" : await soundness(world);
}

function print(name: string, what: string, { routes }: Counted, bound: number): void {
  console.log(`${name}, ${what}: ${routes.length} requests, at most ${bound}`);
}

async function openWorld(
  context: OwnContext,
  ledger: {
    readonly windows: number;
    readonly keepFiles: number;
    readonly publish?: string;
    readonly files?: NonNullable<WorldOptions["files"]>;
  },
): Promise<ActionWorld> {
  const { windows, keepFiles, files = {}, publish = "push" } = ledger;
  const start = new Date(Date.parse(end) - windows * 3_600_000).toISOString();
  const sync = itemsSyncWith({ window: { start, step: "1h" }, run: { every: "1h" } });
  const more = { ledger: { keep_files: keepFiles, publish } };
  const world = await openActionWorld(context, {
    now,
    project: { syncs: { items: sync }, more },
    files,
  });
  world.api.items = makeItems(6, { start: end, everySeconds: 1800, firstId: 10_000 });
  return world;
}

/** Rows of earlier windows. */
const dataFile = {
  "data/items.ndjson": Array.from({ length: 1000 }, (_, index) => {
    const id = String(1000 + index);
    const watermark = "2025-12-01T00:00:00Z";
    const row = { id, data: {}, _tidemark_watermark: watermark, _tidemark_deleted_at: null };
    return `${JSON.stringify(row)}\n`;
  }).join(""),
};
