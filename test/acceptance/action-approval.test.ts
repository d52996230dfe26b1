// Backfill by pull request (contract 3.4, G35): the order is proposed with what it costs, nothing happens before the
// merge, the next run after it serves the order; closing it discards it. Closed, without its branch, refused by a setting.

import { describe, test } from "vitest";

import { type ItemsApi, makeItems, serveItems } from "../support/acceptance-api.ts";
import { itemsSyncWith, type Json, projectOf } from "../support/acceptance-project.ts";
import { type ActionLedger, expectSound, openActionLedger } from "../support/action-ledger.ts";

const now = "2026-01-06T00:02:00Z";
const order = {
  mode: "backfill",
  "window-start": "2026-01-01",
  "window-end": "2026-01-04",
  "approve-by-pr": "true",
};

describe("backfill by pull request", { concurrent: true, timeout: 120_000 }, () => {
  test.for(["merge", "squash"] as const)(
    "proposes an order with what it costs, does nothing before the merge, and serves it once after a %s",
    async (method, { expect, onTestFinished }) => {
      await using api = await serveDays();
      await using ledger = await openActionLedger(projectFrom(api), { now, onTestFinished });
      await ledger.step();
      const before = ledger.outcomes();
      const tip = ledger.github.head("main");

      const proposed = await ledger.step(order);
      const waiting = await ledger.step();
      const untouched = [ledger.github.head("main"), ledger.outcomes(), api.requests.length];
      await ledger.github.merge(1, method, { deleteBranch: true });
      const served = await ledger.step();
      const after = await ledger.step();

      const { serverUrl, repository } = ledger.github;
      const page = `${serverUrl}/${repository}`;
      expect([
        proposed.code,
        proposed.outputs["status"],
        proposed.outputs["pull-request-url"],
      ]).toEqual([0, "ok", `${page}/pull/1`]);
      const [pull] = ledger.github.pulls;
      const orderId = pull?.head.split("/").at(-1) ?? "";
      expect(orderId).toMatch(/^20260106T0002\d\d(\.\d{1,3})?Z-[0-9a-f]{4}$/);
      expect(pull).toMatchObject({
        title: "Tidemark: backfill items, 3 windows, 2026-01-01 to 2026-01-03",
        head: `tidemark/backfill/${orderId}`,
        base: "main",
        state: "MERGED",
      });
      expect(pull?.body).toBe(bodyOf(orderId, `${page}/actions/runs/7001/attempts/1`));
      expect(waiting.outputs["status"]).toBe("nothing_due");
      expect(untouched).toEqual([tip, before, 1]);
      expect([served.code, served.outputs["status"], served.outputs["windows-succeeded"]]).toEqual([
        0,
        "ok",
        "3",
      ]);
      expect([after.outputs["status"], after.outputs["windows-remaining"]]).toEqual([
        "nothing_due",
        "0",
      ]);
      expect(ledger.outcomes()).toEqual(
        [1, 2, 3, 5].map((day) => `2026-01-0${day}T00:00:00Z succeeded 1`),
      );
      expect(ledger.records().map(({ reason }) => reason)).toEqual([
        "backfill",
        "backfill",
        "backfill",
        "due",
      ]);
      expect(ledger.names("ledger/items/orders")).toEqual([]);
      expect([...api.byRange().values()]).toEqual([1, 1, 1, 1]);
      expect(branchesOf(ledger)).toEqual(["main"]);
      await expectSound(expect, ledger, now);
    },
  );

  test("discards an order whose pull request is closed, with and without its branch", async ({
    expect,
    onTestFinished,
  }) => {
    await using api = await serveDays();
    await using ledger = await openActionLedger(projectFrom(api), { now, onTestFinished });
    await ledger.step();
    const tip = ledger.github.head("main");

    // Nothing is appended to the first proposal, and the second one is as good.
    const proposals = [await ledger.step(order), await ledger.step(order)];
    ledger.github.closePull(1);
    ledger.github.deleteBranch(ledger.github.pulls[1]?.head ?? "");
    const states = ledger.github.pulls.map(({ state }) => state);
    const runs = [await ledger.step(), await ledger.step({ mode: "status" })];

    expect(proposals.map(({ code }) => code)).toEqual([0, 0]);
    expect(states).toEqual(["CLOSED", "CLOSED"]);
    expect(runs.map(({ code, outputs }) => [code, outputs["status"]])).toEqual([
      [0, "nothing_due"],
      [0, "ok"],
    ]);
    expect(ledger.github.head("main")).toBe(tip);
    expect(ledger.github.pulls).toHaveLength(2);
    expect(branchesOf(ledger)).toEqual(["main", ledger.github.pulls[0]?.head]);
    expect(api.requests).toHaveLength(1);
    await expectSound(expect, ledger, now);
  });

  test("keeps the branch of an order that GitHub refuses a pull request for, and leads to the page that opens it", async ({
    expect,
    onTestFinished,
  }) => {
    await using api = await serveDays();
    await using ledger = await openActionLedger(projectFrom(api), { now, onTestFinished });
    ledger.github.forbidPullRequests();

    const { code, outputs, summary } = await ledger.step(order);
    const [branch = "", ...others] = branchesOf(ledger).filter((name) => name !== "main");

    const { serverUrl, repository } = ledger.github;
    expect([code, outputs["pull-request-url"], others]).toEqual([
      0,
      `${serverUrl}/${repository}/compare/main...${branch}?expand=1`,
      [],
    ]);
    expect(summary).toContain("Allow GitHub Actions to create and approve pull requests");
    expect([ledger.github.pulls.length, api.requests.length]).toEqual([0, 0]);
    // A person opens it by hand and merges it.
    const sha = ledger.github.git("rev-parse", branch);
    expect(ledger.github.git("diff", "--name-status", "main", sha)).toMatch(
      /^A\tledger\/items\/orders\/[^\n]+\.json$/,
    );
    ledger.github.git("update-ref", "refs/heads/main", sha);
    const served = await ledger.step();
    expect([served.code, served.outputs["windows-succeeded"]]).toEqual([0, "4"]);
    expect([...api.byRange().values()]).toEqual([1, 1, 1, 1]);
    await expectSound(expect, ledger, now);
  });
});

/** An item every hour, from 2026-01-01 to 2026-01-06. */
async function serveDays(): Promise<ItemsApi> {
  return await serveItems(makeItems(120, { start: "2026-01-01T00:00:00Z", everySeconds: 3600 }));
}

/** Responsible since the 5th: what lies before is due when somebody orders it. */
function projectFrom({ url }: ItemsApi): Json {
  const syncs = { items: itemsSyncWith({ window: { start: "2026-01-05" } }) };
  return projectOf({ url, destination: { type: "files", path: "data" }, syncs });
}

function branchesOf({ github }: ActionLedger): readonly string[] {
  return github.git("for-each-ref", "--format=%(refname:lstrip=2)").split("\n");
}

function bodyOf(orderId: string, runUrl: string): string {
  return `An order to read 2026-01-01 to 2026-01-04 of \`items\` again, as far as it is not covered yet.

- **Merge it** and the order is open: the next runs work on it, newest due windows first, at most \`run.max_windows\` at a time, until it is done.
- **Close it** and it is cancelled; there is nothing to clean up.
- Once merged, removing the order's file from the ledger cancels what is left of it.

| order | windows | requests, about | minutes, about | direction |
| --- | ---: | ---: | ---: | --- |
| \`${orderId}\` | 3 | 3 | 1 | oldest first |

### Windows

| window | from | to |
| --- | --- | --- |
| 2026-01-01 | \`2026-01-01T00:00:00Z\` | \`2026-01-02T00:00:00Z\` |
| 2026-01-02 | \`2026-01-02T00:00:00Z\` | \`2026-01-03T00:00:00Z\` |
| 2026-01-03 | \`2026-01-03T00:00:00Z\` | \`2026-01-04T00:00:00Z\` |

Tidemark 0.1.0, written by [this run](${runUrl})
`;
}
