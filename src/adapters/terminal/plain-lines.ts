// Progress as plain lines, for logs and pipes: one line when a window ends, and what the run waits for.

import { settledLine } from "../../core/report/progress-lines.ts";
import type { Progress } from "../../ports/progress.ts";

/** Writes a line for what a reader of a log wants to know; pages and claims are left out. */
export function plainLines(write: (text: string) => void): Progress {
  return {
    report: (event) => {
      if (event.kind === "settled") write(`${settledLine(event.record)}\n`);
      if (event.kind === "note") write(`${event.text}\n`);
      if (event.kind === "waiting" && event.ms >= 5000)
        write(
          `waiting ${Math.round(event.ms / 1000)} s until ${event.source} may be asked again\n`,
        );
    },
  };
}
