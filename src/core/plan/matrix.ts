// Planned windows to the legs of `strategy.matrix`: one leg per source, since all syncs of a source share one pace and
// two runs never use one source at the same time (contract 6, P13).

import type { SyncSpec } from "../sync/sync-spec.ts";
import type { PlannedWindow } from "./open-windows.ts";

/** One leg: what the inputs of its run are. */
export interface MatrixLeg {
  readonly source: string;
  /** Names, separated by commas, in the order of the configuration. */
  readonly sync: string;
}

export interface Matrix {
  readonly legs: readonly MatrixLeg[];
  /** Sources beyond the limit of a matrix; the next run finds them due again. */
  readonly omitted: number;
}

/** GitHub starts at most so many legs (G29). */
const legsMax = 256;

/** One leg per source with planned windows of these syncs, the ones that the plan was asked for. */
export function matrixOf(
  windows: readonly Pick<PlannedWindow, "syncId">[],
  syncs: readonly Pick<SyncSpec, "id" | "name" | "source">[],
): Matrix {
  const due = new Set(windows.map(({ syncId }) => syncId));
  const names = new Map<string, readonly string[]>();
  for (const { id, name, source } of syncs)
    if (due.has(id)) names.set(source, [...(names.get(source) ?? []), name]);
  const legs = [...names].map(([source, known]) => ({ source, sync: known.join(",") }));
  return { legs: legs.slice(0, legsMax), omitted: Math.max(0, legs.length - legsMax) };
}

/** The value of the output `matrix`. */
export function matrixJson({ legs }: Matrix): string {
  return JSON.stringify({ include: legs });
}
