// The one place that builds anything: options to ports to app. What both doors share is here; what they read and how
// they print is theirs.

import { readFileSync } from "node:fs";
import { isAbsolute, join, relative } from "node:path";

import { openFiles } from "../adapters/files/files-destination.ts";
import { openGitStore } from "../adapters/git/git-ledger-store.ts";
import { holdLockFile, localLiveness } from "../adapters/git/lock-file.ts";
import { findRepository, headCommit } from "../adapters/git/repository.ts";
import { writeRescue } from "../adapters/git/rescue.ts";
import { openHttpSource } from "../adapters/http/http-source.ts";
import { openLedger } from "../adapters/ledger/file-ledger.ts";
import { openSqlite } from "../adapters/sqlite/sqlite-destination.ts";
import { systemClock } from "../adapters/system/clock.ts";
import { systemDigest } from "../adapters/system/digest.ts";
import { systemRandom } from "../adapters/system/random.ts";
import type { CommandInput } from "../app/commands/open-command.ts";
import { environmentProblems } from "../config/environment.ts";
import { parseConfig } from "../config/parse.ts";
import { isRepositoryPath } from "../config/schema.ts";
import { ConfigError } from "../core/failure/errors.ts";
import { secretNameOf } from "../core/sync/secret-name.ts";
import type { DestinationSpec, ProjectSpec } from "../core/sync/sync-spec.ts";
import { msOf, parseInstant } from "../core/time/instant.ts";
import type { Destination } from "../ports/destination.ts";
import type { Digest } from "../ports/digest.ts";
import type { Progress } from "../ports/progress.ts";
import { secretValues } from "./secret-values.ts";
import { version } from "./version.ts";

/** What a door says about this call. */
export interface DoorOptions {
  /** Any folder of the repository. */
  readonly cwd: string;
  /** The configuration file, relative to the repository's root. */
  readonly config: string;
  readonly ledger: string | undefined;
  readonly ledgerBranch: string | undefined;
  readonly push: boolean;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly envAllow: readonly string[];
  /** Whether the command may claim or commit. */
  readonly writes: boolean;
  readonly progress: Progress;
}

/** A command's input, and what ends it. */
export interface Composed {
  readonly input: CommandInput;
  /** Removes the lock file; claims of this run are then dead. */
  close(): Promise<void>;
}

/** The variable that starts the wall clock at another instant, for rehearsals and the demo. */
const rehearsalVariable = "TIDEMARK_NOW";

/** Builds a command's input on the repository that `cwd` lies in. ConfigError names every problem at once. */
export async function compose(door: DoorOptions): Promise<Composed> {
  const repository = await findRepository(door.cwd);
  const root = repository.folder;
  const project = readProject(door, root);
  const clock = systemClock(rehearsalStart(door));
  const nonce = systemRandom().hex(16);
  const digest = systemDigest();
  const store = await openGitStore({
    root,
    branch: door.ledgerBranch ?? project.ledger.branch,
    push: door.push,
    nonce,
    now: () => clock.wall(),
  });
  const release = door.writes
    ? await holdLockFile(repository.gitFolder, nonce, () => clock.wall())
    : async () => {};
  return {
    close: release,
    input: {
      project,
      identity: {
        holder: `local:${nonce}`,
        version,
        configCommit: await headCommit(repository),
        runUrl: undefined,
      },
      ports: {
        clock,
        random: systemRandom(),
        digest,
        store,
        ledger: openLedger(store, {
          path: project.ledger.path,
          digest,
          secrets: secretValues(door.variables),
        }),
        liveness: localLiveness(repository.gitFolder, nonce),
        outputFiles: { rescue: async (changes) => await writeRescue(root, changes) },
        progress: door.progress,
        openSource: (spec) => openHttpSource(spec, { secrets: secretsOf(project, door) }),
        openDestination: (spec) => openDestination(spec, root, digest),
      },
    },
  };
}

/**
 * Refuses a run whose variables are missing or unfit, all of them named at once (S7), or whose database would be gone
 * after it, as the disk of a GitHub-hosted runner is (G36).
 */
export function requireEnvironment(
  project: ProjectSpec,
  door: Pick<DoorOptions, "variables">,
): void {
  const { variables } = door;
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

function readProject(door: DoorOptions, root: string): ProjectSpec {
  const file = isAbsolute(door.config) ? relative(root, door.config) : door.config;
  let text: string;
  try {
    text = readFileSync(join(root, file), "utf8");
  } catch (error) {
    const message = `${file}: expected the configuration, found no readable file; write one or name it with --config`;
    throw new ConfigError([message], { cause: error });
  }
  const { envAllow, ledger: path } = door;
  if (path !== undefined && !isRepositoryPath(path))
    throw new ConfigError([
      "--ledger: expected a folder of the repository, found another path; name one below its root",
    ]);
  const ledger = path === undefined ? {} : { path };
  const parsed = parseConfig(text, { file, envAllow, ledger });
  if (!parsed.ok) throw new ConfigError(parsed.problems);
  return parsed.project;
}

function rehearsalStart(door: DoorOptions): number | undefined {
  const text = door.variables[rehearsalVariable];
  if (text === undefined || text === "") return undefined;
  const start = parseInstant(text);
  if (start === undefined)
    throw new ConfigError([
      `${rehearsalVariable}: expected an instant such as 2026-01-31T02:00:00Z, found another text; correct or unset it`,
    ]);
  door.progress.report({ kind: "note", text: `rehearsal: the clock starts at ${text}` });
  return msOf(start);
}

function secretsOf(
  project: ProjectSpec,
  door: Pick<DoorOptions, "variables">,
): ReadonlyMap<string, string> {
  const secrets = new Map<string, string>();
  for (const { auth } of project.sources.values()) {
    const name = secretNameOf(auth);
    const value = name === undefined ? undefined : door.variables[name];
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
