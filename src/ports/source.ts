// One sending of one request. The transport never retries, resends, follows or paces (P1, S5); that is app's.

import type { Answer } from "../core/source/answer.ts";

/** A request without credentials; the adapter attaches them after comparing origins (S3). */
export interface SourceRequest {
  readonly method: "GET" | "POST";
  /** Absolute. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text of a POST. */
  readonly body: string | undefined;
}

/** Re-exported for those who send: what one try came to. */
export type { Answer };

/** A source of one run. */
export interface Source {
  /** Sends once. A URL outside the source's origin is never connected to; the caller has checked it (S4). */
  send(request: SourceRequest, stop: AbortSignal): Promise<Answer>;
  /** Closes sockets. */
  close(): Promise<void>;
}
