// What both doors build alike: the configuration as a project, and the ports that do not depend on where the ledger is.

import { openFiles } from "../adapters/files/files-destination.ts";
import { openHttpSource } from "../adapters/http/http-source.ts";
import { openLedger } from "../adapters/ledger/file-ledger.ts";
import { openSqlite } from "../adapters/sqlite/sqlite-destination.ts";
import { systemDigest } from "../adapters/system/digest.ts";
import { systemRandom } from "../adapters/system/random.ts";
import type { Ports } from "../app/run-context.ts";
import { environmentProblems } from "../config/environment.ts";
import { parseConfig, type ParseOptions } from "../config/parse.ts";
import { ConfigError } from "../core/failure/errors.ts";
import { secretNameOf } from "../core/sync/secret-name.ts";
import type { DestinationSpec, ProjectSpec } from "../core/sync/sync-spec.ts";
import { msOf, parseInstant } from "../core/time/instant.ts";
import type { Clock } from "../ports/clock.ts";
import type { Destination } from "../ports/destination.ts";
import type { Digest } from "../ports/digest.ts";
import type { LedgerStore } from "../ports/ledger-store.ts";
import type { Progress } from "../ports/progress.ts";

/** Variables of the process; a door may add to them. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** The variable that starts the wall clock at another instant, for rehearsals and the demo. */
const rehearsalVariable = "TIDEMARK_NOW";

/** What a door knows when it builds the ports. */
export interface EngineParts {
  readonly project: ProjectSpec;
  readonly variables: Variables;
  /** Hidden in all that is written. */
  readonly secrets: readonly string[];
  readonly clock: Clock;
  readonly store: LedgerStore;
  readonly progress: Progress;
  /** Folder of the work tree: where relative paths of destinations start. */
  readonly root: string;
}

/** What a door adds for the place where its ledger is. */
type PlacePorts = Pick<Ports, "store" | "liveness" | "outputFiles">;

/** The ports of the engine around a store. */
export function enginePorts(parts: EngineParts): Omit<Ports, keyof PlacePorts> {
  const { project, variables, secrets, clock, store, progress, root } = parts;
  const digest = systemDigest();
  return {
    clock,
    random: systemRandom(),
    digest,
    ledger: openLedger(store, { path: project.ledger.path, digest, secrets }),
    progress,
    openSource: (spec) => openHttpSource(spec, { secrets: secretsOf(project, variables) }),
    openDestination: (spec) => openDestination(spec, root, digest),
  };
}

/** Every path that a settling commit of any sync may write besides the ledger, each once. */
export function dataPathsOf(project: ProjectSpec, root: string): readonly string[] {
  const digest = systemDigest();
  const paths = project.syncs.flatMap((sync) => {
    const spec = project.destinations.get(sync.destination);
    return spec === undefined ? [] : openDestination(spec, root, digest).dataPaths(sync);
  });
  return [...new Set(paths)];
}

/** The project of a configuration's text; ConfigError names every problem at once. */
export function parseProject(text: string, options: ParseOptions): ProjectSpec {
  const parsed = parseConfig(text, options);
  if (!parsed.ok) throw new ConfigError(parsed.problems);
  return parsed.project;
}

/**
 * Refuses a run whose variables are missing or unfit, all of them named at once (S7), or whose database would be gone
 * after it, as the disk of a GitHub-hosted runner is (G36).
 */
export function requireEnvironment(project: ProjectSpec, variables: Variables): void {
  const isHosted =
    variables["GITHUB_ACTIONS"] === "true" && variables["RUNNER_ENVIRONMENT"] === "github-hosted";
  const lost = [...project.destinations.values()].filter(
    ({ type }) => isHosted && type === "sqlite",
  );
  const problems = [
    ...environmentProblems(project, variables),
    ...lost.map(
      ({ name }) =>
        `destinations.${name}.type: expected a destination that outlives a GitHub-hosted runner, found sqlite; use files, or a runner of your own`,
    ),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
}

/** Epoch ms at which a rehearsal starts its clock; undefined for the clock of the machine. */
export function rehearsalStart(variables: Variables, progress: Progress): number | undefined {
  const text = variables[rehearsalVariable];
  if (text === undefined || text === "") return undefined;
  const start = parseInstant(text);
  if (start === undefined)
    throw new ConfigError([
      `${rehearsalVariable}: expected an instant such as 2026-01-31T02:00:00Z, found another text; correct or unset it`,
    ]);
  progress.report({ kind: "note", text: `rehearsal: the clock starts at ${text}` });
  return msOf(start);
}

function secretsOf(project: ProjectSpec, variables: Variables): ReadonlyMap<string, string> {
  const secrets = new Map<string, string>();
  for (const { auth } of project.sources.values()) {
    const name = secretNameOf(auth);
    const value = name === undefined ? undefined : variables[name];
    if (name !== undefined && value !== undefined) secrets.set(name, value.replace(/\r?\n$/, ""));
  }
  return secrets;
}

function openDestination(spec: DestinationSpec, root: string, digest: Digest): Destination {
  switch (spec.type) {
    case "sqlite":
      return openSqlite(spec, { root });
    case "files":
      return openFiles(spec, { digest });
  }
}
