// An order: a request for a past range, kept in the ledger until it is done (contract 3.4).

import type { Duration } from "../time/duration.ts";
import type { Instant } from "../time/instant.ts";

/** The version of the schema this program writes. */
export const orderSchema = 1;

/** What an order asks for of windows that have an outcome already. */
export const reprocessKinds = ["missing", "failed", "stale", "all"] as const;
export type Reprocess = (typeof reprocessKinds)[number];

export interface Order {
  /** `<ordered_at>-<four hex digits>`, or `reread`; the file's name. */
  readonly id: string;
  readonly from: Instant;
  readonly to: Instant;
  /** Cuts only time before `window.start`. */
  readonly step: Duration;
  readonly reprocess: Reprocess;
  readonly direction: "oldest" | "newest";
  readonly orderedAt: Instant;
  readonly reason: string | undefined;
  readonly estimate: {
    readonly windows: number;
    readonly requests: number;
    readonly minutes: number;
  };
}
