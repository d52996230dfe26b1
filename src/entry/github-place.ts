// GitHub in a step: the ledger store, who is alive, and what people are told through, all over one client.

import type { GithubClient } from "../adapters/github/client.ts";
import { copyRider } from "../adapters/github/copy-reading.ts";
import { openGithubStore } from "../adapters/github/github-ledger-store.ts";
import { githubAlerts } from "../adapters/github/issue.ts";
import { githubLiveness } from "../adapters/github/liveness.ts";
import { githubProposals } from "../adapters/github/proposal.ts";
import { githubPublisher } from "../adapters/github/publish-branch.ts";
import type { ConfigFiles } from "../adapters/github/tip-query.ts";
import { systemRandom } from "../adapters/system/random.ts";
import type { Ports } from "../app/run-context.ts";
import type { ProjectSpec, SyncSpec } from "../core/sync/sync-spec.ts";
import type { Alerts } from "../ports/alerts.ts";
import type { Clock } from "../ports/clock.ts";
import type { Proposals } from "../ports/proposals.ts";
import type { Publisher } from "../ports/publisher.ts";
import type { RunnerEvent } from "./action-event.ts";
import { dataPathsOf } from "./engine.ts";

/** Syncs whose folders are read, and those that this call has nothing to do with. */
export interface Scope {
  readonly read: readonly SyncSpec[];
  readonly skip: readonly SyncSpec[];
}

/** What stands for GitHub in a step. */
export interface GithubPlace {
  readonly store: Ports["store"];
  readonly liveness: Ports["liveness"];
  readonly publisher: Publisher;
  readonly proposals: Proposals;
  readonly alerts: Alerts;
}

interface PlaceParts {
  readonly event: RunnerEvent;
  readonly cancel: AbortSignal;
  readonly client: GithubClient;
  readonly clock: Clock;
  /** Path of the configuration with the git ids that it may have. */
  readonly config: ConfigFiles;
  readonly project: ProjectSpec;
  /** Names of the default branch and of the ledger's. */
  readonly base: string;
  readonly branch: string;
  readonly nonce: string;
  readonly scope: Scope;
}

/** Opens the ledger store and what people are told through. Nothing is sent yet. */
export function openPlace(parts: PlaceParts): GithubPlace {
  const { event, cancel, client, clock, config, project, base, branch, nonce, scope } = parts;
  const repositoryUrl = `${event.serverUrl}/${event.owner}/${event.repository}`;
  const ledgerPath = project.ledger.path;
  const dataPaths = dataPathsOf(project, event.workspace);
  const names = { base, ledgerBranch: branch, ledgerPath, dataPaths };
  const rider = project.ledger.publish === "pull_request" ? copyRider(names) : undefined;
  const store = openGithubStore({
    client,
    clock,
    random: systemRandom(),
    cancel,
    branch,
    runBranch: event.branch ?? base,
    eventSha: event.sha,
    config,
    ledgerPath,
    syncIds: scope.read.map(({ id }) => id),
    skip: scope.skip.map(({ id }) => id),
    dataPaths,
    riders: rider === undefined ? [] : [rider],
  });
  const { runId, attempt } = event;
  return {
    store,
    liveness: githubLiveness({ client, clock, runId, attempt, nonce }),
    publisher:
      rider === undefined
        ? { publish: async () => ({ kind: "none" }) }
        : githubPublisher({
            client,
            clock,
            cancel,
            names,
            rider,
            ids: async () => await store.ids(),
            repositoryUrl,
          }),
    proposals: githubProposals({
      client,
      clock,
      cancel,
      ledgerBranch: branch,
      ensureBranch: async () => await store.ensureBranch(),
      repositoryUrl,
    }),
    alerts: githubAlerts({ client, clock }),
  };
}
