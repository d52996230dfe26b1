// One sending of one request. The transport never retries, resends, follows or paces (P1, S5); that is app's.

/** A request without credentials; the adapter attaches them after comparing origins (S3). */
export interface SourceRequest {
  readonly method: "GET" | "POST";
  /** Absolute. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text of a POST. */
  readonly body: string | undefined;
}

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
      /** `aborted`: `stop` was aborted. `cut_off`: the body ended early. */
      readonly cause: "network" | "timeout" | "cut_off" | "aborted";
      /** Safe to show: no URL query, no secret. */
      readonly message: string;
      readonly bytes: number;
    };

/** A source of one run. */
export interface Source {
  /** Sends once. A URL outside the source's origin is never connected to; the caller has checked it (S4). */
  send(request: SourceRequest, stop: AbortSignal): Promise<Answer>;
  /** Closes sockets. */
  close(): Promise<void>;
}
