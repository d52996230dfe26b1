// What a pacing test writes down about tries, for trace-checker.ts: the events of all runs that share a limit, in
// order of time, on one axis of milliseconds.

/** What happened to a try; a `pause` lasts `pauseMs` from `at`; a waiter that gave up has `abort`. */
export interface TraceEvent {
  readonly run: string;
  readonly request: number;
  /** 1 is the first. */
  readonly try: number;
  readonly at: number;
  readonly kind: "asked" | "sent" | "counted" | "answered" | "released" | "abort" | "pause";
  readonly class?: "ok" | "throttle" | "fault" | "no_response";
  readonly pauseMs?: number;
}

/** An entry of `limits.pace`. */
export interface TraceEntry {
  readonly requests: number;
  readonly perMs: number;
  readonly mode: "safe" | "fast";
  readonly burst: number;
}

/** What the trace has to keep. */
export interface TraceBounds {
  readonly entries: readonly TraceEntry[];
  readonly concurrency: number;
  readonly timeoutMs: number;
  /** Tries of one request. */
  readonly triesMax: number;
  /** How long a waiter may wait for nothing: 2 of virtual, 20 of real time; Infinity when seeded. */
  readonly slackMs: number;
}
