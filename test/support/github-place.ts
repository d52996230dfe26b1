// A fake GitHub with one client of ours in front of it, on virtual time, for what is built on the client.

import type { GithubClient } from "../../src/adapters/github/client.ts";
import type { PushedFile } from "./github-fake/github-fake.ts";
import { type GithubStoreWorld, openGithubStoreWorld } from "./github-store-world.ts";

export interface GithubPlace extends Pick<GithubStoreWorld, "fake" | "clock"> {
  readonly client: GithubClient;
  readonly cancel: AbortSignal;
  /** The repository's page. */
  readonly repositoryUrl: string;
}

export async function openGithubPlace(
  files: Readonly<Record<string, PushedFile>>,
): Promise<GithubPlace> {
  const world = await openGithubStoreWorld(files);
  const { fake, clock } = world;
  const cancel = new AbortController().signal;
  const repositoryUrl = `${fake.serverUrl}/${fake.repository}`;
  return { fake, clock, client: world.client(cancel), cancel, repositoryUrl };
}
