// How many requests to GitHub a scheduled run makes (contract 8): counted at the fake GitHub, printed beside the bounds,
// and the same however large the ledger is.

import { expect, it } from "vitest";

import { makeItems } from "../support/acceptance-api.ts";
import { itemsSyncWith, type Json } from "../support/acceptance-project.ts";
import { type ActionStage, openStage, outcomeOf } from "../support/action-stage.ts";
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

it.concurrent.each(ledgers)(
  "serves a due window with at most 8 requests over a ledger of $windows windows, 4 with nothing due, 16 when it folds",
  { timeout: 120_000 },
  async ({ windows, keepFiles, built }) => {
    await using stage = await openStage({
      ...stageOf(windows, keepFiles),
      files: { ...built, ...dataFile },
    });

    const due = await count(stage, 7001);
    const tip = stage.github.head("main");
    const nothing = await count(stage, 7002);
    const unmoved = stage.github.head("main");
    stage.skip(60);
    const folding = await count(stage, 7003);

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
    expect(stage.subjects().length).toBe(5);
    expect(stage.records().length).toBe(Math.floor(keepFiles / 2));
    expect([...stage.api.byRange().values()]).toEqual([1, 1]);
    expect(await soundness(stage, windows)).toBe("");
  },
);

it.concurrent(
  "takes at most 3 requests more to keep its pull request, also when it folds, and none more with nothing due (G20)",
  { timeout: 120_000 },
  async () => {
    const [windows, keepFiles] = [1000, 200];
    const plain = stageOf(windows, keepFiles);
    await using stage = await openStage({
      ...plain,
      more: (project) => ({
        ...project,
        ledger: { keep_files: keepFiles, publish: "pull_request" },
      }),
    });
    const branch = "tidemark-ledger";
    const built = builtLedger({ windows, ownFiles: keepFiles - 1, end });
    await stage.github.push(branch, { ...built, ...dataFile });

    const first = await count(stage, 7001);
    const copy = stage.github.head("tidemark/publish");
    const nothing = await count(stage, 7002);
    const unmoved = stage.github.head("tidemark/publish");
    stage.skip(60);
    const folding = await count(stage, 7003);
    stage.skip(60);
    const due = await count(stage, 7004);

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
    expect(stage.github.pulls.map(({ state }) => state)).toEqual(["OPEN"]);
    expect(stage.subjects(branch).length).toBe(7);
    expect([...stage.api.byRange().values()]).toEqual([1, 1, 1]);
    expect(await stage.findings()).toBe("");
  },
);

interface Counted {
  readonly outcome: string;
  readonly routes: readonly string[];
}

async function count(stage: ActionStage, runId: number): Promise<Counted> {
  const before = stage.github.requests.length;
  const step = await stage.run({ runId });
  const routes = stage.github.requests.slice(before).map(({ route }) => route);
  return { outcome: outcomeOf(step), routes };
}

// action-ledger-size.change.test.ts reads all lines of the largest ledger.
async function soundness(stage: ActionStage, windows: number): Promise<string> {
  return windows > 10_000 ? "" : await stage.findings();
}

function print(name: string, what: string, { routes }: Counted, bound: number): void {
  console.log(`${name}, ${what}: ${routes.length} requests, at most ${bound}`);
}

function stageOf(
  windows: number,
  keepFiles: number,
): Pick<Parameters<typeof openStage>[0], "items" | "syncs" | "now" | "more"> {
  const start = new Date(Date.parse(end) - windows * 3_600_000).toISOString();
  return {
    items: makeItems(6, { start: end, everySeconds: 1800, firstId: 10_000 }),
    syncs: { items: itemsSyncWith({ window: { start, step: "1h" }, run: { every: "1h" } }) },
    now,
    more: (project: Json) => ({ ...project, ledger: { keep_files: keepFiles } }),
  };
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
