// What response headers say about the rate (P26 to P29, S77 to S82), for step 3 FETCH. Every header is parsed in
// linear time and never lets anything go sooner. Whether the answer was a refusal is classify.ts.

/** What a server asked for: a pause, or a bound on what may still be sent. With neither: slow down (P28). */
export interface Hint {
  /** Nothing is sent before this many ms after the answer was received. */
  readonly pauseMs: number | undefined;
  /** At most `requests`, less those in flight, may be sent until `forMs` after the answer (P28). */
  readonly atMost: { readonly requests: number; readonly forMs: number } | undefined;
}
