// What the action does where GitHub, the event or the inputs forbid it to go on: the reason and its remedy in log,
// annotation and summary, the right exit code, nothing asked of the source too much and nothing lost (contract 4.6,
// G18, G19, G23, G24, G26, G36).

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, it } from "vitest";

import { expectedRows, itemsSyncWith } from "../support/acceptance-project.ts";
import type { StepEnd, StepOptions } from "../support/action-process.ts";
import {
  type ActionWorld,
  annotationsIn,
  configPath,
  configText,
  filesBelow,
  hourly,
  openActionWorld,
} from "../support/action-world.ts";

const now = "2026-01-02T00:02:00Z";
const soon = "2026-01-02T00:10:00Z";
const firstDay = "2026-01-01T00:00:00Z--2026-01-02T00:00:00Z";

const remedies =
  "keep the ledger on an unprotected branch (`ledger.branch`), or set `publish: pull_request`, or give the input " +
  "`token` the token of an App that may bypass the rule";

describe.concurrent("refusals of the action", { timeout: 60_000 }, () => {
  it.for([
    { guard: "ruleset", name: "the rules pull_request of a ruleset of octo/ledger" },
    {
      guard: "status-checks",
      name: "the rules required_status_checks of a ruleset of octo/ledger",
    },
    { guard: "classic", name: "the branch protection rule of this branch" },
  ] as const)(
    "names the $guard that guards the branch, and asks the source nothing (G23)",
    async ({ guard, name }, { expect, onTestFinished }) => {
      const world = await openActionWorld({ onTestFinished });
      world.github.protect("main", guard);
      const tip = world.github.head("main");

      const end = await world.run(now);
      const left = world.github.head("main");
      world.github.unprotect("main");
      const next = await world.run(soon);

      expect(placesWithout(end, [name, remedies])).toEqual([]);
      expect([end.code, end.outputs["status"], left]).toEqual([3, "failed", tip]);
      expect(world.api.byRange()).toEqual(new Map([[firstDay, 1]]));
      expect([next.code, next.outputs["status"]]).toEqual([0, "ok"]);
      expect(await soundFirstDay(world)).toEqual(firstDaySound(1));
    },
  );

  it("commits where signatures are required (section 10)", async ({ expect, onTestFinished }) => {
    const world = await openActionWorld({ onTestFinished });
    world.github.protect("main", "signatures");

    const end = await world.run(now);

    expect([end.code, end.outputs["status"]]).toEqual([0, "ok"]);
    expect(await soundFirstDay(world)).toEqual(firstDaySound(1));
  });

  it("asks the source nothing with a token that may only read, and still shows a plan (4.6)", async ({
    expect,
    onTestFinished,
  }) => {
    const world = await openActionWorld({ onTestFinished });
    world.github.readOnlyToken();
    const tip = world.github.head("main");

    const end = await world.run(now);
    const plan = await world.run(now, { inputs: { "dry-run": "true" } });

    expect(
      placesWithout(end, [
        "a token without the permission to write",
        "give the workflow `permissions: contents: write`",
      ]),
    ).toEqual([]);
    expect([end.code, plan.code]).toEqual([3, 0]);
    expect(plan.outputs).toMatchObject({ status: "ok", "windows-remaining": "1" });
    expect(plan.summary).toContain("2026-01-01");
    expect([world.github.head("main"), world.api.requests]).toEqual([tip, []]);
  });

  it("asks the source nothing with a token that is no longer good (4.6)", async ({
    expect,
    onTestFinished,
  }) => {
    const world = await openActionWorld({ onTestFinished });
    world.github.expireToken();

    const end = await world.run(now);

    expect(
      placesWithout(end, ["Bad credentials", "token that is valid as long as the run"]),
    ).toEqual([]);
    expect([end.code, world.api.requests]).toEqual([3, []]);
  });

  it.for([
    { how: "reads what was lost again", putBack: false, requests: 2, attempt: 2 },
    { how: "takes over what a person has put back", putBack: true, requests: 1, attempt: 1 },
  ])(
    "rescues the records of a run whose token is revoked, and the next run $how (4.6)",
    async ({ putBack, requests, attempt }, { expect, onTestFinished }) => {
      const world = await openActionWorld({ onTestFinished });
      const { github, api } = world;
      api.hook = () => {
        github.expireToken();
        return false;
      };

      const end = await world.run(now);
      api.hook = undefined;
      github.renewToken();
      const folder = end.outputs["rescue-path"] ?? "";
      const rescued = filesBelow(folder);
      const claimed = world.records().map(({ status }) => status);
      if (putBack) await github.push("main", rescued, "put back what was rescued");
      const next = await world.run(soon);

      const record = "ledger/items/2026/01/20260101T000000Z--20260102T000000Z.json";
      expect(Object.keys(rescued).toSorted()).toEqual(["data/items.ndjson", record]);
      expect(JSON.parse(rescued[record] ?? "")).toMatchObject({ status: "succeeded", attempt: 1 });
      expect(end.summary).toContain((rescued[record] ?? "").trimEnd());
      expect(
        placesWithout(end, [
          "the token has expired or was revoked",
          "run again with a new token",
          "tidemark-rescue",
        ]),
      ).toEqual([]);
      expect([end.code, claimed]).toEqual([3, ["running"]]);
      expect(folder).toBe(`${end.temporary}/tidemark-rescue`);
      expect(next.code).toBe(0);
      expect(api.byRange()).toEqual(new Map([[firstDay, requests]]));
      expect(await soundFirstDay(world)).toEqual(firstDaySound(attempt));
    },
  );

  it("begins a ledger branch anew that somebody has deleted between two runs", async ({
    expect,
    onTestFinished,
  }) => {
    const world = await openActionWorld({ onTestFinished }, onBranch);
    const first = await world.run(now);
    world.github.deleteBranch("rows");

    const next = await world.run(soon);

    expect([first.code, next.code]).toEqual([0, 0]);
    expect(world.api.byRange()).toEqual(new Map([[firstDay, 2]]));
    expect(await soundFirstDay(world, "rows")).toEqual(firstDaySound(1));
  });

  it("rescues the records when the ledger branch is deleted in the middle of a run (4.6)", async ({
    expect,
    onTestFinished,
  }) => {
    const world = await openActionWorld({ onTestFinished }, onBranch);
    const { github, api } = world;
    let deleted = "";
    api.hook = () => {
      deleted = github.head("rows") ?? "";
      github.deleteBranch("rows");
      return false;
    };

    const end = await world.run(now);
    api.hook = undefined;
    const branches = github.git("branch", "--format=%(refname:short)");
    github.git("branch", "rows", deleted);
    const next = await world.run(soon);

    expect(
      placesWithout(end, ["found that it was deleted", "restore the branch rows, then run again"]),
    ).toEqual([]);
    expect(Object.keys(filesBelow(end.outputs["rescue-path"] ?? "")).length).toBe(2);
    expect([end.code, branches, next.code]).toEqual([3, "main", 0]);
    expect(await soundFirstDay(world, "rows")).toEqual(firstDaySound(2));
  });

  it("waits as long as GitHub's limit asks, and settles all the same (G24)", async ({
    expect,
    onTestFinished,
  }) => {
    const world = await openActionWorld({ onTestFinished });
    const { github, api } = world;
    for (const asked of [0, 1])
      github.fault({
        on: ({ fields }) =>
          fields.includes("createCommitOnBranch") && api.requests.length === asked,
        do: { kind: "limited", limit: "secondary", retryAfter: 1 },
      });

    const end = await world.run(now);

    const commits = github.requests.filter(({ fields }) => fields.includes("createCommitOnBranch"));
    const waited = [0, 2].map((at) => {
      const [limited, again] = commits.slice(at);
      return (again?.startedAt ?? 0) - (limited?.endedAt ?? 0) >= 900;
    });
    expect([end.code, end.outputs["status"], commits.length]).toEqual([0, "ok", 4]);
    expect(waited).toEqual([true, true]);
    expect(await soundFirstDay(world)).toEqual(firstDaySound(1));
  });

  it.for([
    { what: "claim, and asks the source nothing", asked: 0, kept: 0, attempt: 1 },
    { what: "settling, and rescues the records", asked: 1, kept: 2, attempt: 2 },
  ])(
    "exits 3 when GitHub's limit outlasts the $what (G24, 4.6)",
    async ({ asked, kept, attempt }, { expect, onTestFinished }) => {
      const world = await openActionWorld({ onTestFinished });
      const { github, api } = world;
      github.fault({
        on: ({ fields }) =>
          fields.includes("createCommitOnBranch") && api.requests.length === asked,
        do: { kind: "limited", limit: "secondary", retryAfter: 7200 },
      });

      const end = await world.run(now);
      const before = api.requests.length;
      const next = await world.run(soon);

      const folder = end.outputs["rescue-path"] ?? "";
      const files = folder === "" ? [] : Object.keys(filesBelow(folder));
      const why = ["GitHub's limit lasts until 2026-01-02T02:0", "run again later"];
      expect(placesWithout(end, why)).toEqual([]);
      expect([end.code, before, files.length, next.code]).toEqual([3, asked, kept, 0]);
      expect(await soundFirstDay(world)).toEqual(firstDaySound(attempt));
    },
  );

  it("claims nothing with less than 50 points left, and keeps the last ones for settling (G24)", async ({
    expect,
    onTestFinished,
  }) => {
    const world = await openActionWorld({ onTestFinished }, { days: 3 });
    const { github, api } = world;
    const spend = (left: number): void => {
      github.points.remaining.graphql = left;
      github.points.resetAt = Date.parse("2026-01-04T01:00:00Z");
    };
    const stop = github.onRequest(({ fields }) => {
      if (fields.includes("createCommitOnBranch")) spend(50);
    });

    const first = await world.run("2026-01-04T00:02:00Z");
    const head = github.head("main");
    spend(50);
    const second = await world.run("2026-01-04T00:10:00Z");
    const after = github.head("main");
    stop();
    spend(1000);
    const third = await world.run("2026-01-04T00:20:00Z");

    expect([first.code, first.outputs["windows-succeeded"]]).toEqual([0, "1"]);
    expect([second.code, second.outputs["status"], after]).toEqual([0, "nothing_due", head]);
    for (const end of [first, second])
      expect(placesWithout(end, ["points left of its limit", "goes on"])).toEqual([]);
    expect([third.code, third.outputs["windows-succeeded"]]).toEqual([0, "2"]);
    expect([...api.byRange().values()]).toEqual([1, 1, 1]);
    expect(world.rows()).toEqual(expectedRows(hourly(3)));
    expect(await world.findings()).toEqual([]);
  });

  it("claims nothing where the configuration is not that of the event's commit (G18)", async ({
    expect,
    onTestFinished,
  }) => {
    const world = await openActionWorld({ onTestFinished });
    const { github, api } = world;
    const sha = github.head("main") ?? "";
    const tip = await github.push("main", { [configPath]: `${configText(world.project)}\n` });

    const scheduled = await world.run(now, { sha });
    const dispatched = await world.run(now, { sha, event: "workflow_dispatch", attempt: 2 });
    const left = [github.head("main"), api.requests.length];
    const fresh = await world.run(soon);

    const why = "start a new run instead of re-running";
    expect([scheduled.code, scheduled.outputs["status"]]).toEqual([0, "nothing_due"]);
    expect([dispatched.code, dispatched.outputs["status"]]).toEqual([2, "failed"]);
    expect(annotationsIn(scheduled.log).filter((line) => line.startsWith("::warning"))).toEqual([
      expect.stringMatching(/start a new run instead of re-running$/),
    ]);
    for (const end of [scheduled, dispatched])
      expect(placesWithout(end, [configPath, why])).toEqual([]);
    expect(left).toEqual([tip, 0]);
    expect([fresh.code, fresh.outputs["status"]]).toEqual([0, "ok"]);
    expect(await soundFirstDay(world)).toEqual(firstDaySound(1));
  });

  it("claims nothing where another version of the configuration is checked out (G18)", async ({
    expect,
    onTestFinished,
  }) => {
    const world = await openActionWorld({ onTestFinished });
    const checkout = (workspace: string): void => {
      mkdirSync(join(workspace, ".github"));
      writeFileSync(join(workspace, configPath), `${configText(world.project)}\n`);
    };
    const tip = world.github.head("main");

    const end = await world.run(now, { checkout, event: "schedule" });

    const why = "expected the version of the event's commit in the checkout, found another";
    expect([end.code, end.outputs["status"]]).toEqual([2, "failed"]);
    expect(placesWithout(end, [configPath, why])).toEqual([]);
    expect([world.github.head("main"), world.api.requests.length]).toEqual([tip, 0]);
  });

  it("settles what is running and claims nothing further once the configuration moves (G18)", async ({
    expect,
    onTestFinished,
  }) => {
    const world = await openActionWorld({ onTestFinished }, { days: 3 });
    const { github, api } = world;
    api.hook = async () => {
      api.hook = undefined;
      await github.push("main", { [configPath]: `${configText(world.project)}\n` });
      return false;
    };

    const end = await world.run("2026-01-04T00:02:00Z");
    const next = await world.run("2026-01-04T00:10:00Z");

    expect([end.code, end.outputs["windows-succeeded"], end.outputs["windows-remaining"]]).toEqual([
      0,
      "1",
      "2",
    ]);
    expect(placesWithout(end, ["start a new run instead of re-running"])).toEqual([]);
    expect([next.code, next.outputs["windows-succeeded"]]).toEqual([0, "2"]);
    expect([...api.byRange().values()]).toEqual([1, 1, 1]);
    expect(world.rows()).toEqual(expectedRows(hourly(3)));
    expect(await world.findings()).toEqual([]);
  });

  it.for([
    { event: "pull_request", ref: "refs/pull/7/merge" },
    { event: "pull_request_target", ref: "refs/heads/main" },
    { event: "merge_group", ref: "refs/heads/gh-readonly-queue/main/pr-7" },
    { event: "push", ref: "refs/tags/v1" },
    { event: "workflow_dispatch", ref: "refs/heads/feature" },
  ])("only looks on $event of $ref (G19)", async ({ event, ref }, { expect, onTestFinished }) => {
    const world = await openActionWorld({ onTestFinished });
    const { github, api } = world;
    const tip = await github.push("feature", { "x.txt": "x" });

    const end = await world.run(now, { event, ref });
    const asked = github.requests.length;
    const looks = await Promise.all([
      world.run(now, { event, ref, inputs: { "dry-run": "true" } }),
      world.run(now, { event, ref, inputs: { mode: "plan" } }),
    ]);

    expect(placesWithout(end, ["main"])).toEqual([]);
    expect([end.code, end.outputs["status"], asked]).toEqual([2, "failed", 0]);
    expect(looks.map(({ code, outputs }) => [code, outputs["windows-remaining"]])).toEqual([
      [0, "1"],
      [0, "1"],
    ]);
    expect(github.requests.filter(({ fields }) => fields[0] !== "rateLimit")).toEqual([]);
    expect([github.head("feature"), api.requests]).toEqual([tip, []]);
    expect(github.git("log", "--format=%s", "main")).toBe("start");
  });

  it("runs on the ledger branch as on the default branch (G19)", async ({
    expect,
    onTestFinished,
  }) => {
    const world = await openActionWorld({ onTestFinished }, onBranch);
    const sha = await world.github.push("rows", { "note.txt": "a branch of its own\n" });

    const end = await world.run(now, { event: "workflow_dispatch", ref: "refs/heads/rows", sha });

    expect([end.code, end.outputs["status"]]).toEqual([0, "ok"]);
    expect(world.github.git("log", "--format=%s", "main")).toBe("start");
    expect(await soundFirstDay(world, "rows")).toEqual(firstDaySound(1));
  });

  it("refuses every mode that writes on another branch, before any request (G19)", async ({
    expect,
    onTestFinished,
  }) => {
    const world = await openActionWorld({ onTestFinished });
    const { github, api } = world;
    await github.push("feature", { "x.txt": "x" });
    const range = { "window-start": "2026-01-01", "window-end": "2026-01-02" };
    const calls = [
      { mode: "run" },
      { mode: "backfill", ...range },
      { mode: "backfill", ...range, "approve-by-pr": "true" },
      { mode: "rerun", "run-id": "items/20260101T000000Z--20260102T000000Z" },
      { mode: "compact" },
    ];

    const ends = await Promise.all(
      calls.map((inputs) => world.run(now, { ref: "refs/heads/feature", inputs })),
    );

    for (const end of ends) expect(placesWithout(end, ["start the workflow on main"])).toEqual([]);
    expect(ends.map(({ code }) => code)).toEqual([2, 2, 2, 2, 2]);
    expect([github.requests, api.requests]).toEqual([[], []]);
  });

  it("ends a push of its own commit without asking anybody anything (G26)", async ({
    expect,
    onTestFinished,
  }) => {
    const world = await openActionWorld({ onTestFinished });
    const { github, api } = world;
    await world.run(now, { event: "push", payload: pushOf("a person's change") });
    const message = github.git("log", "-1", "--format=%B", "main");
    const asked = [github.requests.length, api.requests.length];

    const own = await world.run("2026-01-03T00:10:00Z", {
      event: "push",
      payload: pushOf(message),
    });

    expect(message).toContain("Tidemark-Holder: actions:7001/1/");
    expect([own.code, own.outputs["status"]]).toEqual([0, "nothing_due"]);
    expect([github.requests.length, api.requests.length]).toEqual(asked);
    expect(await soundFirstDay(world)).toEqual(firstDaySound(1));
  });

  it("refuses SQLite on a hosted runner before any request (G36)", async ({
    expect,
    onTestFinished,
  }) => {
    const destination = { type: "sqlite", path: ".tidemark/rows.db" };
    const world = await openActionWorld({ onTestFinished }, { project: { destination } });

    const hosted = await world.run(now);
    const asked = world.github.requests.length + world.api.requests.length;
    const own = await world.run(now, { env: { RUNNER_ENVIRONMENT: "self-hosted" } });

    expect(placesWithout(hosted, ["found sqlite", "use files, or a runner of your own"])).toEqual(
      [],
    );
    expect([hosted.code, asked]).toEqual([2, 0]);
    expect([own.code, world.records().map(({ status }) => status)]).toEqual([0, ["succeeded"]]);
  });

  it("names all missing variables at once before any request (S7)", async ({
    expect,
    onTestFinished,
  }) => {
    const names = ["TIDEMARK_FIRST_TOKEN", "TIDEMARK_SECOND_TOKEN", "OTHER_TOKEN"];
    const sources = Object.fromEntries(
      names.map((env, index) => [
        `api${index}`,
        { type: "http", base_url: "https://api.example.com", auth: { type: "bearer", env } },
      ]),
    );
    const syncs = Object.fromEntries(
      names.map((_, index) => [`items${index}`, itemsSyncWith({ source: `api${index}` })]),
    );
    const world = await openActionWorld(
      { onTestFinished },
      { project: { syncs, more: { sources } } },
    );

    const end = await world.run(now, { inputs: { "env-allow": "OTHER_TOKEN" } });

    expect(placesWithout(end, names)).toEqual([]);
    expect([end.code, world.github.requests, world.api.requests]).toEqual([2, [], []]);
  });

  it("refuses unknown inputs and values, all at once, with what was meant", async ({
    expect,
    onTestFinished,
  }) => {
    const world = await openActionWorld({ onTestFinished });

    const end = await world.run(now, {
      inputs: { syncs: "items", "fail-on": "gaps", "run-id": "x" },
    });

    expect(
      placesWithout(end, ["did you mean sync?", "did you mean gap?", "run-id: expected"]),
    ).toEqual([]);
    expect([end.code, world.github.requests, world.api.requests]).toEqual([2, [], []]);
  });

  it("reads the configuration through the API without a checkout, and says when there is none", async ({
    expect,
    onTestFinished,
  }) => {
    const world = await openActionWorld({ onTestFinished });
    const inputs = { config: ".github/other.yml" };

    const lacking = await world.run(now, { checkout: false, inputs });
    const end = await world.run(now, { checkout: false });

    expect(placesWithout(lacking, [".github/other.yml", "found no such file"])).toEqual([]);
    expect([lacking.code, end.code, end.outputs["status"]]).toEqual([2, 0, "ok"]);
    expect(await soundFirstDay(world)).toEqual(firstDaySound(1));
  });
});

function pushOf(message: string): NonNullable<StepOptions["payload"]> {
  return { head_commit: { message } };
}

const onBranch = { project: { more: { ledger: { branch: "rows" } } } };

/** The places where a reader looks that lack one of the texts. */
function placesWithout(end: StepEnd, texts: readonly string[]): readonly string[] {
  const annotations = annotationsIn(end.log).join("\n");
  const log = end.log.split("\n").filter((line) => !line.startsWith("::"));
  const places = { log: log.join("\n"), annotations, summary: unescaped(end.summary) };
  return Object.entries(places).flatMap(([place, text]) =>
    texts
      .filter((wanted) => !text.includes(wanted))
      .map((wanted) => `${place}: ${wanted} in ${text}`),
  );
}

/** Markdown as it is read. */
function unescaped(markdown: string): string {
  return markdown.replaceAll(/\\([\\`*_[\]~|#])/g, "$1").replaceAll("&#8203;", "");
}

/** What the first day has come to: its record, its rows, and what verify says. */
async function soundFirstDay(world: ActionWorld, branch = "main"): Promise<unknown> {
  return {
    records: world.records(branch).map(({ status, attempt }) => `${status} ${attempt}`),
    rows: world.rows(branch),
    findings: await world.findings(branch),
  };
}

function firstDaySound(attempt: number): unknown {
  return { records: [`succeeded ${attempt}`], rows: expectedRows(hourly(1)), findings: [] };
}
