// Time as the program knows it. Pure code gets `now` as an argument instead.

/** Wall and monotonic time. Only adapters/system/clock.ts touches the real ones. */
export interface Clock {
  /** Float milliseconds that never jump and mean nothing to another process. */
  mono(): number;
  /** Epoch milliseconds; may jump. */
  wall(): number;
  /** Resolves at about `at` on `mono`, early or late, or at once when `stop` is aborted; ask again after it. */
  wake(at: number, stop?: AbortSignal): Promise<void>;
}
