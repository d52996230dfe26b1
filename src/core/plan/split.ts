// How a window is cut after `deadline` or `cap`: into estimated parts on whole units of the watermark (contract 4.1).

import type { SyncSpec } from "../sync/sync-spec.ts";
import { dayMicros } from "../time/duration.ts";
import { type Instant, instantOf } from "../time/instant.ts";
import { cellsTouching } from "../window/grid.ts";
import type { Window } from "../window/window.ts";

/** The most parts that one split makes. */
const partsMax = 64;

/**
 * `min(64, 2^ceil(log2(2 x estimate / budget)))` parts, the estimate from the share of the range that was read in
 * `spentMs`; two when nothing tells.
 */
export function partCount(progress: {
  readonly spentMs: number;
  /** 0 to 1; undefined when the order of the source tells nothing. */
  readonly shareRead: number | undefined;
  readonly budgetMs: number;
}): number {
  const { spentMs, shareRead, budgetMs } = progress;
  if (shareRead === undefined || shareRead <= 0 || budgetMs <= 0) return 2;
  const estimateMs = spentMs / Math.min(1, shareRead);
  const wanted = 2 ** Math.ceil(Math.log2((2 * estimateMs) / budgetMs));
  return Math.max(2, Math.min(partsMax, wanted));
}

/** Tiles the window into at most `count` parts; undefined when one unit of the watermark cannot be cut. */
export function cutWindow(
  window: Window,
  count: number,
  spec: SyncSpec,
): readonly Window[] | undefined {
  const edges =
    spec.watermark.precisionMicros === dayMicros
      ? dayEdges(window, count, spec)
      : evenEdges(window, count, spec.watermark.precisionMicros);
  const inner = [...new Set(edges)].filter((edge) => edge > window.start && edge < window.end);
  if (inner.length === 0) return undefined;
  const all = [window.start, ...inner.toSorted((a, b) => a - b), window.end];
  return all.slice(1).map((end, index) => ({ start: all[index] ?? window.start, end }));
}

function evenEdges(window: Window, count: number, unit: number): readonly Instant[] {
  const length = window.end - window.start;
  return Array.from({ length: count - 1 }, (_, index) =>
    instantOf(window.start + Math.round((length * (index + 1)) / count / unit) * unit),
  );
}

// With whole days as the unit the edges are midnights of the zone, as the grid counts them (S43).
function dayEdges(window: Window, count: number, spec: SyncSpec): readonly Instant[] {
  const { start, timezone } = spec.window;
  const day = { months: 0, days: 1, micros: 0 };
  const days = cellsTouching({ start, step: day, timezone }, window);
  return Array.from({ length: count - 1 }, (_, index) => {
    const nth = Math.round((days.length * (index + 1)) / count);
    return days[nth]?.start ?? window.end;
  });
}
