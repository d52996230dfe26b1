// Commits of one run on the ledger branch, one after the other and at their pace (G7 to G9, section 12). Chooses the way
// by size, makes a missing branch first; what became of a commit is landing.ts.

import pLimit from "p-limit";

import { invariant } from "../../core/failure/assert.ts";
import type { CommitAnswer, CommitRequest } from "../../ports/ledger-store.ts";
import { fitsMutation, sendMutation } from "./commit-on-branch.ts";
import { openCommitPace } from "./commit-pace.ts";
import { sendGitData } from "./git-data.ts";
import { landCommit, type LandingOptions } from "./landing.ts";
import type { Patience } from "./patience.ts";
import { refusalOf } from "./refusal.ts";
import { waitUntil } from "./waiting.ts";

export interface WriterOptions extends LandingOptions {
  readonly ledgerPath: string;
  readonly patience: Patience;
  /** Folders of data files, or files of the repository's root. */
  readonly dataPlaces: readonly string[];
}

export interface CommitWriter {
  commit(request: CommitRequest): Promise<CommitAnswer>;
  /** Until when the rest of the hour's commits is kept for settling, on `mono`. */
  keptUntil(): number | undefined;
}

export function openCommitWriter(options: WriterOptions): CommitWriter {
  const { client, clock, name, branch } = options;
  const pace = openCommitPace(clock);
  const oneByOne = pLimit(1);
  const misses = { count: 0 };

  // Whoever read the tip now and wrote on it a second later would lose again to any run that commits every second, and
  // again until that run is over: the tip is read when the next commit may go.
  async function lose(until: number): Promise<void> {
    const at = pace.nextAt();
    if (clock.mono() < at && (await waitUntil(options, at, until))) branch.outdated();
  }

  async function commit(request: CommitRequest): Promise<CommitAnswer> {
    const answer = await send(request);
    if (answer.kind === "conflict") await lose(request.until);
    return answer;
  }

  async function send(request: CommitRequest): Promise<CommitAnswer> {
    const { expected, changes, until } = request;
    invariant(changes.length > 0, "no commit is made without changes (G9)");
    for (const { path } of changes)
      invariant(
        mayWrite(path, options),
        "a commit writes only in the ledger folder and beside data files (G8)",
      );
    options.patience.runEndsAt(until);
    // Whoever read an older tip has lost its race already, and whoever never read this one must look first.
    const newest = branch.newest();
    if ((newest !== undefined && newest !== expected) || branch.isUnread(expected))
      return { kind: "conflict" };
    await waitUntil(options, pace.nextAt(), until);
    if (branch.isMissing()) {
      const created = await branch.create(expected, until);
      if (!created.ok && created.error.kind === "unknown")
        return { kind: "unknown", message: `branch ${name} on GitHub: ${created.error.message}` };
      if (!created.ok) return await refusalOf(client, name, created.error, request);
    }
    pace.sent();
    if (fitsMutation(changes)) {
      const mutate = () => sendMutation(client, name, request);
      const landed = await landCommit(options, request, mutate, misses);
      if (landed.kind !== "too_large") return landed;
    }
    const landed = await landCommit(options, request, sendGitData(options, request), misses);
    if (landed.kind !== "too_large") return landed;
    return await refusalOf(client, name, landed.error, request);
  }

  return {
    commit: (request) => oneByOne(() => commit(request)),
    keptUntil: () => pace.keptUntil(),
  };
}

function mayWrite(path: string, { ledgerPath, dataPlaces }: WriterOptions): boolean {
  const isPlain = path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
  if (!isPlain || /^\.github\//i.test(path)) return false;
  return [ledgerPath, ...dataPlaces].some(
    (place) => path === place || path.startsWith(`${place}/`),
  );
}
