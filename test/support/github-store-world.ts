// A fake GitHub with ledger stores on it, on virtual time. The referee's findings fail the test that made them.

import { onTestFinished } from "vitest";

import type { GithubClient } from "../../src/adapters/github/client.ts";
import {
  type GithubStore,
  type GithubStoreOptions,
  openGithubStore,
} from "../../src/adapters/github/github-ledger-store.ts";
import { openGithubClient } from "../../src/adapters/github/octokit-client.ts";
import type { CommitAnswer, FileChange, Tip } from "../../src/ports/ledger-store.ts";
import { type GithubFake, type PushedFile, startGithubFake } from "./github-fake/github-fake.ts";
import { createRequestClock, type RequestClock } from "./request-clock.ts";
import { seededRandom } from "./seeded-random.ts";

export interface GithubStoreWorld {
  readonly fake: GithubFake;
  readonly clock: RequestClock;
  /** Another run: a client and a store of its own. */
  open(options?: Partial<GithubStoreOptions>): GithubStore;
  client(cancel?: AbortSignal, token?: string): GithubClient;
  /** Routes of all requests since the last call. */
  routes(): readonly string[];
}

export async function openGithubStoreWorld(
  files: Readonly<Record<string, PushedFile>> = { "README.md": "hello\n" },
): Promise<GithubStoreWorld> {
  const clock = createRequestClock();
  const fake = await startGithubFake({ files, now: () => clock.wall() });
  onTestFinished(() => fake.close());
  let seen = 0;
  const client = (
    cancel: AbortSignal = new AbortController().signal,
    token: string = fake.token,
  ): GithubClient =>
    openGithubClient({
      token,
      secrets: [],
      repository: fake.repository,
      apiUrl: fake.apiUrl,
      graphqlUrl: fake.graphqlUrl,
      fetch: clock.fetch,
      clock,
      random: seededRandom(1),
      cancel,
    });
  return {
    fake,
    clock,
    client,
    open: (options = {}) => {
      const cancel = options.cancel ?? new AbortController().signal;
      return openGithubStore({
        client: client(cancel),
        clock,
        random: seededRandom(2),
        cancel,
        branch: "main",
        runBranch: "main",
        eventSha: fake.head("main") ?? "",
        config: new Map(),
        ledgerPath: "ledger",
        syncIds: ["a", "b"],
        skip: [],
        dataPaths: [],
        riders: [],
        ...options,
      });
    },
    routes: () => {
      const routes = fake.requests.slice(seen).map(({ route }) => route);
      seen = fake.requests.length;
      return routes;
    },
  };
}

/** A message of a run, with the trailers that identify the commit. */
export function ownMessage(name: string, holder: string = "actions:1/1/aaaa"): string {
  return `ledger(a): ${name}\n\nTidemark-Holder: ${holder}\nTidemark-Digest: sha256:${name}\n`;
}

/** A commit of one run; the message carries its trailers. */
export async function commitOn(
  store: GithubStore,
  expected: Tip,
  name: string,
  files: Readonly<Record<string, string | undefined>>,
  until: number = Number.POSITIVE_INFINITY,
): Promise<CommitAnswer> {
  const changes: FileChange[] = Object.entries(files).map(([path, content]) => ({ path, content }));
  return await store.commit({ expected, message: ownMessage(name), changes, until });
}

/** The tip of a commit that landed. */
export function tipOf(answer: CommitAnswer): Tip {
  if (answer.kind !== "committed")
    throw new Error(`expected a commit, found ${JSON.stringify(answer)}`);
  return answer.tip;
}
