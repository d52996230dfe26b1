// The action's verify of a pull request: the ledger as it lies in the commit that was checked out, with no request to
// GitHub and nothing that could write (G33).

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { openFixedCommit } from "../adapters/git/fixed-commit.ts";
import { systemClock } from "../adapters/system/clock.ts";
import type { CommandInput } from "../app/commands/open-command.ts";
import { ConfigError } from "../core/failure/errors.ts";
import { runUrlOf } from "./action-event.ts";
import type { Step } from "./compose-action.ts";
import { enginePorts, parseProject, rehearsalStart } from "./engine.ts";
import { version } from "./version.ts";

/** Builds the input of verify. ConfigError where nothing is checked out. */
export async function composeCheckout(step: Step): Promise<CommandInput> {
  const { event, inputs, variables, secrets, progress, cancel } = step;
  const root = event.workspace;
  const clock = systemClock(rehearsalStart(variables, progress));
  const project = parseProject(configText(root, inputs.config), {
    file: inputs.config,
    envAllow: inputs.envAllow,
    ledger: {},
    githubApiUrl: event.apiUrl,
  });
  const store = await openFixedCommit({ root, now: () => clock.wall() });
  return {
    project,
    cancel,
    identity: {
      holder: `actions:${event.runId}/${event.attempt}/verify`,
      version,
      configCommit: event.sha,
      runUrl: runUrlOf(event),
    },
    ports: {
      ...enginePorts({ project, variables, secrets, clock, store, progress, root }),
      store,
      // It claims nothing and commits nothing.
      liveness: { of: async () => "unknown" },
      outputFiles: { rescue: async () => "" },
    },
  };
}

function configText(root: string, file: string): string {
  try {
    return readFileSync(join(root, file), "utf8");
  } catch (error) {
    const message = `config: expected ${file} in the checkout, found no such file; check the repository out before this step, with fetch-depth: 2`;
    throw new ConfigError([message], { cause: error });
  }
}
