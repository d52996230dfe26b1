// The action's half of what builds anything: a step's inputs and event to ports around the ledger on GitHub. It claims
// nothing and reads no ledger; the configuration is that of the event's commit (contract 2).

import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { GithubClient } from "../adapters/github/client.ts";
import { copyRider } from "../adapters/github/copy-reading.ts";
import { readBlobAt, readDefaultBranch } from "../adapters/github/event-files.ts";
import { openGithubStore } from "../adapters/github/github-ledger-store.ts";
import { githubAlerts } from "../adapters/github/issue.ts";
import { githubLiveness } from "../adapters/github/liveness.ts";
import { blobIdOf } from "../adapters/github/object-id.ts";
import { openGithubClient } from "../adapters/github/octokit-client.ts";
import { githubProposals } from "../adapters/github/proposal.ts";
import { githubPublisher } from "../adapters/github/publish-branch.ts";
import { systemClock } from "../adapters/system/clock.ts";
import { systemRandom } from "../adapters/system/random.ts";
import { writeRescue } from "../adapters/system/rescue.ts";
import { type CommandInput, namedSyncs } from "../app/commands/open-command.ts";
import type { Ports } from "../app/run-context.ts";
import { ConfigError } from "../core/failure/errors.ts";
import { parseRunId } from "../core/record/run-id.ts";
import type { ProjectSpec, SyncSpec } from "../core/sync/sync-spec.ts";
import type { Alerts } from "../ports/alerts.ts";
import type { Clock } from "../ports/clock.ts";
import type { FileChange } from "../ports/ledger-store.ts";
import type { Progress } from "../ports/progress.ts";
import type { Proposals } from "../ports/proposals.ts";
import type { Publisher } from "../ports/publisher.ts";
import { type RunnerEvent, refusalOfLedger, refusalToWrite, runUrlOf } from "./action-event.ts";
import type { ActionInputs } from "./action-inputs.ts";
import {
  dataPathsOf,
  enginePorts,
  parseProject,
  rehearsalStart,
  type Variables,
} from "./engine.ts";
import { secretValues } from "./secret-values.ts";
import { version } from "./version.ts";

/** What a step knows. */
export interface Step {
  readonly inputs: ActionInputs;
  readonly event: RunnerEvent;
  /** Of the process, with the action's token as GITHUB_TOKEN. */
  readonly variables: Variables;
  readonly cancel: AbortSignal;
  readonly progress: Progress;
  /** Whether this call may claim or commit. */
  readonly writes: boolean;
}

/** A command's input on GitHub, and what the page of the step needs besides. */
export interface ComposedStep {
  readonly input: CommandInput;
  /** For announce.ts and the approval of orders. */
  readonly people: Pick<Place, "publisher" | "proposals" | "alerts">;
  /** What could not be committed, and where it lies; undefined where nothing was rescued. */
  rescued(): Rescued | undefined;
}

/** Records that could not be committed. */
export interface Rescued {
  /** The whole path, for a step that fetches them. */
  readonly folder: string;
  /** How people are told of it. */
  readonly shown: string;
  readonly files: readonly FileChange[];
}

/** Folder below RUNNER_TEMP for records that could not be committed (contract 9). */
const rescueFolder = "tidemark-rescue";

/** Builds a command's input. ConfigError before any request to a source, with every problem at once. */
export async function composeStep(step: Step): Promise<ComposedStep> {
  const { event, inputs, variables, progress, cancel } = step;
  const clock = systemClock(rehearsalStart(variables, progress));
  const random = systemRandom();
  const client = openGithubClient({
    token: inputs.token,
    secrets: secretValues(variables, inputs.envAllow),
    repository: `${event.owner}/${event.repository}`,
    apiUrl: event.apiUrl,
    graphqlUrl: event.graphqlUrl,
    fetch: undefined,
    clock,
    random,
    cancel,
  });
  const config = await readConfig(step, client, clock);
  const project = parseProject(config.text, {
    file: inputs.config,
    envAllow: inputs.envAllow,
    ledger: {
      ...(inputs.publish === undefined ? {} : { publish: inputs.publish }),
      ...(inputs.ledgerBranch === undefined ? {} : { branch: inputs.ledgerBranch }),
    },
    githubApiUrl: event.apiUrl,
  });
  const base = event.defaultBranch ?? (await readDefaultBranch(client, patience(clock)));
  const branch = project.ledger.branch ?? base;
  requireBranches(step, project, { base, branch });
  const nonce = random.hex(16);
  const scope = scopeOf(project, inputs);
  const root = event.workspace;
  const placed = openPlace({ step, client, clock, config, project, base, branch, nonce, scope });
  const { envAllow } = inputs;
  const engine = { project, variables, envAllow, clock, store: placed.store, progress, root };
  let rescued: Rescued | undefined;
  const { store, liveness, ...people } = placed;
  return {
    people,
    rescued: () => rescued,
    input: {
      project,
      cancel,
      identity: {
        holder: `actions:${event.runId}/${event.attempt}/${nonce}`,
        version,
        configCommit: event.sha,
        runUrl: runUrlOf(event),
      },
      ports: {
        ...enginePorts(engine),
        store,
        liveness,
        outputFiles: {
          rescue: async (changes) => {
            const folder = join(event.temporary, rescueFolder);
            await writeRescue(folder, changes);
            rescued = { folder, shown: rescueFolder, files: changes };
            return `${rescueFolder}, below the runner's temporary folder`;
          },
        },
      },
    },
  };
}

/** For what is asked before the ledger is read, in ms. */
const openingMs = 60_000;

function patience(clock: Clock): { readonly until: number; readonly isRead: true } {
  return { until: clock.mono() + openingMs, isRead: true };
}

/** The configuration's text, and the git ids that it may have in the event's commit; none where it came from there. */
interface Config {
  readonly text: string;
  readonly ids: readonly string[];
}

// From the checkout where there is one; without a checkout it is read through the API.
async function readConfig(step: Step, client: GithubClient, clock: Clock): Promise<Config> {
  const { inputs, event } = step;
  try {
    const text = readFileSync(join(event.workspace, inputs.config), "utf8");
    // A checkout may have turned line ends into those of its machine.
    const ids = [text, text.replaceAll("\r\n", "\n")].map((one) => blobIdOf(Buffer.from(one)));
    return { text, ids: [...new Set(ids)] };
  } catch {
    const text = await readBlobAt(client, event.sha, inputs.config, patience(clock));
    if (text !== undefined) return { text, ids: [] };
    throw new ConfigError([
      `config: expected ${inputs.config} in the event's commit, found no such file; write one or name it by the input config`,
    ]);
  }
}

function requireBranches(
  { event, writes }: Step,
  { ledger }: ProjectSpec,
  { base, branch }: { readonly base: string; readonly branch: string },
): void {
  const branches = { defaultBranch: base, ledgerBranch: branch };
  const refusal =
    (writes ? refusalToWrite(event, branches) : undefined) ??
    refusalOfLedger(ledger.publish, branches);
  if (refusal !== undefined) throw new ConfigError([refusal]);
}

interface Scope {
  readonly read: readonly SyncSpec[];
  readonly skip: readonly SyncSpec[];
}

// The syncs of every source that the call touches: pace, claims and the newest windows of all of them matter (contract 4).
function scopeOf(project: ProjectSpec, { syncs, runIds }: ActionInputs): Scope {
  const ids = new Set(runIds.map((runId) => parseRunId(runId)?.syncId));
  const named = namedSyncs(project, syncs).filter(({ id }) => ids.size === 0 || ids.has(id));
  const sources = new Set(named.map(({ source }) => source));
  const isRead = ({ source }: SyncSpec): boolean => sources.has(source);
  return { read: project.syncs.filter(isRead), skip: project.syncs.filter((one) => !isRead(one)) };
}

interface Place {
  readonly store: Ports["store"];
  readonly liveness: Ports["liveness"];
  readonly publisher: Publisher;
  readonly proposals: Proposals;
  readonly alerts: Alerts;
}

function openPlace(parts: {
  readonly step: Step;
  readonly client: GithubClient;
  readonly clock: Clock;
  readonly config: Config;
  readonly project: ProjectSpec;
  readonly base: string;
  readonly branch: string;
  readonly nonce: string;
  readonly scope: Scope;
}): Place {
  const { step, client, clock, config, project, base, branch, nonce, scope } = parts;
  const { event, cancel, inputs } = step;
  const repositoryUrl = `${event.serverUrl}/${event.owner}/${event.repository}`;
  const ledgerPath = project.ledger.path.replace(/\/+$/, "");
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
    config: new Map([[inputs.config, config.ids]]),
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
