// What a GitHub client is to those who call it: one call with its patience, and what it came to, named after what the
// caller does next. The one factory is octokit-client.ts; what an unknown answer to a write means is the caller's to
// find out (section 8).

import type { Clock } from "../../ports/clock.ts";
import type { Random } from "../../ports/random.ts";

export interface GithubOptions {
  readonly token: string;
  /** Other values that no message may show: GitHub repeats what it is sent. */
  readonly secrets: readonly string[];
  /** `owner/name`. */
  readonly repository: string;
  readonly apiUrl: string;
  readonly graphqlUrl: string;
  /** Undefined: the fetch of @actions/github, which knows the proxy of the runner. */
  readonly fetch: typeof globalThis.fetch | undefined;
  readonly clock: Clock;
  readonly random: Random;
  /** Aborted by a signal to the process: nothing waits any more, and nothing is sent twice (section 4, G28). */
  readonly cancel: AbortSignal;
}

/** How patient one call is. */
export interface CallOptions {
  /** In ms on `mono`: waits that end later are not begun. */
  readonly until: number;
  /** Whether the call may be sent again after an unknown answer: reads, and objects that nothing names yet. */
  readonly isRead: boolean;
  /** Whether it may go beside others: readings of blobs, at most four at once; everything else goes one by one. */
  readonly isBeside?: boolean;
  /** Aborted when nobody waits for the answer any more: what has not been sent by then is not sent. */
  readonly stop?: AbortSignal;
}

/** What a call came to, named after what its caller does next. */
export type GithubAnswer<Data> =
  | { readonly ok: true; readonly data: Data }
  | { readonly ok: false; readonly error: GithubError };

export interface GithubError {
  /**
   * `unknown`: it may or may not have had an effect (5xx, socket, timeout, "Something went wrong"). `limited`: GitHub's
   * limit outlasts the call's patience. `unauthorized`: 401. `forbidden`: 403 or its GraphQL kin. `missing`: 404.
   * `refused`: everything else that GitHub said no to.
   */
  readonly kind: "unknown" | "limited" | "unauthorized" | "forbidden" | "missing" | "refused";
  /** HTTP status; undefined when there was no answer. */
  readonly status: number | undefined;
  /** `errors[0].type` of a GraphQL answer. */
  readonly type: string | undefined;
  /** GitHub's own words, redacted and shortened. */
  readonly message: string;
}

/** What GitHub last said of the primary limit; undefined where limits are off (GHES). */
export interface RateLeft {
  readonly remaining: number;
  /** Epoch ms. */
  readonly resetAt: number;
}

export interface GithubClient {
  readonly owner: string;
  readonly name: string;
  /** Of the graphql bucket, of the newest answer that named it. */
  rateLeft(): RateLeft | undefined;
  /** Any `errors` entry makes the answer unusable, whatever `data` holds (G2). */
  graphql(
    document: string,
    variables: Readonly<Record<string, unknown>>,
    options: CallOptions,
  ): Promise<GithubAnswer<unknown>>;
  /** `route` as in GitHub's description: `POST /repos/{owner}/{repo}/git/trees`; owner and repo are filled in. */
  rest(
    route: string,
    parameters: Readonly<Record<string, unknown>>,
    options: CallOptions,
  ): Promise<GithubAnswer<unknown>>;
}
