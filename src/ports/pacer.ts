// One pacer per source: the right to send one try, first come, first served (pacing.md section 1).

import type { Hint } from "../core/pace/rate-headers.ts";

export interface Pacer {
  /** Once, before the first take: sends of earlier runs, so that a pacer never starts full (P11). `lastAtMs` is epoch ms. */
  seed(past: readonly { readonly sent: number; readonly lastAtMs: number }[]): void;
  /** The right to send one try. Rejects with the stop's reason when aborted; then nothing was charged. */
  take(stop: AbortSignal): Promise<Permit>;
  /** When a take now would be granted at the earliest, in ms on `mono`; does a wait fit the budget (P21)? */
  nextAt(): number;
  report(): PacerReport;
}

/** Ends once: answered, or released unsent. */
export interface Permit {
  sent(): void;
  /** `no_response`: timeout, reset or abort; the server may count the try later than now (P8). */
  answered(how: "ok" | "throttle" | "fault" | "no_response", hint: Hint | undefined): void;
  /** Unsent; its charge is undone (P24). */
  release(): void;
}

/** Telemetry of a run (P25). */
export interface PacerReport {
  readonly sent: number;
  readonly lowestFactor: number;
  readonly pauses: number;
  /** Milliseconds waited, by cause. */
  readonly waitedMs: {
    readonly pace: number;
    readonly pause: number;
    readonly concurrency: number;
  };
}
