// SIGINT and SIGTERM become one abort signal; five seconds after it the process ends in any case (contract 4.2).

/** Longest time between a signal and the end of the process, in ms. */
const graceMs = 5000;

/**
 * Aborted at the first signal. Exit 130 is forced when settling takes too long; on a terminal also by a second signal,
 * whereas a runner sends one by itself, which changes nothing (github.md section 4, G28).
 */
export function cancelOnSignals(options: { readonly isTerminal: boolean }): AbortSignal {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) {
      if (options.isTerminal) process.exit(130);
      return;
    }
    controller.abort();
    setTimeout(() => process.exit(130), graceMs).unref();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return controller.signal;
}
