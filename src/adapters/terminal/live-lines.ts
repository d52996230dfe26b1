// Progress on a terminal: one live line, of the window that spoke last, rewritten in place, plain lines above it.

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
  const clear = "\r\u001B[2K";
  const state: LiveState = { startedAt: new Map(), endsAt: screen.now(), waitedMs: 0, left: 0 };
  let live = "";
  let drawnAt = Number.NEGATIVE_INFINITY;
  const plain = plainLines((text) => write(`${clear}${text}${live}`));
  return {
    report: (event) => {
      if (event.kind === "settled") live = "";
      note(state, event, screen.now());
      if (event.kind === "settled" || event.kind === "note") plain.report(event);
      const line = liveLine(event, state, screen.now());
      if (line === undefined) return;
      if (event.kind === "page" && screen.now() - drawnAt < refreshMs) return;
      live = line.slice(0, Math.max(20, screen.columns - 1));
      drawnAt = screen.now();
      write(`${clear}${live}`);
    },
  };
}

interface LiveState {
  /** By run id: several windows may be in flight. */
  readonly startedAt: Map<string, number>;
  endsAt: number;
  waitedMs: number;
  /** Windows of the plan that are still to come. */
  left: number;
}

function note(state: LiveState, event: ProgressEvent, now: number): void {
  if (event.kind === "planned") state.left = event.windows + event.remaining;
  if (event.kind === "waiting") state.waitedMs += event.ms;
  if (event.kind === "settled") state.startedAt.delete(event.record.runId);
  if (event.kind !== "started") return;
  state.startedAt.set(event.runId, now);
  state.endsAt = now + event.timeLeftMs;
  state.waitedMs = 0;
}

function liveLine(event: ProgressEvent, state: LiveState, now: number): string | undefined {
  const rest = `${state.left} to come  ${clockText(state.endsAt - now)} left`;
  switch (event.kind) {
    case "started":
      return `${event.runId}  attempt ${event.attempt}  ${rest}`;
    case "page": {
      const ms = now - (state.startedAt.get(event.runId) ?? now);
      const rate = ms > 0 ? Math.round((event.fetched * 1000) / ms) : 0;
      const waited = state.waitedMs >= 1000 ? `  waited ${clockText(state.waitedMs)}` : "";
      const read = `${counted(event.pages, "page")}  ${counted(event.fetched, "record")}  ${rate}/s`;
      return `${event.runId}  ${read}${waited}  ${rest}`;
    }
    case "waiting":
      return `waiting ${clockText(event.ms)} until ${event.source} may be asked again  ${rest}`;
    default:
      return undefined;
  }
}

// Minutes and seconds, as a clock shows them.
function clockText(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
