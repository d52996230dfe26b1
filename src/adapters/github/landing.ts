// A commit on its way (section 8): sent again after an unknown answer, looked for after a stale one, waited for where a
// replica lags. The one place that decides whether our commit landed (G11); never sends another change than the one
// given.

import { InvariantError } from "../../core/failure/errors.ts";
import { parseTrailers } from "../../core/record/commit-message.ts";
import type { CommitAnswer, CommitRequest, Tip } from "../../ports/ledger-store.ts";
import type { GithubAnswer, GithubClient, GithubError } from "./client.ts";
import { type CommitVerdict, verdictOf } from "./commit-verdict.ts";
import type { MadeCommit } from "./git-data.ts";
import type { LedgerBranch } from "./ledger-branch.ts";
import { blobIdOf } from "./object-id.ts";
import { goneRefusal, refusalOf } from "./refusal.ts";
import type { Snapshots } from "./snapshots.ts";
import type { TipAnswer } from "./tip-query.ts";
import { type Waiting, waitNth } from "./waiting.ts";

export interface LandingOptions extends Waiting {
  readonly client: GithubClient;
  /** Name of the ledger branch. */
  readonly name: string;
  readonly branch: LedgerBranch;
  readonly snapshots: Snapshots;
}

/** One way to make the commit. Sent again it makes the same one, or none. */
export type SendCommit = () => Promise<GithubAnswer<MadeCommit>>;

/** `too_large`: GitHub does not take it this way; nothing happened. */
export type Landed = CommitAnswer | { readonly kind: "too_large"; readonly error: GithubError };

/** What came of looking for our commit. */
type Found =
  | { readonly kind: "own"; readonly tip: Tip }
  | { readonly kind: "moved" | "same" | "older" | "gone" | "unread" };

/** Deletions of paths that were not there, in a row, over the commits of a run. */
export interface DeletionMisses {
  count: number;
}

/** Sends a commit until it is known what became of it, or time is up. */
export async function landCommit(
  options: LandingOptions,
  request: CommitRequest,
  send: SendCommit,
  misses: DeletionMisses,
): Promise<Landed> {
  let unsure = 0;
  let stale = 0;
  // Each turn that comes back here has waited one of the four waits of either kind.
  for (;;) {
    const answer = await send();
    if (answer.ok) return arrived(options, request, answer.data, misses);
    const verdict = verdictOf(answer.error);
    noteDeletion(misses, verdict);
    if (verdict === "too_large") return { kind: "too_large", error: answer.error };
    if (verdict === "refused")
      return await refusalOf(options.client, options.name, answer.error, request);
    if (verdict === "unknown") {
      if (await waitNth(options, unsure, request.until)) {
        unsure += 1;
        continue;
      }
      if (options.cancel.aborted) return unknownAnswer(answer.error);
    }
    const found = await findOwn(options, request);
    if (found.kind === "own") {
      misses.count = 0;
      return { kind: "committed", tip: found.tip };
    }
    if (found.kind === "moved") return { kind: "conflict" };
    if (verdict === "unknown" || found.kind === "unread") return unknownAnswer(answer.error);
    if (await waitNth(options, stale, request.until)) {
      stale += 1;
      continue;
    }
    return lagging(options, found, answer.error);
  }
}

function arrived(
  { branch, snapshots }: LandingOptions,
  { expected, changes }: CommitRequest,
  made: MadeCommit,
  misses: DeletionMisses,
): CommitAnswer {
  const tip = made.oid as Tip;
  misses.count = 0;
  snapshots.derive(expected, tip, changes);
  snapshots.noteRoot(tip, made.root);
  branch.moved(tip, false);
  return { kind: "committed", tip };
}

function noteDeletion(misses: DeletionMisses, verdict: CommitVerdict): void {
  if (verdict === "unknown") return;
  misses.count = verdict === "deletion" ? misses.count + 1 : 0;
  if (misses.count === deletionMissesMax)
    throw new InvariantError("a commit removes only files of the tip that it was made for");
}

const deletionMissesMax = 2;

function unknownAnswer({ message }: GithubError): CommitAnswer {
  return { kind: "unknown", message: `commit on GitHub: ${message}` };
}

// After all waits: the branch is where it was and still refuses, or somebody has forced it back.
function lagging(options: LandingOptions, found: Found, error: GithubError): CommitAnswer {
  if (found.kind === "gone") return goneRefusal(options.name);
  return found.kind === "older" ? { kind: "conflict" } : unknownAnswer(error);
}

// Section 8, step 2. What is read here serves the caller's next look at the tip.
async function findOwn(options: LandingOptions, request: CommitRequest): Promise<Found> {
  const { branch, snapshots } = options;
  const answer = await branch.look({ until: request.until, isRead: true });
  if (!answer.ok) return { kind: "unread" };
  const { tip } = answer.data;
  if (tip === undefined) return { kind: "gone" };
  if (tip === request.expected) return { kind: "same" };
  if (branch.isOlder(tip)) return { kind: "older" };
  const own = ownIn(answer.data, branch, request);
  if (own !== undefined) {
    snapshots.derive(request.expected, own, request.changes);
    branch.moved(own, false);
    if (own !== tip) branch.moved(tip as Tip, true);
    return { kind: "own", tip: own };
  }
  branch.moved(tip as Tip, true);
  const isThere = await holdsChanges(snapshots, tip as Tip, request);
  return isThere ? { kind: "own", tip: tip as Tip } : { kind: "moved" };
}

// Only commits after the head that was sent: an older one with the same content is another.
function ownIn(
  { recent }: TipAnswer,
  branch: LedgerBranch,
  { expected, message }: CommitRequest,
): Tip | undefined {
  const [holder, digest] = [trailer(message, "Holder"), trailer(message, "Digest")];
  if (holder === undefined || digest === undefined) return undefined;
  for (const commit of recent) {
    if (commit.oid === expected || branch.isOlder(commit.oid)) return undefined;
    if (
      trailer(commit.message, "Holder") === holder &&
      trailer(commit.message, "Digest") === digest
    )
      return commit.oid as Tip;
  }
  return undefined;
}

function trailer(message: string, name: "Holder" | "Digest"): string | undefined {
  return parseTrailers(message).find(([key]) => key === `Tidemark-${name}`)?.[1];
}

// After a squash or a forced push the message is gone, but the files tell.
async function holdsChanges(
  snapshots: Snapshots,
  tip: Tip,
  { changes }: CommitRequest,
): Promise<boolean> {
  for (const { path, content } of changes) {
    const item = await snapshots.locate(tip, path);
    const wanted = content === undefined ? undefined : blobIdOf(Buffer.from(content, "utf8"));
    if (item?.oid !== wanted) return false;
  }
  return true;
}
