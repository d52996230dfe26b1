// The command line's half of what builds anything: a clone and its ledger branch to ports. What both doors build alike
// is engine.ts, the action's half is compose-action.ts.

import { readFileSync } from "node:fs";
import { isAbsolute, join, relative } from "node:path";

import { isDetached, openFixedCommit } from "../adapters/git/fixed-commit.ts";
import { openGitStore } from "../adapters/git/git-ledger-store.ts";
import { holdLockFile, localLiveness } from "../adapters/git/lock-file.ts";
import { findRepository, headCommit } from "../adapters/git/repository.ts";
import { systemClock } from "../adapters/system/clock.ts";
import { systemRandom } from "../adapters/system/random.ts";
import { ignoreFolder, writeRescue } from "../adapters/system/rescue.ts";
import type { CommandInput } from "../app/commands/open-command.ts";
import type { Ports } from "../app/run-context.ts";
import { isWritablePath } from "../config/schema.ts";
import { ConfigError } from "../core/failure/errors.ts";
import type { ProjectSpec } from "../core/sync/sync-spec.ts";
import type { Progress } from "../ports/progress.ts";
import { enginePorts, parseProject, rehearsalStart, type Variables } from "./engine.ts";
import { secretValues } from "./secret-values.ts";
import { version } from "./version.ts";

/** What a call says. */
export interface CallOptions {
  /** Any folder of the repository. */
  readonly cwd: string;
  /** The configuration file, relative to the repository's root. */
  readonly config: string;
  readonly ledger: string | undefined;
  readonly ledgerBranch: string | undefined;
  readonly push: boolean;
  readonly variables: Variables;
  /** Whether the command may claim or commit. */
  readonly writes: boolean;
  /** Whether it may look at a commit that is checked out without a branch (G33). */
  readonly takesDetached: boolean;
  readonly cancel: AbortSignal;
  readonly progress: Progress;
}

/** A command's input, and what ends it. */
export interface Composed {
  readonly input: CommandInput;
  /** Removes the lock file; claims of this run are then dead. */
  close(): Promise<void>;
}

/** Where records go that could not be committed, relative to the repository's root. */
const rescueFolder = ".tidemark/rescue";

/** Builds a command's input on the repository that `cwd` lies in. ConfigError names every problem at once. */
export async function compose(call: CallOptions): Promise<Composed> {
  const repository = await findRepository(call.cwd);
  const root = repository.folder;
  const project = readProject(call, root);
  const clock = systemClock(rehearsalStart(call.variables, call.progress));
  const nonce = systemRandom().hex(16);
  const branch = call.ledgerBranch ?? project.ledger.branch;
  const now = (): number => clock.wall();
  const isFixed = call.takesDetached && branch === undefined && (await isDetached(root));
  const store = isFixed
    ? await openFixedCommit({ root, now })
    : await openGitStore({ root, branch, push: call.push, nonce, now });
  const release = call.writes
    ? await holdLockFile(repository.gitFolder, nonce, now)
    : async () => {};
  const { variables, progress } = call;
  const secrets = secretValues(variables);
  return {
    close: release,
    input: {
      project,
      cancel: call.cancel,
      identity: {
        holder: `local:${nonce}`,
        version,
        configCommit: await headCommit(repository),
        runUrl: undefined,
      },
      ports: {
        ...enginePorts({ project, variables, secrets, clock, store, progress, root }),
        store,
        liveness: localLiveness(repository.gitFolder, nonce),
        outputFiles: { rescue: async (changes) => await rescue(root, changes) },
      },
    },
  };
}

async function rescue(
  root: string,
  changes: Parameters<Ports["outputFiles"]["rescue"]>[0],
): Promise<string> {
  await ignoreFolder(join(root, ".tidemark"));
  await writeRescue(join(root, rescueFolder), changes);
  return rescueFolder;
}

function readProject(call: CallOptions, root: string): ProjectSpec {
  const file = isAbsolute(call.config) ? relative(root, call.config) : call.config;
  let text: string;
  try {
    text = readFileSync(join(root, file), "utf8");
  } catch (error) {
    const message = `${file}: expected the configuration, found no readable file; write one or name it with --config`;
    throw new ConfigError([message], { cause: error });
  }
  const { ledger: path } = call;
  if (path !== undefined && !isWritablePath(path))
    throw new ConfigError([
      "--ledger: expected a folder of the repository, found another path; name one below its root",
    ]);
  return parseProject(text, {
    file,
    envAllow: [],
    ledger: path === undefined ? {} : { path },
    githubApiUrl: call.variables["GITHUB_API_URL"],
  });
}
