// What response headers say about the rate (P26 to P29, S77 to S82).

/** A pause asked for by the server, or a bound on what may still be sent. */
export interface Hint {
  /** Nothing is sent before this many ms after the answer was received. */
  readonly pauseMs: number | undefined;
  /** At most `requests` more tries until `forMs` after the answer. */
  readonly atMost: { readonly requests: number; readonly forMs: number } | undefined;
}
