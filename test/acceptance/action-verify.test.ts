// Mode verify (contract 7, G33): on a schedule it audits the ledger branch through the API; on a pull request it judges
// the merge commit in the checkout against its first parent, with no request to GitHub at all.

import { execFileSync } from "node:child_process";

import { describe, test } from "vitest";

import { makeItems, serveItems } from "../support/acceptance-api.ts";
import { itemsSyncWith, projectOf } from "../support/acceptance-project.ts";
import { type ActionLedger, openActionLedger } from "../support/action-ledger.ts";
import type { StepEnd, StepOptions } from "../support/action-process.ts";

const now = "2026-01-06T00:02:00Z";
const record = "ledger/items/2026/01/20260104T000000Z--20260105T000000Z.json";

describe("verify", { concurrent: true, timeout: 120_000 }, () => {
  test("judges a pull request by its merge commit alone: a changed record is found, a changed page is not, no request is sent", async ({
    expect,
    onTestFinished,
  }) => {
    await using api = await serveDays();
    await using ledger = await openServed(api.url, { now, onTestFinished });
    const edited = await mergeOf(ledger, "edited", editRecord(ledger, { addsUp: true }));
    const removed = await mergeOf(ledger, "removed", { [record]: undefined });
    const harmless = await mergeOf(ledger, "harmless", { "README.md": "changed\n" });
    const sent = ledger.github.requests.length;
    const judge = async (merge: string, depth = 2): Promise<StepEnd> =>
      await ledger.step(
        { mode: "verify" },
        {
          event: "pull_request",
          ref: "refs/pull/7/merge",
          sha: merge,
          checkout: (workspace) => checkOut(ledger, { merge, depth, workspace }),
        },
      );

    const ends = await Promise.all([judge(edited), judge(removed), judge(harmless)]);
    const shallow = await judge(harmless, 1);

    expect(ends.map(({ code, outputs }) => [code, outputs["status"]])).toEqual([
      [1, "failed"],
      [1, "failed"],
      [0, "ok"],
    ]);
    expect(findingsIn(ends[0])).toEqual([`${record} L8`]);
    expect(findingsIn(ends[1])).toEqual([`${record} L2`]);
    expect(findingsIn(ends[2])).toEqual([]);
    expect([shallow.code, shallow.outputs["status"]]).toEqual([2, "failed"]);
    expect(shallow.summary).toContain("set fetch-depth: 2 at the checkout");
    expect(ledger.github.requests.length).toBe(sent);
  });

  test("finds on a schedule what somebody did to the ledger branch, and on a merge group what would be done to it", async ({
    expect,
    onTestFinished,
  }) => {
    await using api = await serveDays();
    await using ledger = await openServed(api.url, { now, onTestFinished });
    const base = ledger.github.head("main") ?? "";
    const verify = async (options: StepOptions): Promise<StepEnd> =>
      await ledger.step({ mode: "verify" }, options);

    const queued = await ledger.github.push("queue", editRecord(ledger, { addsUp: true }));
    const sound = await verify({ event: "schedule" });
    const edited = await ledger.github.push("main", editRecord(ledger, { addsUp: false }));
    const damaged = await verify({ event: "schedule" });
    const group = await verify({
      event: "merge_group",
      ref: "refs/heads/gh-readonly-queue/main/pr-7",
      sha: queued,
      payload: { merge_group: { base_sha: base } },
      checkout: (workspace) => checkOut(ledger, { merge: queued, depth: 2, workspace }),
    });
    const written = ledger.github.head("main");

    expect([sound, damaged, group].map(({ code }) => code)).toEqual([0, 1, 1]);
    // A record is judged for itself, with a base also for what may never change.
    expect(findingsIn(sound)).toEqual([]);
    expect(findingsIn(damaged)).toEqual([`${record} L9`]);
    expect(findingsIn(group)).toEqual([`${record} L8`]);
    expect(written).toBe(edited);
  });
});

/** An item every hour on the 4th and 5th. */
async function serveDays(): ReturnType<typeof serveItems> {
  return await serveItems(makeItems(48, { start: "2026-01-04T00:00:00Z", everySeconds: 3600 }));
}

/** With the records of two windows. */
async function openServed(url: string, options: StepOptions): Promise<ActionLedger> {
  const syncs = { items: itemsSyncWith({ window: { start: "2026-01-04" } }) };
  const project = projectOf({ url, destination: { type: "files", path: "data" }, syncs });
  const ledger = await openActionLedger(project, options);
  const { code, log } = await ledger.step();
  if (code !== 0) throw new Error(`expected a run that succeeds, found ${log}`);
  return ledger;
}

/** Somebody says that two rows were there already, in numbers that add up, or do not. */
function editRecord(
  { github }: ActionLedger,
  { addsUp }: { readonly addsUp: boolean },
): Readonly<Record<string, string>> {
  const text = github.git("show", `main:${record}`);
  const edited = text.replace('"inserted": 24', '"inserted": 22');
  return { [record]: `${addsUp ? edited.replace('"unchanged": 0', '"unchanged": 2') : edited}\n` };
}

/** The merge commit of a pull request, as GitHub offers it before anybody merges. */
async function mergeOf(
  { github }: ActionLedger,
  branch: string,
  files: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const head = await github.push(branch, files);
  const main = github.head("main") ?? "";
  const message = `Merge ${head} into ${main}`;
  const parents = ["-p", main, "-p", head];
  const who = ["-c", "user.name=GitHub", "-c", "user.email=noreply@github.com"];
  const merge = github.git(...who, "commit-tree", `${head}^{tree}`, ...parents, "-m", message);
  github.git("update-ref", `refs/pull/${branch}/merge`, merge);
  return merge;
}

// actions/checkout with fetch-depth 2: the commit and its parents, no branch.
function checkOut(
  { github }: ActionLedger,
  { merge, depth, workspace }: { merge: string; depth: number; workspace: string },
): void {
  const git = (...args: string[]): void =>
    void execFileSync("git", args, { cwd: workspace, stdio: "ignore" });
  git("init", "-q");
  git("fetch", "-q", "--no-tags", `--depth=${depth}`, `file://${github.gitDir}`, merge);
  git("checkout", "-q", "--detach", "FETCH_HEAD");
}

/** `path law` of each finding in the summary. */
function findingsIn(end: StepEnd | undefined): readonly string[] {
  const rows = (end?.summary ?? "").matchAll(/^\| `([^`]+)` \| (L\d+) \|/gm);
  return [...rows].map(([, path, law]) => `${path} ${law}`);
}
