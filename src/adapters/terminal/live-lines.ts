// Progress on a terminal: one live line for the window under way, rewritten in place, plain lines above it.

import { counted } from "../../core/report/words.ts";
import type { Progress, ProgressEvent } from "../../ports/progress.ts";
import { plainLines } from "./plain-lines.ts";

/** How often the live line is rewritten at most, in ms. */
const refreshMs = 100;

/** `now` is monotonic, in ms; `columns` the width of the terminal. */
export function liveLines(
  write: (text: string) => void,
  screen: { readonly columns: number; readonly now: () => number },
): Progress {
  const clear = "\r\u001b[2K";
  let live = "";
  let drawnAt = Number.NEGATIVE_INFINITY;
  let startedAt = screen.now();
  const plain = plainLines((text) => write(`${clear}${text}${live}`));
  const draw = (text: string): void => {
    live = text.slice(0, Math.max(20, screen.columns - 1));
    write(`${clear}${live}`);
    drawnAt = screen.now();
  };
  return {
    report: (event) => {
      if (event.kind === "settled") live = "";
      plain.report(event);
      if (event.kind === "started") startedAt = screen.now();
      if (event.kind === "settled") write(clear);
      const line = liveLine(event, screen.now() - startedAt);
      const isFresh = event.kind !== "page" || screen.now() - drawnAt >= refreshMs;
      if (line !== undefined && isFresh) draw(line);
    },
  };
}

function liveLine(event: ProgressEvent, ms: number): string | undefined {
  switch (event.kind) {
    case "started":
      return `${event.runId}  attempt ${event.attempt}`;
    case "page": {
      const perSecond = ms > 0 ? Math.round((event.fetched * 1000) / ms) : 0;
      return `${event.runId}  ${counted(event.pages, "page")}  ${counted(event.fetched, "record")}  ${perSecond}/s`;
    }
    case "waiting":
      return `waiting ${Math.ceil(event.ms / 1000)} s for ${event.source}: ${event.cause}`;
    default:
      return undefined;
  }
}
