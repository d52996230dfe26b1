// What goes wrong on the way, on purpose: which requests, how often, and how.

import type { Lag } from "./refs.ts";

/** A request as the fake saw it, and what it answered. */
export interface FakeRequest {
  /** Place in the log. */
  readonly index: number;
  readonly method: string;
  /** Path and query as sent. */
  readonly path: string;
  /** `POST /repos/{owner}/{repo}/git/trees`, `graphql:Tip`, or `unknown`. */
  readonly route: string;
  /** Root fields of a GraphQL document, e.g. `createCommitOnBranch`; empty for REST. */
  readonly fields: readonly string[];
  readonly variables: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
  /** By the fake's `now`. */
  readonly startedAt: number;
  endedAt: number | undefined;
  /** Undefined when nothing was answered. */
  status: number | undefined;
}

export type FaultAction =
  /** The effect happens, the answer does not come. */
  | { readonly kind: "lost" }
  /** Nothing happens; the connection breaks. */
  | { readonly kind: "reset" }
  /** Nothing happens; the gateway answers. */
  | { readonly kind: "fail"; readonly status: 500 | 502 | 503 | 504 }
  /** Nothing happens; a refusal in any words, for texts that GitHub may repeat. */
  | { readonly kind: "refuse"; readonly status: number; readonly message: string }
  /** "Something went wrong", HTTP 200, with or without the effect. */
  | { readonly kind: "went-wrong"; readonly when: "before" | "after" }
  /** A replica that lags: by one tip, or as asked. */
  | { readonly kind: "stale"; readonly lag?: Lag }
  /** The last alias of the answer is null; `silent`: without an error that says so. */
  | { readonly kind: "partial"; readonly silent?: boolean }
  /** A limit. Without a status as GitHub does it: 403 for REST, and 200 for GraphQL. */
  | {
      readonly kind: "limited";
      readonly limit: "primary" | "secondary";
      readonly status?: 200 | 403 | 429;
      /** Seconds. */
      readonly retryAfter?: number;
      /** Seconds from now, for the primary limit. */
      readonly resetIn?: number;
    }
  /** "Could not resolve to a node" for a moment after a pull request was opened. */
  | { readonly kind: "unresolved" }
  /** Never answered. */
  | { readonly kind: "hang" }
  | { readonly kind: "delay"; readonly ms: number }
  /** Happens between the check of the head and the write: the race inside the write. */
  | { readonly kind: "between"; readonly act: () => void | Promise<void> };

export interface Fault {
  readonly on: (request: FakeRequest) => boolean;
  /** Once by default; Infinity for as long as the fake runs. */
  readonly times?: number;
  readonly do: FaultAction;
}

export class Faults {
  readonly #planned: { readonly fault: Fault; left: number }[] = [];

  plan(fault: Fault): void {
    this.#planned.push({ fault, left: fault.times ?? 1 });
  }

  /** All that befalls this request; each is used up by it. */
  take(request: FakeRequest): readonly FaultAction[] {
    return this.#planned
      .filter((planned) => planned.left > 0 && planned.fault.on(request))
      .map((planned) => {
        planned.left -= 1;
        return planned.fault.do;
      });
  }
}
