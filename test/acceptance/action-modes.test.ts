// Every mode of the action but the approval of orders, through the committed bundle (contract 6, 9): what it answers as
// outputs and exit code, what it leaves in the ledger, and that looking writes nothing.

import { describe, test } from "vitest";

import { type Hook, makeItems, send, serveItems } from "../support/acceptance-api.ts";
import { itemsSyncWith, type Json, projectOf } from "../support/acceptance-project.ts";
import { expectSound, openActionLedger } from "../support/action-ledger.ts";
import type { StepEnd } from "../support/action-process.ts";
import type { FakeRequest } from "../support/github-fake/faults.ts";

const now = "2026-01-06T00:02:00Z";

describe("modes", { concurrent: true, timeout: 120_000 }, () => {
  test("tells an ordinary run in outputs and in the job summary, and nothing else", async ({
    expect,
    onTestFinished,
  }) => {
    await using api = await serveDays();
    const options = { now, onTestFinished, event: "schedule" };
    await using ledger = await openActionLedger(projectFrom(api.url, "2026-01-04"), options);

    const { code, outputs, summary, log } = await ledger.step();

    const { serverUrl, repository } = ledger.github;
    const page = `${serverUrl}/${repository}`;
    const commit = ledger.github.head("main") ?? "";
    expect([code, outputs]).toEqual([
      0,
      {
        ...noOutputs,
        status: "ok",
        "windows-succeeded": "2",
        "records-fetched": "48",
        "records-processed": "48",
        "ledger-commit": commit,
      },
    ]);
    expect(withoutTimes(summary)).toBe(
      `## Tidemark: ok

Every window of this run succeeded. 2 windows succeeded, 0 failed, 0 remaining, 0 parked; 48 records fetched, 48 processed, 0 failed; used T of the time budget of 20 min.

Links: ledger commit [\`${commit.slice(0, 10)}\`](${page}/commit/${commit})

### Syncs

| sync | succeeded | failed | records | requests | remaining | parked | covered to | newest gap | typical run |
| --- | ---: | ---: | ---: | --- | ---: | ---: | --- | --- | --- |
| \`items\` | 2 | 0 | 48 | 2 | 0 | 0 | 2026-01-06T00:00:00Z | none | T of 24 h, 99 % slack |

### Coverage

\`\`\`text
items  [##] 2026-01-04 to 2026-01-06
legend: # covered  ~ stale  . open  > running  ! failed  P parked  w waived  x lost
\`\`\`

### Windows of this run

| window | reason | outcome | attempt | fetched | processed | failed | requests | took |
| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |
| \`items\` 2026-01-05 | due | succeeded | 1 | 24 | 24 | 0 | 1 | T |
| \`items\` 2026-01-04 | catch up | succeeded | 1 | 24 | 24 | 0 | 1 | T |

Tidemark 0.1.0, mode \`run\`, [this run](${page}/actions/runs/7001/attempts/1)
`,
    );
    expect(log.split("\n").filter((line) => !line.startsWith("::add-mask::"))).toEqual([
      "rehearsal: the clock starts at 2026-01-06T00:02:00Z",
      "items 2026-01-05 succeeded: 24 records (24 inserted), 1 request",
      "items 2026-01-04 succeeded: 24 records (24 inserted), 1 request",
      "ok: 2 windows succeeded, 0 failed, 0 remaining; 48 records processed, 0 failed",
      "",
    ]);
    expect(ledger.outcomes()).toEqual([
      "2026-01-04T00:00:00Z succeeded 1",
      "2026-01-05T00:00:00Z succeeded 1",
    ]);
    await expectSound(expect, ledger, now);
  });

  test("orders what a range lacks, serves it at once and removes the order; of a covered range it says so and writes nothing", async ({
    expect,
    onTestFinished,
  }) => {
    await using api = await serveDays();
    const project = projectFrom(api.url, "2026-01-05");
    await using ledger = await openActionLedger(project, { now, onTestFinished });
    await ledger.step();
    const before = ledger.state();
    const tip = ledger.github.head("main") ?? "";

    const range = { "window-start": "2026-01-05", "window-end": "2026-01-06" };
    const covered = await ledger.step({ mode: "backfill", ...range });
    const wide = { "window-start": "2026-01-02", "window-end": "2026-01-06" };
    const shown = await ledger.step({ mode: "plan", ...wide });
    const untouched = ledger.state();
    const served = await ledger.step({ mode: "backfill", ...wide });

    expect([covered.code, covered.outputs]).toEqual([0, { ...noOutputs, status: "nothing_due" }]);
    expect(covered.summary).toContain("## Tidemark backfill: nothing to do\n");
    expect([shown.code, shown.outputs]).toEqual([0, { ...noOutputs, status: "ok" }]);
    expect(shown.summary).toContain("## Tidemark backfill: 1 order would be ordered\n");
    expect(shown.summary).toMatch(
      /\| `[^`]+` \| `items` \| 2026-01-02 to 2026-01-06 \| missing \| 3 \| about 3 requests, 1 minute \| 0 \|/,
    );
    expect(untouched).toEqual(before);
    expect([served.code, served.outputs]).toEqual([
      0,
      {
        ...noOutputs,
        status: "ok",
        "windows-succeeded": "3",
        "records-fetched": "72",
        "records-processed": "72",
        "ledger-commit": ledger.github.head("main"),
      },
    ]);
    const [order = "", ...rest] = ledger.subjects(tip);
    expect(order).toBe("ledger(items): order 2026-01-02 to 2026-01-06, missing");
    expect(rest.at(-1)).toMatch(/settle 2026-01-04 succeeded, 24 records; finish order /);
    expect(ledger.names("ledger/items/orders")).toEqual([]);
    expect(ledger.outcomes()).toEqual(
      [2, 3, 4, 5].map((day) => `2026-01-0${day}T00:00:00Z succeeded 1`),
    );
    expect(ledger.records().map(({ reason }) => reason)).toEqual([
      "backfill",
      "backfill",
      "backfill",
      "due",
    ]);
    expect([...api.byRange().values()]).toEqual([1, 1, 1, 1]);
    await expectSound(expect, ledger, now);
  });

  test("folds by command, reruns a folded window beside one with a file, and tells how it stands", async ({
    expect,
    onTestFinished,
  }) => {
    await using api = await serveDays();
    const keep = (files: number | "all"): Json =>
      projectFrom(api.url, "2026-01-02", { ledger: { keep_files: files } });
    await using ledger = await openActionLedger(keep("all"), { now, onTestFinished });
    await ledger.step();
    await ledger.configure(keep(2));
    const before = ledger.state();

    const rehearsed = await ledger.step({ mode: "compact", "dry-run": "true" });
    const untouched = ledger.state();
    const folded = await ledger.step({ mode: "compact" });
    const names = ledger.names("ledger/items");
    const [first, last] = [
      "20260102T000000Z--20260103T000000Z",
      "20260105T000000Z--20260106T000000Z",
    ];
    const rerun = await ledger.step({ mode: "rerun", "run-id": `items/${first}\nitems/${last}` });
    const status = await ledger.step({ mode: "status" });

    expect(rehearsed.outputs).toEqual({ ...noOutputs, status: "ok" });
    expect(rehearsed.summary).toContain("## Tidemark: would fold 3 windows\n");
    expect(untouched).toEqual(before);
    expect(folded.outputs).toEqual({
      ...noOutputs,
      status: "ok",
      "ledger-commit": expect.stringMatching(/^[0-9a-f]{40}$/),
    });
    expect(folded.summary).toContain("## Tidemark: folded 3 windows\n");
    expect(names).toEqual([
      "ledger/items/2026-01.jsonl",
      "ledger/items/2026",
      "ledger/items/fold.json",
    ]);
    expect([rerun.code, rerun.outputs]).toEqual([
      0,
      {
        ...noOutputs,
        status: "ok",
        "windows-succeeded": "2",
        "records-fetched": "48",
        "records-processed": "48",
        "ledger-commit": ledger.github.head("main"),
      },
    ]);
    expect(ledger.outcomes()).toEqual([
      "2026-01-02T00:00:00Z succeeded 2",
      "2026-01-05T00:00:00Z succeeded 2",
    ]);
    expect(ledger.records().map(({ item_counts: counts }) => counts["unchanged"])).toEqual([
      24, 24,
    ]);
    expect(
      [...api.byRange()].filter(([, requests]) => requests === 2).map(([range]) => range),
    ).toEqual([
      "2026-01-05T00:00:00Z--2026-01-06T00:00:00Z",
      "2026-01-02T00:00:00Z--2026-01-03T00:00:00Z",
    ]);
    expect(api.requests).toHaveLength(6);
    expect([status.code, status.outputs]).toEqual([0, { ...noOutputs, status: "ok" }]);
    expect(status.summary).toContain("items  [####] 2026-01-02 to 2026-01-06\n");
    await expectSound(expect, ledger, now);
  });

  test("a rehearsal of any mode, and every mode that looks, asks no source and sends GitHub no write, on a pull request too", async ({
    expect,
    onTestFinished,
  }) => {
    await using api = await serveDays();
    const project = projectFrom(api.url, "2026-01-04");
    await using ledger = await openActionLedger(project, { now, onTestFinished });
    await ledger.step({ "max-windows": "1" });
    const before = ledger.state();
    const [asked, sent] = [api.requests.length, ledger.github.requests.length];
    const dry = { "dry-run": "true" };
    const range = { "window-start": "2026-01-01", "window-end": "2026-01-04" };
    const runId = "items/20260105T000000Z--20260106T000000Z";

    const ends = await Promise.all([
      ledger.step(dry),
      ledger.step(dry, { event: "pull_request", ref: "refs/pull/7/merge" }),
      ledger.step({ mode: "backfill", ...range, ...dry }),
      ledger.step({ mode: "backfill", ...range, ...dry, "approve-by-pr": "true" }),
      ledger.step({ mode: "rerun", "run-id": runId, ...dry }),
      ledger.step({ mode: "compact", ...dry }),
      ledger.step({ mode: "plan" }),
      ledger.step({ mode: "plan", ...range }),
      ledger.step({ mode: "status" }),
      ledger.step({ mode: "verify" }),
    ]);

    expect(ends.map(({ code }) => code)).toEqual(ends.map(() => 0));
    expect(ends.map(({ outputs }) => outputs["windows-remaining"])).toEqual(
      "1 1 0 0 1 0 1 0 1 0".split(" "),
    );
    // Legs are for runs: what was only rehearsed here has none.
    expect(ends.map(({ outputs }) => outputs["matrix"])).toEqual(
      ends.map((_, nth) =>
        nth === 6 ? '{"include":[{"source":"api","sync":"items"}]}' : '{"include":[]}',
      ),
    );
    expect(ledger.state()).toEqual(before);
    expect(api.requests.length).toBe(asked);
    expect(ledger.github.requests.slice(sent).filter(isWrite)).toEqual([]);
    expect(ledger.github.requests.length).toBeGreaterThan(sent);
  });

  test("exits by fail-on: failed for what failed, gap also for what is not covered yet, never for neither", async ({
    expect,
    onTestFinished,
  }) => {
    await using api = await serveDays();
    const project = projectFrom(api.url, "2026-01-02");
    await using ledger = await openActionLedger(project, { now, onTestFinished });
    const notFound: Hook = (_request, response) => send(response, 404, "{}");
    const one = (failOn: string): Promise<StepEnd> =>
      ledger.step({ "max-windows": "1", "fail-on": failOn });

    const ends = [await one("failed"), await one("gap")];
    api.hook = notFound;
    ends.push(await one("never"), await one("failed"));

    expect(ends.map(({ code, outputs }) => [code, outputs["status"], statesOf(outputs)])).toEqual([
      [0, "ok", ["open"]],
      [1, "ok", ["open"]],
      [0, "failed", ["failed", "open"]],
      [1, "failed", ["failed", "open"]],
    ]);
    expect(ends[1]?.log).toContain("::error title=Tidemark%3A coverage has gaps::");
    await expectSound(expect, ledger, now);
  });

  test("refuses mode report as not supported yet, before a word to GitHub", async ({
    expect,
    onTestFinished,
  }) => {
    await using ledger = await openActionLedger(projectFrom("http://localhost:9", "2026-01-04"), {
      onTestFinished,
    });

    const { code, outputs, summary } = await ledger.step({ mode: "report" });

    expect([code, outputs]).toEqual([2, { ...noOutputs, status: "failed" }]);
    expect(summary).toContain("- mode: not supported yet: report\n");
    expect(ledger.github.requests).toEqual([]);
  });
});

const noOutputs = {
  status: "ok",
  "windows-succeeded": "0",
  "windows-failed": "0",
  "windows-remaining": "0",
  "windows-parked": "0",
  "records-fetched": "0",
  "records-processed": "0",
  "records-failed": "0",
  gaps: "[]",
  "ledger-commit": "",
  "pull-request-url": "",
  "rescue-path": "",
  "report-path": "",
  matrix: '{"include":[]}',
};

/** An item every hour, from 2026-01-01 to 2026-01-06. */
async function serveDays(): ReturnType<typeof serveItems> {
  return await serveItems(makeItems(120, { start: "2026-01-01T00:00:00Z", everySeconds: 3600 }));
}

function projectFrom(url: string, start: string, more: Json = {}): Json {
  return projectOf({
    url,
    destination: { type: "files", path: "data" },
    syncs: { items: itemsSyncWith({ window: { start } }) },
    more,
  });
}

/** How long something took is nobody's promise. */
function withoutTimes(summary: string): string {
  return summary
    .replace(
      /used [\d.]+ s of the time budget of 20 min \(\d+ %\)/,
      "used T of the time budget of 20 min",
    )
    .replaceAll(/[\d.]+ s(?= of 24 h| \|)/g, "T");
}

function isWrite({ method, route, fields }: FakeRequest): boolean {
  if (!route.startsWith("graphql:")) return method !== "GET";
  return fields.some((field) => field !== "repository" && field !== "rateLimit");
}

function statesOf(outputs: StepEnd["outputs"]): readonly string[] {
  const gaps = JSON.parse(outputs["gaps"] ?? "") as { readonly state: string }[];
  return gaps.map(({ state }) => state).toSorted();
}
