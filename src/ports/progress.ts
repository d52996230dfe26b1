// What a run says while it works; terminal, plain lines and JSON lines are adapters.

import type { RunId } from "../core/record/run-id.ts";
import type { PlanReason, RunRecord } from "../core/record/run-record.ts";

export type ProgressEvent =
  | { readonly kind: "planned"; readonly windows: number; readonly remaining: number }
  | { readonly kind: "claimed"; readonly runId: RunId; readonly reason: PlanReason }
  | {
      readonly kind: "started";
      readonly runId: RunId;
      readonly attempt: number;
      /** Until the budget of the run ends work. */
      readonly timeLeftMs: number;
    }
  | {
      readonly kind: "page";
      readonly runId: RunId;
      readonly pages: number;
      readonly fetched: number;
      readonly requests: number;
    }
  | { readonly kind: "waiting"; readonly source: string; readonly ms: number }
  | { readonly kind: "settled"; readonly record: RunRecord }
  | { readonly kind: "committed"; readonly tip: string; readonly subject: string }
  | { readonly kind: "note"; readonly text: string };

export interface Progress {
  report(event: ProgressEvent): void;
}
