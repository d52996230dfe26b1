// A plan and an order, as text and as JSON (contract 9).

import type { PlannedWindow } from "../plan/open-windows.ts";
import type { Order } from "../plan/order-record.ts";
import { type RunId, runIdOf } from "../record/run-id.ts";
import { formatInstant } from "../time/instant.ts";
import type { Window } from "../window/window.ts";
import { counted, windowText } from "./words.ts";

/** The windows that a run would claim; syncs that cannot be planned are named instead. */
export interface PlanView {
  readonly windows: readonly PlannedWindow[];
  readonly remaining: number;
  readonly stopped: readonly { readonly sync: string; readonly why: string }[];
}

/** What the order of one sync asks for. */
export interface BackfillView {
  readonly sync: string;
  readonly order: Order;
  readonly windows: readonly Window[];
  /** Nothing is left to ask for: no order was written. */
  readonly isDone: boolean;
  /** Windows that `retention` has put out of reach. */
  readonly beyondRetention: readonly RunId[];
}

export function planText(plan: PlanView): string {
  const lines = plan.windows.map(
    ({ syncId, window, reason }) => `${syncId}  ${windowText(window)}  ${reason}`,
  );
  const rest = plan.remaining > 0 ? [`${counted(plan.remaining, "window")} more are open`] : [];
  const stopped = plan.stopped.map(({ sync, why }) => `${sync} is stopped: ${why}`);
  const all = [...lines, ...rest, ...stopped];
  return all.length === 0 ? "nothing due\n" : `${all.join("\n")}\n`;
}

export function planJson(plan: PlanView): Readonly<Record<string, unknown>> {
  return {
    windows: plan.windows.map(({ syncId, window, reason }) => ({
      run_id: runIdOf(syncId, window),
      sync: syncId,
      window_start: formatInstant(window.start),
      window_end: formatInstant(window.end),
      reason,
    })),
    remaining: plan.remaining,
    stopped: plan.stopped,
  };
}

export function backfillText(views: readonly BackfillView[]): string {
  return views
    .map(({ sync, order, windows, isDone, beyondRetention }) => {
      const range = windowText({ start: order.from, end: order.to });
      const lost =
        beyondRetention.length > 0
          ? `; ${counted(beyondRetention.length, "window")} lie before the retention edge and stay as they are: ${beyondRetention.slice(0, 5).join(", ")}`
          : "";
      if (isDone) return `${sync} ${range}: nothing to do, no order written${lost}\n`;
      const { requests, minutes } = order.estimate;
      return `${sync} ${range}: order ${order.id} for ${counted(windows.length, "window")}, about ${counted(requests, "request")} and ${counted(minutes, "minute")}${lost}\n`;
    })
    .join("");
}

export function backfillJson(views: readonly BackfillView[]): readonly unknown[] {
  return views.map(({ sync, order, windows, isDone, beyondRetention }) => ({
    sync,
    order: isDone ? null : order.id,
    from: formatInstant(order.from),
    to: formatInstant(order.to),
    reprocess: order.reprocess,
    windows: windows.map((window) => runIdOf(sync, window)),
    estimate: order.estimate,
    beyond_retention: beyondRetention,
  }));
}
