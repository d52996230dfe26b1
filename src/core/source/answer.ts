// What one try came to, and what it means for the read: the vocabulary of classify.ts. Serves 3 FETCH.
// Words only; no decision is made here.

import type { Failure, FailureCode } from "../failure/failure.ts";
import type { LimitsSpec } from "../sync/sync-spec.ts";
import { withoutQuery } from "./origin.ts";

/** Header names in lower case; several values of one name in the order received. */
export type ResponseHeaders = ReadonlyMap<string, readonly string[]>;

/** What one try came to. Nothing here is thrown but a bug. */
export type Answer =
  | {
      readonly kind: "response";
      readonly status: number;
      readonly headers: ResponseHeaders;
      /** Decompressed UTF-8 text, or why it cannot be used and is not worth a retry (S20, S21). */
      readonly body:
        | { readonly ok: true; readonly text: string }
        | { readonly ok: false; readonly reason: string };
      /** After decompression. */
      readonly bytes: number;
    }
  | {
      readonly kind: "no_response";
      /** `aborted`: `stop` was aborted. `cut_off`: the body ended early or its compression is broken. */
      readonly cause: "network" | "timeout" | "cut_off" | "aborted";
      /** What happened, safe to show: no URL query, no secret. */
      readonly message: string;
      readonly bytes: number;
    };

/** The request that was answered, as far as reading the answer needs it. */
export interface Asked {
  /** Name of the source, for messages. */
  readonly source: string;
  readonly method: "GET" | "POST";
  /** The URL that was sent; messages show it without its query. */
  readonly url: string;
  /** Redirects that this request has followed already (S5). */
  readonly redirects: number;
  readonly limits: LimitsSpec;
}

/** What to do next (sources.md section 10), and what the pacer is told: `ok` alone makes it grow faster (P17, P22). A failure beside a retry is what it ends with when the tries are used up (S68). */
export type Verdict =
  /** A page to read. */
  | {
      readonly action: "read";
      readonly pace: "ok";
      readonly document: unknown;
      readonly protoDropped: boolean;
    }
  /** An empty page with nothing after it (S25, S72). */
  | { readonly action: "empty"; readonly pace: "ok" }
  /** The same request again at another URL of the origin, with its own permit (S5). */
  | { readonly action: "redirect"; readonly pace: "ok"; readonly url: string }
  /** The same request again; waits at least `waitMs` and what the headers ask for (S67). */
  | {
      readonly action: "throttle" | "retry";
      readonly pace: "throttle" | "fault";
      readonly waitMs: number | undefined;
      readonly failure: Failure;
    }
  /** No further try of the source in this run (S70); the failure lacks its `resumeAt`. */
  | {
      readonly action: "stop";
      readonly pace: "throttle";
      readonly waitMs: number | undefined;
      readonly failure: Failure;
    }
  /** S73, S58, S55; the failure is for where the action is not possible or used up. */
  | {
      readonly action: "skip" | "restart_pages" | "cap";
      readonly pace: "ok";
      readonly failure: Failure;
    }
  /** Final (S69). */
  | { readonly action: "fail"; readonly pace: "ok" | "fault"; readonly failure: Failure }
  /** `stop` was aborted while the try was under way; the try counts as unanswered (P8). */
  | { readonly action: "aborted"; readonly pace: "fault" };

/** A failure in the words of this request: subject, expectation, finding, remedy; never a query or a body. */
export function failureOf(
  asked: Asked,
  code: FailureCode,
  words: {
    readonly expected: string;
    readonly found: string;
    readonly remedy: string;
    readonly status?: number | undefined;
  },
): Failure {
  const subject = `source ${asked.source}: ${asked.method} ${withoutQuery(asked.url)}`;
  const message = `${subject}: expected ${words.expected}, got ${words.found}; ${words.remedy}`;
  return { code, message, status: words.status, resumeAt: undefined };
}
