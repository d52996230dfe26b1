// The action's half of what builds anything: a step's inputs and event to ports around the ledger on GitHub. It claims
// nothing and reads no ledger.

import { join } from "node:path";

import { readDefaultBranch } from "../adapters/github/event-files.ts";
import { openGithubClient } from "../adapters/github/octokit-client.ts";
import { systemClock } from "../adapters/system/clock.ts";
import { systemRandom } from "../adapters/system/random.ts";
import { writeRescue } from "../adapters/system/rescue.ts";
import { type CommandInput, namedSyncs } from "../app/commands/open-command.ts";
import { ConfigError } from "../core/failure/errors.ts";
import { parseRunId } from "../core/record/run-id.ts";
import type { ProjectSpec, SyncSpec } from "../core/sync/sync-spec.ts";
import type { FileChange } from "../ports/ledger-store.ts";
import type { Progress } from "../ports/progress.ts";
import { readConfig } from "./action-config.ts";
import { type RunnerEvent, refusalOfLedger, refusalToWrite, runUrlOf } from "./action-event.ts";
import type { ActionInputs } from "./action-inputs.ts";
import { enginePorts, parseProject, rehearsalStart, type Variables } from "./engine.ts";
import { type GithubPlace, openPlace, type Scope } from "./github-place.ts";
import { version } from "./version.ts";

/** What a step knows. */
export interface Step {
  readonly inputs: ActionInputs;
  readonly event: RunnerEvent;
  /** Of the process, with the action's token as GITHUB_TOKEN. */
  readonly variables: Variables;
  /** Of these variables; nothing that is said or written shows one. */
  readonly secrets: readonly string[];
  readonly cancel: AbortSignal;
  readonly progress: Progress;
  /** Whether this call may claim or commit. */
  readonly writes: boolean;
}

/** A command's input on GitHub, and what the page of the step needs besides. */
export interface ComposedStep {
  readonly input: CommandInput;
  /** For announce.ts and the approval of orders. */
  readonly people: Pick<GithubPlace, "publisher" | "proposals" | "alerts">;
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

/** For what is asked before the ledger is read, in ms. */
const openingMs = 60_000;

/** Folder below RUNNER_TEMP for records that could not be committed (contract 9). */
const rescueFolder = "tidemark-rescue";

/** Builds a command's input. ConfigError before any request to a source, with every problem at once. */
export async function composeStep(step: Step): Promise<ComposedStep> {
  const { event, inputs, variables, secrets, progress, cancel } = step;
  const clock = systemClock(rehearsalStart(variables, progress));
  const random = systemRandom();
  const client = openGithubClient({
    token: inputs.token,
    secrets,
    repository: `${event.owner}/${event.repository}`,
    apiUrl: event.apiUrl,
    graphqlUrl: event.graphqlUrl,
    fetch: undefined,
    clock,
    random,
    cancel,
  });
  const opening = { until: clock.mono() + openingMs, isRead: true };
  const config = await readConfig(event, inputs.config, client, opening);
  const project = parseProject(config.text, {
    file: inputs.config,
    envAllow: inputs.envAllow,
    ledger: {
      ...(inputs.publish === undefined ? {} : { publish: inputs.publish }),
      ...(inputs.ledgerBranch === undefined ? {} : { branch: inputs.ledgerBranch }),
    },
    githubApiUrl: event.apiUrl,
  });
  const base = event.defaultBranch ?? (await readDefaultBranch(client, opening));
  const branch = project.ledger.branch ?? base;
  requireBranches(step, project, { base, branch });
  const nonce = random.hex(16);
  const scope = scopeOf(project, inputs);
  const root = event.workspace;
  const files = new Map([[inputs.config, config.ids]]);
  const named = { base, branch, nonce, scope };
  const placed = openPlace({ event, cancel, client, clock, config: files, project, ...named });
  const { store, liveness, ...people } = placed;
  const engine = { project, variables, secrets, clock, store, progress, root };
  let rescued: Rescued | undefined;
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

// The syncs of every source that the call touches: pace, claims and the newest windows of all of them matter (contract 4).
function scopeOf(project: ProjectSpec, { syncs, runIds }: ActionInputs): Scope {
  const ids = new Set(runIds.map((runId) => parseRunId(runId)?.syncId));
  const named = namedSyncs(project, syncs).filter(({ id }) => ids.size === 0 || ids.has(id));
  const sources = new Set(named.map(({ source }) => source));
  const isRead = ({ source }: SyncSpec): boolean => sources.has(source);
  return { read: project.syncs.filter(isRead), skip: project.syncs.filter((one) => !isRead(one)) };
}
