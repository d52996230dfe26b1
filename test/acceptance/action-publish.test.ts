// The published copy of the ledger, whatever people do with it: at most one pull request open, none without a
// difference, the ledger branch never forced, nothing lost, the base lawful after the next merge (contract 6.1, G20 to G22).

import { setTimeout as wait } from "node:timers/promises";

import { describe, it } from "vitest";

import { send } from "../support/acceptance-api.ts";
import {
  expectedRows,
  itemsSync,
  itemsSyncWith,
  type Json,
} from "../support/acceptance-project.ts";
import { annotationsIn, configPath, configText, hourly } from "../support/action-world.ts";
import type { FakeRequest } from "../support/github-fake/faults.ts";
import type { GithubFake } from "../support/github-fake/github-fake.ts";
import {
  copyBranch,
  deeds,
  eveningOf,
  ledgerBranch,
  mergedState,
  moments,
  once,
  openPublishing,
  openPull,
  wholeState,
} from "../support/publishing.ts";

// Each at one moment only; action-publish.change.test.ts has them all, one by one.
const some = [
  ["merged", "publishes"],
  ["squashed and its branch deleted", "commits"],
  ["closed", "derives"],
  ["deprived of its branch", "publishes"],
  ["pushed to by a person", "publishes"],
] as const;

describe.concurrent("publishing of the action", { timeout: 60_000 }, () => {
  it("opens one pull request that shows windows, counts, gaps, failures and links (6.1)", async ({
    expect,
    onTestFinished,
  }) => {
    const world = await openPublishing({ expect, onTestFinished });
    const { github, api } = world;
    api.hook = ({ range }, response) =>
      range.startsWith("2026-01-02") && send(response, 400, '{"message": "no such day"}');

    const end = await world.run(eveningOf(3));

    const [pull, ...others] = github.pulls;
    const body = pull?.body ?? "";
    const commit = end.outputs["ledger-commit"] ?? "";
    const shown = [
      `[run](${github.serverUrl}/octo/ledger/actions/runs/7001/attempts/1)`,
      `[newest commit of the ledger](${github.serverUrl}/octo/ledger/commit/${commit})`,
      "2 windows succeeded, 1 failed, 1 remaining, 0 parked; 48 records processed, 0 failed",
      "| `items` 2026-01-03 | due | succeeded | 1 | 24 | 24 | 0 | 1 |",
      "| `source_rejected` |",
      "### Gaps",
      "items  [#!#] 2026-01-01 to 2026-01-04",
    ];
    expect(shown.filter((text) => !body.includes(text)).map((text) => `${text}: ${body}`)).toEqual(
      [],
    );
    expect([pull?.title, pull?.base, pull?.head, pull?.state, others]).toEqual([
      "Tidemark: 2 windows succeeded, 1 failed",
      "main",
      copyBranch,
      "OPEN",
      [],
    ]);
    expect(end.outputs["pull-request-url"]).toBe(`${github.serverUrl}/octo/ledger/pull/1`);
    expect(commit).toBe(github.head(ledgerBranch));
    expect(github.git("rev-list", "--count", `main..${copyBranch}`)).toBe("1");
    expect([world.openAtOnce(), world.lostHeads()]).toEqual([1, []]);
  });

  it("opens no pull request without a difference, and leaves no branch behind (G20)", async ({
    expect,
    onTestFinished,
  }) => {
    const world = await openPublishing({ expect, onTestFinished });
    const { github } = world;
    await world.runDays(1);
    const early = await world.run("2026-01-02T06:00:00Z");
    await github.merge(openPull(github), "squash");

    const late = await world.run("2026-01-02T12:00:00Z");

    expect([early.code, early.outputs["status"]]).toEqual([0, "nothing_due"]);
    expect([late.code, late.outputs["status"], late.outputs["pull-request-url"]]).toEqual([
      0,
      "nothing_due",
      "",
    ]);
    expect(github.pulls.map(({ state }) => state)).toEqual(["MERGED"]);
    expect(github.head(copyBranch)).toBe(undefined);
    await world.runDays(2);
    expect(await mergedState(world)).toEqual(wholeState(2));
  });

  it.for(some)(
    "loses nothing when the pull request is %s between two runs and while a run %s (G22)",
    async ([what, moment], { expect, onTestFinished }) => {
      const world = await openPublishing({ expect, onTestFinished });
      const { github } = world;

      await world.runDays(1);
      await deeds[what]?.(github);
      await world.runDays(2);
      const happened = once(github, moments[moment], async () => await deeds[what]?.(github));
      await world.runDays(3);
      expect(happened()).toBe(true);
      await world.runDays(4);

      expect(await mergedState(world)).toEqual(wholeState(4));
    },
  );

  it("takes along what people push to the base, between two runs and during one (G20)", async ({
    expect,
    onTestFinished,
  }) => {
    const world = await openPublishing({ expect, onTestFinished });
    const { github } = world;
    const readme = { "ledger/README.md": "for auditors\n", "ledger/items/README.md": "gone\n" };
    await world.runDays(1);
    const pushed = await github.push("main", { "src/app.ts": "one\n", ...readme });
    const idle = await world.run("2026-01-02T06:00:00Z");
    expect(idle.outputs["status"]).toBe("nothing_due");
    expect(github.git("rev-parse", `${copyBranch}^`)).toBe(pushed);
    await world.runDays(2);
    for (const [day, moment] of [
      [3, "commits"],
      [4, "publishes"],
    ] as const) {
      const happened = once(github, moments[moment], async () => {
        await github.push("main", { "src/app.ts": `${moment}\n` });
      });
      await world.runDays(day);
      expect(happened()).toBe(true);
    }
    await world.runDays(5);

    expect(await mergedState(world)).toEqual(wholeState(5));
    expect(github.git("show", "main:src/app.ts")).toBe("publishes");
    expect(github.git("show", "main:ledger/README.md")).toBe("for auditors");
  });

  it.for([
    {
      forbidden: "by a setting",
      forbid: (github: GithubFake) => github.forbidPullRequests(),
      remedy: "Allow GitHub Actions to create and approve pull requests",
    },
    {
      forbidden: "to the token",
      forbid: ({ permissions }: GithubFake) => void (permissions.pullRequests = "read"),
      remedy: "give the job the permission `pull-requests: write`",
    },
  ])(
    "warns with the compare URL where pull requests are forbidden $forbidden, and loses nothing (G21)",
    async ({ forbid, remedy }, { expect, onTestFinished }) => {
      const world = await openPublishing({ expect, onTestFinished });
      const { github } = world;
      forbid(github);

      const ends = [await world.run(eveningOf(1)), await world.run(eveningOf(2))];

      const url = `${github.serverUrl}/octo/ledger/compare/main...tidemark/publish?expand=1`;
      for (const { code, outputs, log, summary } of ends) {
        expect([code, outputs["status"], outputs["pull-request-url"]]).toEqual([0, "ok", url]);
        const warnings = annotationsIn(log).filter((line) => line.startsWith("::warning"));
        expect(warnings).toEqual([expect.stringContaining(remedy)]);
        expect(warnings[0]).toContain(url);
        expect(summary.replaceAll("\\`", "`")).toContain(remedy);
        expect(summary).toContain(url);
      }
      expect(github.git("diff", "--name-only", ledgerBranch, copyBranch)).toBe("");
      expect([github.pulls, world.lostHeads()]).toEqual([[], []]);
    },
  );

  it("opens the pull request as soon as it is allowed, with nothing else to do (G21)", async ({
    expect,
    onTestFinished,
  }) => {
    const world = await openPublishing({ expect, onTestFinished });
    const { github } = world;
    github.permissions.pullRequests = "read";
    await world.run(eveningOf(1));
    github.permissions.pullRequests = "write";

    const idle = await world.run("2026-01-02T06:00:00Z");

    const url = `${github.serverUrl}/octo/ledger/pull/1`;
    expect([idle.outputs["status"], idle.outputs["pull-request-url"]]).toEqual([
      "nothing_due",
      url,
    ]);
    expect(await mergedState(world)).toEqual(wholeState(1));
  });

  it("goes on from what was merged when the ledger branch is deleted", async ({
    expect,
    onTestFinished,
  }) => {
    const world = await openPublishing({ expect, onTestFinished });
    const { github } = world;
    await world.runDays(1, 2);
    await github.merge(openPull(github), "squash", { deleteBranch: true });
    github.deleteBranch(ledgerBranch);
    await world.runDays(3);

    const { lostHeads, ...state } = await mergedState(world);
    expect({ ...state, lostHeads: [] }).toEqual(wholeState(3));
    expect(lostHeads).not.toEqual([]);
  });

  it("publishes the rows of both of two legs when the slower copy comes last (G20)", async ({
    expect,
    onTestFinished,
  }) => {
    const world = await openPublishing({ expect, onTestFinished });
    const { github, api } = world;
    const { api: source } = world.project["sources"] as { readonly api: Json };
    const other = itemsSyncWith({ source: "other", request: { path: "/others" } });
    const project = { sources: { api: source, other: source }, syncs: { items: itemsSync, other } };
    await github.push("main", { [configPath]: configText({ ...world.project, ...project }) });
    await world.run(eveningOf(1));
    const now = eveningOf(2);
    // One leg derives its copy, the other one settles and publishes, and only then the first copy is pushed.
    const isPublishing = ({ fields }: FakeRequest) => fields.includes("updateRefs");
    const publications = () => github.requests.filter(isPublishing);
    api.hook = async ({ collection }) => {
      if (collection === "others") await until(() => publications().length > 1);
      return false;
    };
    once(github, isPublishing, async () => {
      await until(() => publications().filter(({ endedAt }) => endedAt !== undefined).length > 1);
    });

    const ends = await Promise.all(
      ["items", "other"].map((sync) => world.run(now, { runId: 7100, inputs: { sync } })),
    );

    const legs = ends.map(({ code, outputs }) => [code, outputs["windows-succeeded"]]);
    expect([legs, github.pulls.map(({ state }) => state)]).toEqual([
      [
        [0, "1"],
        [0, "1"],
      ],
      ["OPEN"],
    ]);
    expect([...api.byRange().values()]).toEqual([2, 2]);
    await github.merge(openPull(github), "squash");
    expect(github.git("diff", "--name-only", "main", ledgerBranch)).toBe("");
    expect(world.rows("main", "items")).toEqual(expectedRows(hourly(2)));
    expect(world.rows("main", "other")).toEqual(expectedRows(hourly(2)));
    expect([await world.findings(), world.openAtOnce(), world.lostHeads()]).toEqual([[], 1, []]);
  });
});

/** Waits for what can be seen; a request is given up after 15 seconds anyway. */
async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < 600 && !isSo(); turn += 1) await wait(20);
}
