// How long one request may take: 15 seconds, and much less once the run is being cancelled (section 4, G28), so that
// the process ends in time whatever GitHub does. Waits through the clock, so that tests need no real time.

import type { Clock } from "../../ports/clock.ts";

/** Longest wait for one answer (section 7). */
const answerMs = 15_000;

/** What a request that was on its way at the cancel still gets. */
const inFlightMs = 2500;

/** When, after the cancel, the last answer must have come. */
const cancelledMs = 4500;

/** The time of requests in a run that may be cancelled. */
export interface SendingTime {
  /** Whether a request may still begin. */
  mayBegin(): boolean;
  /** The result of `send`, or undefined when it took too long; then its signal is aborted. */
  within<Value>(send: (signal: AbortSignal) => Promise<Value>): Promise<Value | undefined>;
}

export function openSendingTime(clock: Clock, cancel: AbortSignal): SendingTime {
  let cancelledAt = cancel.aborted ? clock.mono() : undefined;
  const noteCancel = (): void => {
    cancelledAt ??= clock.mono();
  };
  cancel.addEventListener("abort", noteCancel, { once: true });

  function endOf(begunAt: number): number {
    const end = begunAt + answerMs;
    if (cancelledAt === undefined) return end;
    return Math.min(end, cancelledAt + (begunAt < cancelledAt ? inFlightMs : cancelledMs));
  }

  async function within<Value>(
    send: (signal: AbortSignal) => Promise<Value>,
  ): Promise<Value | undefined> {
    const late = new AbortController();
    const done = new AbortController();
    const begunAt = clock.mono();
    const tooLate = (async (): Promise<undefined> => {
      while (!done.signal.aborted && clock.mono() < endOf(begunAt))
        await clock.wake(
          endOf(begunAt),
          // Once it is aborted it would end every wait at once.
          cancel.aborted ? done.signal : AbortSignal.any([done.signal, cancel]),
        );
      if (!done.signal.aborted) late.abort();
    })();
    try {
      return await Promise.race([send(late.signal), tooLate]);
    } finally {
      done.abort();
    }
  }

  return {
    mayBegin: () => cancelledAt === undefined || clock.mono() < cancelledAt + cancelledMs,
    within,
  };
}
