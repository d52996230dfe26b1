// What fold.json says of the windows that were folded into monthly files (contract 3.5).

import type { Instant } from "../time/instant.ts";
import type { Coverage } from "../window/coverage.ts";
import type { Window } from "../window/window.ts";
import type { ItemCounts } from "./counts.ts";

/** The version of the schema this program writes. */
export const foldSchema = 1;

/** Coverage of folded windows whose last success carries this digest. */
export interface FoldedCoverage {
  readonly mappingDigest: string;
  readonly ranges: Coverage;
}

/** One monthly file `<YYYY>-<MM>.jsonl`. */
export interface FoldedMonth {
  /** `YYYY-MM`, the UTC month of the windows' starts. */
  readonly month: string;
  readonly windows: number;
  readonly itemCounts: ItemCounts;
  /** Lower-case hex sha256 of the file's bytes. */
  readonly sha256: string;
}

/** Sends of one minute, for pace and quota of later runs (P11, P14). */
export interface FoldedSends {
  /** Start of the minute. */
  readonly minute: Instant;
  readonly source: string;
  readonly sent: number;
}

/** A folded window as a baseline for later ones. */
export interface FoldedBaseline {
  readonly window: Window;
  readonly records: number;
  readonly durationMs: number;
  readonly requests: number;
}

export interface Fold {
  readonly coverage: readonly FoldedCoverage[];
  readonly months: readonly FoldedMonth[];
  readonly sends: readonly FoldedSends[];
  /** The newest 512 folded windows, oldest first. */
  readonly baselines: readonly FoldedBaseline[];
}

/** Nothing folded. */
export const emptyFold: Fold = { coverage: [], months: [], sends: [], baselines: [] };
