// The configuration of a step: that of the event's commit (contract 2), from the checkout where there is one, else
// through the API. Whether a checkout really holds the event's version is the store's to find out, with the tip (G18).

import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { CallOptions, GithubClient } from "../adapters/github/client.ts";
import { readBlobAt } from "../adapters/github/event-files.ts";
import { blobIdOf } from "../adapters/github/object-id.ts";
import { ConfigError } from "../core/failure/errors.ts";
import type { RunnerEvent } from "./action-event.ts";

/** The configuration's text, and the git ids that it may have in the event's commit; none where it came from there. */
export interface EventConfig {
  readonly text: string;
  readonly ids: readonly string[];
}

/** Reads it. ConfigError when there is none, LedgerError when GitHub does not say. */
export async function readConfig(
  { workspace, sha }: RunnerEvent,
  path: string,
  client: GithubClient,
  call: CallOptions,
): Promise<EventConfig> {
  try {
    const text = readFileSync(join(workspace, path), "utf8");
    // A checkout may have turned line ends into those of its machine.
    const ids = [text, text.replaceAll("\r\n", "\n")].map((one) => blobIdOf(Buffer.from(one)));
    return { text, ids: [...new Set(ids)] };
  } catch {
    const text = await readBlobAt(client, sha, path, call);
    if (text !== undefined) return { text, ids: [] };
    throw new ConfigError([
      `config: expected ${path} in the event's commit, found no such file; write one or name it by the input config`,
    ]);
  }
}
