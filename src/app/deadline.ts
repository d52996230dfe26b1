// The time budget and cancellation of a run as one signal (contract 4.1, 4.2). Work stops before the budget ends,
// so that the last commit has time; what is aborted learns from the signal's reason which of the two it was.

import type { Clock } from "../ports/clock.ts";

/** Why work stopped; the reason of every stop signal. */
export interface StopReason {
  readonly code: "deadline" | "cancelled";
  readonly message: string;
}

export interface Deadline {
  /** Aborted when work must stop; its reason is a StopReason. */
  readonly stop: AbortSignal;
  /** When work stops, in ms on `mono`. */
  readonly stopAt: number;
  /** When the budget ends, in ms on `mono`. */
  readonly endsAt: number;
  readonly budgetMs: number;
  /** Ends the timer, and whatever still works; call it when the run is over. */
  close(): void;
}

/** Longest time kept for the last commit: a minute, or a tenth of the budget if that is less. */
const reserveMaxMs = 60_000;

/** Starts the budget now. */
export function startDeadline(budgetMs: number, clock: Clock, cancel: AbortSignal): Deadline {
  const controller = new AbortController();
  const closing = new AbortController();
  const startedAt = clock.mono();
  const stopAt = startedAt + budgetMs - Math.min(reserveMaxMs, budgetMs / 10);
  const onCancel = (): void => controller.abort(cancelled);
  if (cancel.aborted) onCancel();
  cancel.addEventListener("abort", onCancel, { once: true });
  void stopWhenDue(controller, closing.signal, stopAt, clock);
  return {
    stop: controller.signal,
    stopAt,
    endsAt: startedAt + budgetMs,
    budgetMs,
    close: () => {
      cancel.removeEventListener("abort", onCancel);
      closing.abort();
      controller.abort(cancelled);
    },
  };
}

const cancelled: StopReason = {
  code: "cancelled",
  message: "the run was asked to stop; run it again to go on",
};

const due: StopReason = {
  code: "deadline",
  message: "the time budget of the run is used up; the next run goes on, or raise run.time_budget",
};

async function stopWhenDue(
  controller: AbortController,
  closing: AbortSignal,
  stopAt: number,
  clock: Clock,
): Promise<void> {
  while (!closing.aborted && clock.mono() < stopAt) await clock.wake(stopAt, closing);
  if (!closing.aborted) controller.abort(due);
}

/** The reason of a stop signal; anything unknown is a cancellation. */
export function stopReason(stop: AbortSignal): StopReason {
  const reason: unknown = stop.reason;
  return reason === due ? due : cancelled;
}
