// The published copy (contract 6.1, github.md section 11): `tidemark/publish`, made anew from base and ledger branch at
// the end of each run and held open in one pull request. Serves the commit step, after its last commit. Never touches
// the ledger branch, and never fails a run: what GitHub refuses is a warning, and the next run derives the copy again.

import { LedgerError } from "../../core/failure/errors.ts";
import type { Published } from "../../core/report/published.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Publisher } from "../../ports/publisher.ts";
import { makeBranchCommit } from "./branch-commit.ts";
import type { CallOptions, GithubAnswer, GithubClient, GithubError } from "./client.ts";
import { nextCopyStep, type CopyStep } from "./copy-plan.ts";
import { readCopy, type CopyReading, type CopyRider } from "./copy-reading.ts";
import { copyBranch, type CopyNames, type Entries } from "./copy-state.ts";
import {
  inSentence,
  isAboutWorkflows,
  isFinal,
  isPullSetting,
  refusedPull,
} from "./pull-refusal.ts";
import { sendPublication, type PullChange } from "./pull-request.ts";
import { waitForRound } from "./rounds.ts";

export interface GithubPublisherOptions {
  readonly client: GithubClient;
  readonly clock: Clock;
  /** Ends the waits between two readings (G28). */
  readonly cancel: AbortSignal;
  readonly names: CopyNames;
  readonly rider: CopyRider;
  /** What the ledger branch holds, of the store's newest answer. */
  readonly ids: () => Promise<{ readonly entries: Entries }>;
  /** The repository's page: GITHUB_SERVER_URL and its name. */
  readonly repositoryUrl: string;
}

type Text = Parameters<Publisher["publish"]>[0];
type Patience = Omit<CallOptions, "isRead">;

/** One publication at work. */
interface Publishing {
  readonly options: GithubPublisherOptions;
  readonly text: Text;
  readonly patience: Patience;
  /** Whether a first sending went wrong, so that the pull request may lack its new words. */
  readonly again: boolean;
}

/** Derived once and, where another run was quicker or an answer is not known, twice again (section 11). */
const roundsMax = 3;

/** How long a publication may take altogether; the next run makes up for it. */
const patienceMs = 45_000;

/** The port Publisher; with the rider's answer it costs three requests (contract 8). */
export function githubPublisher(options: GithubPublisherOptions): Publisher {
  return {
    publish: async (text) => {
      try {
        return await publish(text, options);
      } catch (error) {
        // The store could not read the ledger branch: the run has said so by itself.
        if (error instanceof LedgerError) return failed({ message: error.message });
        throw error;
      }
    },
  };
}

async function publish(text: Text, options: GithubPublisherOptions): Promise<Published> {
  const patience = { until: options.clock.mono() + patienceMs };
  let wrong: GithubError | undefined;
  for (let round = 0; round < roundsMax; round += 1) {
    await waitForRound(round, options);
    const read = await readingOf(round, options, patience);
    if (!read.ok) return failed(read.error);
    const publishing = { options, text, patience, again: round > 0 };
    const done = await take(read.data, publishing);
    if (done.ok && done.data !== "closed") return done.data;
    wrong = done.ok ? undefined : done.error;
    if (wrong !== undefined && isPullSetting(wrong)) return refused(wrong, options);
    if (wrong !== undefined && isFinal(wrong)) break;
  }
  return conclude(wrong, options, patience);
}

async function readingOf(
  round: number,
  { client, names, rider, ids }: GithubPublisherOptions,
  patience: Patience,
): Promise<GithubAnswer<CopyReading>> {
  const state = round === 0 ? rider.take() : undefined;
  if (state === undefined) return readCopy(client, names, patience);
  const { entries } = await ids();
  return { ok: true, data: { state, ledger: entries } };
}

/** Takes the next step. `closed`: it was taken, but on a pull request that somebody has closed or merged by now. */
async function take(
  { state, ledger }: CopyReading,
  publishing: Publishing,
): Promise<GithubAnswer<Published | "closed">> {
  const { names } = publishing.options;
  const step = nextCopyStep(state, ledger, names);
  switch (step?.kind) {
    case undefined:
      return { ok: true, data: { kind: "failed", warning: noBase(names) } };
    case "agree":
      return step.move === undefined
        ? { ok: true, data: { kind: "none" } }
        : send(state.repositoryId, step.move, undefined, publishing);
    case "current": {
      if (step.open === undefined) return { ok: true, data: { kind: "none" } };
      if (!publishing.again) return { ok: true, data: { kind: "open", url: step.open.url } };
      return send(state.repositoryId, undefined, pullOf(step.open, publishing), publishing);
    }
    case "show":
      return send(state.repositoryId, undefined, pullOf(undefined, publishing), publishing);
    case "derive":
      return derive(state.repositoryId, step, publishing);
  }
}

async function derive(
  repositoryId: string,
  { base, changes, before, open }: Extract<CopyStep, { kind: "derive" }>,
  publishing: Publishing,
): Promise<GithubAnswer<Published | "closed">> {
  const { options, patience } = publishing;
  const { client, names } = options;
  const message = `ledger: copy ${names.ledgerBranch} onto ${names.base}\n`;
  const commit = await makeBranchCommit(
    client,
    { tree: base.tree, parent: base.tip, parts: changes, message },
    patience,
  );
  if (!commit.ok) return commit;
  // From one finished commit to the next: set to the base's tip in between, the pull request would be closed.
  const move = { branch: copyBranch, before, after: commit.data };
  return send(repositoryId, move, pullOf(open, publishing), publishing);
}

async function send(
  repositoryId: string,
  move: Parameters<typeof sendPublication>[1]["move"],
  pull: PullChange | undefined,
  { options, patience }: Publishing,
): Promise<GithubAnswer<Published | "closed">> {
  const sent = await sendPublication(options.client, { repositoryId, move, pull }, patience);
  if (!sent.ok) return sent;
  if (sent.data === undefined) return { ok: true, data: { kind: "none" } };
  return { ok: true, data: sent.data.isOpen ? { kind: "open", url: sent.data.url } : "closed" };
}

function pullOf(
  open: { readonly id: string } | undefined,
  { options, text }: Publishing,
): PullChange {
  return open === undefined
    ? { kind: "create", base: options.names.base, head: copyBranch, ...text }
    : { kind: "update", id: open.id, ...text };
}

/** After an error only what lies there now tells which half of it took effect (section 9). */
async function conclude(
  wrong: GithubError | undefined,
  options: GithubPublisherOptions,
  patience: Patience,
): Promise<Published> {
  const { client, names } = options;
  const read = await readCopy(client, names, patience);
  if (!read.ok) return failed(wrong ?? read.error);
  const step = nextCopyStep(read.data.state, read.data.ledger, names);
  if (step?.kind === "current" && step.open !== undefined)
    return { kind: "open", url: step.open.url };
  if (step?.kind === "show") return refused(wrong, options);
  if (step?.kind === "current" || (step?.kind === "agree" && step.move === undefined))
    return { kind: "none" };
  return failed(wrong);
}

function refused(
  wrong: GithubError | undefined,
  { names, repositoryUrl }: GithubPublisherOptions,
): Published {
  return refusedPull(wrong, { repositoryUrl, base: names.base, head: copyBranch });
}

function failed(wrong: Pick<GithubError, "message"> | undefined): Published {
  const found =
    wrong === undefined
      ? "that branch or pull request changed again and again meanwhile"
      : inSentence(wrong.message);
  const remedy =
    wrong !== undefined && isAboutWorkflows(wrong)
      ? `it stays where it was; merge what the base brings by hand, or use the token of an App with the permission "workflows"`
      : "the next run derives it again";
  const warning = `${copyBranch}: expected to become base and ledger, found ${found}; nothing is lost: ${remedy}`;
  return { kind: "failed", warning };
}

function noBase({ base }: CopyNames): string {
  return `${copyBranch}: expected the branch ${base} as its base, found none; nothing is lost: create it, or make another branch the default one`;
}
