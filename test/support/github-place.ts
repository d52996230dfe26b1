// A fake GitHub with a client of ours in front of it, for what is built on the client. The referee's findings fail the
// test that made them.

import { onTestFinished } from "vitest";

import type { GithubClient } from "../../src/adapters/github/client.ts";
import { openGithubClient } from "../../src/adapters/github/octokit-client.ts";
import { systemClock } from "../../src/adapters/system/clock.ts";
import { startGithubFake, type GithubFake } from "./github-fake/github-fake.ts";
import { seededRandom } from "./seeded-random.ts";
import { createSkippingClock, type SkippingClock } from "./skipping-clock.ts";

export interface GithubPlace {
  readonly fake: GithubFake;
  readonly client: GithubClient;
  /** For what waits around requests; that of the client is real. */
  readonly clock: SkippingClock;
  readonly cancel: AbortSignal;
  /** The repository's page. */
  readonly repositoryUrl: string;
}

export async function openGithubPlace(
  files: Readonly<Record<string, string>>,
): Promise<GithubPlace> {
  const fake = await startGithubFake({ files });
  onTestFinished(() => fake.close());
  const clock = systemClock();
  const cancel = new AbortController().signal;
  const client = openGithubClient({
    token: fake.token,
    repository: fake.repository,
    apiUrl: fake.apiUrl,
    graphqlUrl: fake.graphqlUrl,
    fetch: globalThis.fetch,
    clock,
    random: seededRandom(1),
    cancel,
  });
  const repositoryUrl = `${fake.serverUrl}/${fake.repository}`;
  return { fake, client, clock: createSkippingClock(clock), cancel, repositoryUrl };
}
