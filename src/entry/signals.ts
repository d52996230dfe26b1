// SIGINT and SIGTERM become one abort signal; a second one, or five seconds, end the process (contract 4.2).

/** Longest time between a signal and the end of the process, in ms. */
const graceMs = 5000;

/** Aborted at the first signal. Exit 130 is forced when settling takes too long or a second signal comes. */
export function cancelOnSignals(): AbortSignal {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
    setTimeout(() => process.exit(130), graceMs).unref();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return controller.signal;
}
