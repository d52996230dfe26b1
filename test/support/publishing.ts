// What people do to the published copy and its pull request, when they do it, and what must hold whatever they do
// (contract 6.1, G20 to G22). For the acceptance tests of publishing, the short ones and the long ones.

import type { ExpectStatic } from "vitest";

import { expectedRows } from "./acceptance-project.ts";
import { type ActionWorld, hourly, type OwnContext, openActionWorld } from "./action-world.ts";
import type { FakeRequest } from "./github-fake/faults.ts";
import type { GithubFake } from "./github-fake/github-fake.ts";
import type { MergeMethod } from "./github-fake/pull-requests.ts";

export const ledgerBranch = "tidemark-ledger";
export const copyBranch = "tidemark/publish";

export interface PublishingWorld extends ActionWorld {
  /** Runs on the evening of each of these days of January; each is green and copies its day. */
  runDays(...days: readonly number[]): Promise<void>;
  /** Pull requests that were open at the same time, at most. */
  openAtOnce(): number;
  /** Commits of the ledger branch on which one was made and which are not in it any more: there was force. */
  lostHeads(): readonly string[];
}

/** What people do to the pull request or its branch. */
export type Deed = (github: GithubFake) => unknown;

export const deeds: Readonly<Record<string, Deed>> = {
  merged: merging("merge", false),
  "merged and its branch deleted": merging("merge", true),
  squashed: merging("squash", false),
  "squashed and its branch deleted": merging("squash", true),
  rebased: merging("rebase", false),
  closed: (github) => github.closePull(openPull(github)),
  "deprived of its branch": (github) => github.deleteBranch(copyBranch),
  "pushed to by a person": async (github) =>
    await github.push(copyBranch, { "note.txt": "mine", "data/items.ndjson": "no rows\n" }),
};

/** When it happens in the middle of a run: right before the first such request is answered. */
export const moments: Readonly<
  Record<"commits" | "derives" | "publishes", (request: FakeRequest) => boolean>
> = {
  commits: ({ fields }) => fields.includes("createCommitOnBranch"),
  derives: ({ route }) => route.endsWith("/git/trees"),
  publishes: ({ fields }) => fields.includes("updateRefs"),
};

/** A world with publish: pull_request whose source has so many days. */
export async function openPublishing(
  context: OwnContext & { readonly expect: ExpectStatic },
  options: Parameters<typeof openActionWorld>[1] = {},
): Promise<PublishingWorld> {
  const { expect } = context;
  const project = { ...options.project, more: { ledger: { publish: "pull_request" } } };
  const world = await openActionWorld(context, { days: 6, ...options, project });
  return {
    ...world,
    ...watch(world.github),
    runDays: async (...days) => {
      for (const day of days) {
        const end = await world.run(eveningOf(day));
        const { status, "windows-succeeded": succeeded } = end.outputs;
        const quiet = expect.not.stringContaining("::warning");
        expect([end.code, status, succeeded, end.log]).toEqual([0, "ok", "1", quiet]);
        const open = world.github.pulls.filter(({ state }) => state === "OPEN");
        const urls = open.map(
          ({ number }) => `${world.github.serverUrl}/octo/ledger/pull/${number}`,
        );
        expect(urls).toEqual([end.outputs["pull-request-url"]]);
      }
    },
  };
}

/** When the window of a day is due. */
export function eveningOf(day: number): string {
  return `2026-01-0${day + 1}T00:02:00Z`;
}

/** Does something once, right before the first such request is answered; tells whether it has happened. */
export function once(
  github: GithubFake,
  isMoment: (request: FakeRequest) => boolean,
  deed: Deed,
): () => boolean {
  let hasHappened = false;
  const stop = github.onRequest(async (request) => {
    if (hasHappened || !isMoment(request)) return;
    hasHappened = true;
    stop();
    await deed(github);
  });
  return () => hasHappened;
}

/** Number of the open pull request. */
export function openPull(github: GithubFake): number {
  const open = github.pulls.find(({ state }) => state === "OPEN");
  if (open === undefined) throw new Error("there is no open pull request");
  return open.number;
}

/** Merges what is open, and says what ledger branch and base have come to. */
export async function mergedState(world: PublishingWorld): Promise<MergedState> {
  const { github, api } = world;
  const changed = github.git("diff", "--name-only", "main", copyBranch).split("\n");
  const openAtOnce = world.openAtOnce();
  await github.merge(openPull(github), "merge");
  const own = ["ledger/items", "data"];
  return {
    requests: [...api.byRange().values()],
    foreign: changed.filter((path) => !own.some((folder) => path.startsWith(`${folder}/`))),
    ledger: await stateOf(world, ledgerBranch),
    base: await stateOf(world, "main"),
    differing: github.git("diff", "--name-only", ledgerBranch, "main", "--", ...own),
    openAtOnce,
    lostHeads: world.lostHeads(),
  };
}

export interface MergedState {
  /** Of the source, per window. */
  readonly requests: readonly number[];
  /** What the pull request changed besides records and rows. */
  readonly foreign: readonly string[];
  readonly ledger: BranchState;
  readonly base: BranchState;
  /** Records and rows in which the base is not the ledger branch. */
  readonly differing: string;
  readonly openAtOnce: number;
  readonly lostHeads: readonly string[];
}

interface BranchState {
  readonly records: readonly string[];
  readonly rows: readonly string[];
  readonly findings: readonly string[];
}

/** What mergedState says when all went well: each of the days read once, on both branches. */
export function wholeState(days: number): MergedState {
  const branch = {
    records: Array.from({ length: days }, () => "succeeded 1"),
    rows: expectedRows(hourly(days)),
    findings: [],
  };
  const requests = Array.from({ length: days }, () => 1);
  const none = { foreign: [], differing: "", lostHeads: [] };
  return { requests, ledger: branch, base: branch, openAtOnce: 1, ...none };
}

async function stateOf(world: ActionWorld, branch: string): Promise<BranchState> {
  return {
    records: world.records(branch).map(({ status, attempt }) => `${status} ${attempt}`),
    rows: world.rows(branch),
    findings: await world.findings(branch),
  };
}

function merging(method: MergeMethod, deleteBranch: boolean): Deed {
  return async (github) => await github.merge(openPull(github), method, { deleteBranch });
}

/** Looks at every request: how many pull requests are open, on which heads commits are made. */
function watch(github: GithubFake): Pick<PublishingWorld, "openAtOnce" | "lostHeads"> {
  const heads = new Set<string>();
  let openMost = 0;
  const look = (): number => {
    const open = github.pulls.filter(({ state }) => state === "OPEN");
    openMost = Math.max(openMost, open.length);
    return openMost;
  };
  github.onRequest(({ variables }) => {
    look();
    const input = variables["input"] as { readonly expectedHeadOid?: string } | undefined;
    if (input?.expectedHeadOid !== undefined) heads.add(input.expectedHeadOid);
  });
  return {
    openAtOnce: look,
    lostHeads: () => {
      const kept = new Set(github.git("rev-list", ledgerBranch).split("\n"));
      return [...heads].filter((head) => !kept.has(head));
    },
  };
}
