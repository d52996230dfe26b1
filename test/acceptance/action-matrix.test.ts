// Fan-out (contract 6): mode plan gives one leg per source, GitHub's runners work on the legs at the same time, all of
// them settle into one ledger; within a source `run.concurrency` windows are in flight (P13, L4, L6).

import { describe, test } from "vitest";

import {
  isoSeconds,
  type Item,
  type ItemsApi,
  makeItems,
  serveItems,
} from "../support/acceptance-api.ts";
import { itemsSyncWith, type Json, projectOf } from "../support/acceptance-project.ts";
import { type ActionLedger, expectSound, openActionLedger } from "../support/action-ledger.ts";

const destination = { type: "files", path: "data" };
const dayMs = 86_400_000;

describe("fan-out", { concurrent: true, timeout: 120_000 }, () => {
  test("plans one leg per source with due windows, and three legs at once serve every window once beside a person who edits their rows", async ({
    expect,
    onTestFinished,
  }) => {
    await using alpha = await serveItems(hourly(100));
    await using beta = await serveItems(hourly(200));
    await using gamma = await serveItems(hourly(300));
    const project = threeSources({ alpha, beta, gamma });
    await using ledger = await openActionLedger(project, { onTestFinished });
    // During the second window of alpha, whose rows of the first are committed by then.
    const edit = { id: "148", text: "corrected by hand" };
    let edited = "";
    alpha.hook = async () => {
      if (alpha.requests.length === 2) edited = await editRows(ledger, "alpha", edit);
      return false;
    };

    const early = await ledger.step({ mode: "plan" }, { now: "2026-01-04T00:02:00Z" });
    const now = "2026-01-06T00:02:00Z";
    const plan = await ledger.step({ mode: "plan" }, { now });
    const { include } = JSON.parse(plan.outputs["matrix"] ?? "") as { include: { sync: string }[] };
    const untouched = ledger.state();
    const legs = await Promise.all(include.map(({ sync }) => ledger.step({ sync }, { now })));

    // Nothing of gamma is due before the 5th.
    expect(early.outputs["matrix"]).toBe(
      '{"include":[{"source":"alpha","sync":"alpha"},{"source":"beta","sync":"beta"}]}',
    );
    expect(plan.outputs["matrix"]).toBe(
      '{"include":[{"source":"alpha","sync":"alpha"},{"source":"beta","sync":"beta,beta2"},{"source":"gamma","sync":"gamma"}]}',
    );
    expect(untouched).toMatchObject({ refs: [expect.stringMatching(/ refs\/heads\/main$/)] });
    expect(legs.map(({ code, outputs }) => [code, outputs["status"]])).toEqual([
      [0, "ok"],
      [0, "ok"],
      [0, "ok"],
    ]);
    expect(legs.map(({ outputs }) => Number(outputs["windows-succeeded"]))).toEqual([3, 4, 2]);
    expect([alpha, beta, gamma].map((api) => Object.fromEntries(api.byRange()))).toEqual([
      days(3, 5, 1),
      // Both syncs of the source read the newest day.
      { ...days(3, 4, 1), ...days(5, 5, 2) },
      days(4, 5, 1),
    ]);
    expect(["alpha", "beta", "beta2", "gamma"].map((id) => ledger.outcomes(id))).toEqual([
      outcomes(3, 5),
      outcomes(3, 5),
      outcomes(5, 5),
      outcomes(4, 5),
    ]);
    expect(ledger.rows("alpha")).toEqual(
      rowsOf(alpha.items, edit).concat(rowOf({ id: 999, updated_at: "2026-01-01T00:00:00Z" })),
    );
    expect(["beta", "beta2", "gamma"].map((table) => ledger.rows(table))).toEqual([
      rowsOf(beta.items),
      rowsOf(beta.items.slice(48)),
      rowsOf(gamma.items.slice(24)),
    ]);
    expect(ledger.github.git("rev-list", "--merges", "main")).toBe("");
    expect(ledger.github.git("rev-list", "main").split("\n")).toContain(edited);
    await expectSound(expect, ledger, now);
  });

  test("keeps at most run.concurrency windows of a source in flight, each of them once", async ({
    expect,
    onTestFinished,
  }) => {
    await using api = await serveItems(
      makeItems(7 * 24, { start: "2026-01-01T00:00:00Z", everySeconds: 3600 }),
    );
    const run = { concurrency: 3, max_windows: 10 };
    const project = projectOf({
      url: api.url,
      destination,
      source: { limits: { concurrency: 8 } },
      syncs: { items: itemsSyncWith({ run }) },
    });
    await using ledger = await openActionLedger(project, { onTestFinished });
    const seen = holdUntil(api, { together: 3, last: 7 });
    const now = "2026-01-08T00:02:00Z";

    const end = await ledger.step({}, { now });

    expect([end.code, end.outputs["windows-succeeded"]]).toEqual([0, "7"]);
    expect(seen.most).toBe(3);
    expect(Math.max(...startedPerCommit(ledger))).toBe(3);
    expect(Object.fromEntries(api.byRange())).toEqual(days(1, 7, 1));
    expect(ledger.outcomes()).toEqual(outcomes(1, 7));
    expect(ledger.rows("items")).toEqual(rowsOf(api.items));
    await expectSound(expect, ledger, now);
  });
});

/** Of the days 3 to 5. */
function hourly(firstId: number): Item[] {
  return makeItems(72, { start: "2026-01-03T00:00:00Z", everySeconds: 3600, firstId });
}

/** Two syncs of beta; what starts on the 4th and 5th is not due on the morning of the 4th. */
function threeSources(apis: Readonly<Record<"alpha" | "beta" | "gamma", ItemsApi>>): Json {
  const project = projectOf({ url: "", destination });
  const { api } = project["sources"] as { readonly api: Json };
  const from = (source: string, start: string): Json =>
    itemsSyncWith({ source, window: { start } });
  return {
    ...project,
    sources: Object.fromEntries(
      Object.entries(apis).map(([name, { url }]) => [name, { ...api, base_url: url }]),
    ),
    syncs: {
      alpha: from("alpha", "2026-01-03"),
      beta: from("beta", "2026-01-03"),
      beta2: from("beta", "2026-01-05"),
      gamma: from("gamma", "2026-01-04"),
    },
  };
}

/** A person corrects one row and adds another, as often as it takes; the commit. */
async function editRows(
  ledger: ActionLedger,
  table: string,
  { id, text }: { readonly id: string; readonly text: string },
): Promise<string> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const rows = ledger
      .rows(table)
      .map((row) =>
        row["id"] === id ? { ...row, data: { ...(row["data"] as Json), text } } : row,
      );
    const added = rowOf({ id: 999, updated_at: "2026-01-01T00:00:00Z" });
    const content = [...rows, added].map((row) => `${JSON.stringify(row)}\n`).join("");
    try {
      return await ledger.github.push("main", { [`data/${table}.ndjson`]: content });
    } catch {
      // Somebody was faster.
    }
  }
  throw new Error("expected a push to succeed within 20 attempts");
}

/** Answers nobody until `together` wait, or the last request is there; tells how many were waiting at most. */
function holdUntil(
  api: ItemsApi,
  { together, last }: { readonly together: number; readonly last: number },
): { readonly most: number } {
  const seen = { most: 0 };
  let waiting: (() => void)[] = [];
  let inFlight = 0;
  api.hook = async (_request, response) => {
    inFlight += 1;
    seen.most = Math.max(seen.most, inFlight);
    response.on("close", () => (inFlight -= 1));
    const go = new Promise<void>((resolve) => waiting.push(resolve));
    if (inFlight >= together || api.requests.length === last) {
      for (const answer of waiting) answer();
      waiting = [];
    }
    await go;
    return false;
  };
  return seen;
}

/** Of each commit, how many windows were at work in it: claimed ones whose turn has not come are not. */
function startedPerCommit(ledger: ActionLedger): readonly number[] {
  return ledger.github
    .git("rev-list", "main")
    .split("\n")
    .map(
      (commit) =>
        ledger
          .records("items", commit)
          .filter(({ status, started_at: startedAt }) => status === "running" && startedAt !== null)
          .length,
    );
}

function days(first: number, last: number, requests: number): Readonly<Record<string, number>> {
  return Object.fromEntries(
    daysOf(first, last).map((ms) => [`${isoSeconds(ms)}--${isoSeconds(ms + dayMs)}`, requests]),
  );
}

function outcomes(first: number, last: number): string[] {
  return daysOf(first, last).map((ms) => `${isoSeconds(ms)} succeeded 1`);
}

function daysOf(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => Date.UTC(2026, 0, first + index));
}

function rowsOf(
  items: readonly Item[],
  edit?: { readonly id: string; readonly text: string },
): Json[] {
  return items
    .map((item) => rowOf(String(item.id) === edit?.id ? { ...item, text: edit.text } : item))
    .toSorted((a, b) => (String(a["id"]) < String(b["id"]) ? -1 : 1));
}

function rowOf(item: Item): Json {
  return {
    id: String(item.id),
    data: item,
    _tidemark_watermark: item.updated_at,
    _tidemark_deleted_at: null,
  };
}
