// Is the workflow run that holds a claim still at work (contract 4.5, github.md section 5)? Serves the plan step. Never
// asks about another repository: a run id comes from a ledger file, which strangers may have written.

import { number, object, string } from "valibot";

import type { Clock } from "../../ports/clock.ts";
import type { Liveness } from "../../ports/liveness.ts";
import type { GithubClient } from "./client.ts";
import { parsedAnswer } from "./parsed-answer.ts";

export interface GithubLivenessOptions {
  readonly client: GithubClient;
  readonly clock: Clock;
  /** GITHUB_RUN_ID, GITHUB_RUN_ATTEMPT and the nonce of this very execution (G15). */
  readonly runId: string;
  readonly attempt: number;
  readonly nonce: string;
}

type Verdict = Awaited<ReturnType<Liveness["of"]>>;

/** The latest attempt of a run; undefined when GitHub would not say. */
interface LatestAttempt {
  readonly isCompleted: boolean;
  readonly attempt: number;
}

/** Run ids that are asked for; what is beyond them waits for its lease (G16). */
const callsMax = 20;

/** How long one call may take, waits for GitHub's limits included: the lease is there for all that takes longer. */
const patienceMs = 20_000;

const holderPattern = /^actions:([0-9]{1,20})\/([0-9]{1,9})\/[^/]+$/;

const runSchema = object({ status: string(), run_attempt: number() });

/** Liveness of holders `actions:<run id>/<attempt>/<nonce>`, one call for each foreign run (G16). */
export function githubLiveness(options: GithubLivenessOptions): Liveness {
  const own = `actions:${options.runId}/${options.attempt}/${options.nonce}`;
  const asked = new Map<string, Promise<LatestAttempt | undefined>>();
  return {
    of: async (holder) => {
      if (holder === own) return "alive";
      const [, runId, written] = holderPattern.exec(holder) ?? [];
      if (runId === undefined) return "unknown";
      const attempt = Number(written);
      if (runId === options.runId) {
        // A re-run is refused while the run is going on, so what came before us is over.
        if (attempt < options.attempt) return "dead";
        // Another leg of our matrix: no call can tell it from us.
        if (attempt === options.attempt) return "unknown";
      }
      return verdictOf(await latestOf(runId, asked, options), attempt);
    },
  };
}

function verdictOf(latest: LatestAttempt | undefined, attempt: number): Verdict {
  if (latest === undefined) return "unknown";
  if (latest.attempt > attempt) return "dead";
  // An answer that lags behind speaks of an attempt before the holder's.
  return latest.isCompleted && latest.attempt === attempt ? "dead" : "alive";
}

function latestOf(
  runId: string,
  asked: Map<string, Promise<LatestAttempt | undefined>>,
  options: GithubLivenessOptions,
): Promise<LatestAttempt | undefined> {
  const known = asked.get(runId);
  if (known !== undefined) return known;
  if (asked.size >= callsMax) return Promise.resolve(undefined);
  const latest = askLatest(runId, options);
  asked.set(runId, latest);
  return latest;
}

async function askLatest(
  runId: string,
  { client, clock }: GithubLivenessOptions,
): Promise<LatestAttempt | undefined> {
  const until = clock.mono() + patienceMs;
  const answer = await client.rest(
    "GET /repos/{owner}/{repo}/actions/runs/{run_id}",
    { run_id: runId },
    { until, isRead: true },
  );
  const run = parsedAnswer(answer, "the workflow run", runSchema);
  return run.ok
    ? { isCompleted: run.data.status === "completed", attempt: run.data.run_attempt }
    : undefined;
}
