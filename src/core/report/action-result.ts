// What a call of the action came to, whatever its mode: the one model behind the job summary, the annotations and the
// outputs (contract 6). Types, and the masking that every text of it passes.

import { failureCodes } from "../failure/failure.ts";
import type { Matrix } from "../plan/matrix.ts";
import { reprocessKinds } from "../plan/order-record.ts";
import { planReasons } from "../record/run-record.ts";
import type { BackfillView, PlanView } from "./plan-view.ts";
import type { Published } from "./published.ts";
import type { RunReport } from "./run-report.ts";
import type { StatusView } from "./status-view.ts";
import type { VerifyView } from "./verify-view.ts";

/** Records that were read and could not be committed (contract 4.6). */
export interface Rescue {
  /** The folder as a later step finds it, for the output. */
  readonly folder: string;
  /** The folder as it may be shown: no absolute path. */
  readonly shown: string;
  /** Run records and orders with their text; folded months and rows of a destination by their path only. */
  readonly files: readonly { readonly path: string; readonly text: string | undefined }[];
}

/** An order with what became of its pull request; `none` for one that was committed, or only looked at. */
export interface OrderedView {
  readonly view: BackfillView;
  readonly published: Published;
}

export type ActionResult =
  | {
      readonly kind: "run";
      readonly report: RunReport;
      /** Orders that this call committed before it ran (contract 9, backfill). */
      readonly ordered: readonly BackfillView[];
      readonly published: Published;
    }
  | { readonly kind: "plan"; readonly plan: PlanView; readonly matrix: Matrix }
  /** Orders without a run: proposed as pull requests, or with `isDryRun` only looked at. */
  | {
      readonly kind: "orders";
      readonly orders: readonly OrderedView[];
      readonly isDryRun: boolean;
    }
  | { readonly kind: "status"; readonly view: StatusView }
  | { readonly kind: "verify"; readonly view: VerifyView }
  /** The push that started this brought a commit of our own, so that there is nothing to react to (G26). */
  | { readonly kind: "own_push" }
  | { readonly kind: "compact"; readonly folded: number; readonly commit: string | undefined }
  | {
      readonly kind: "error";
      readonly exitCode: 2 | 3 | 70 | 130;
      readonly messages: readonly string[];
      readonly rescue: Rescue | undefined;
    };

/** How the step ends, which `fail-on` decides (contract 6). */
export interface StepVerdict {
  readonly isRed: boolean;
  /** Gaps are what makes the step fail. */
  readonly gapsFail: boolean;
}

/** Where a page stands, for its links and its last line. */
export interface PagePlace {
  /** Of Tidemark. */
  readonly version: string;
  readonly mode: string;
  readonly runUrl: string | undefined;
  /** `https://github.com/owner/name`; undefined where nothing can be linked. */
  readonly repositoryUrl: string | undefined;
}

/** Which of the rescued files a page may repeat: records and orders of the ledger, no rows of a destination. */
export function rescueOf(rescued: {
  readonly folder: string;
  readonly shown: string;
  /** The ledger's folder in the repository. */
  readonly ledger: string;
  readonly files: readonly { readonly path: string; readonly content: string | undefined }[];
}): Rescue {
  const { folder, shown, ledger, files } = rescued;
  const kept = files.flatMap(({ path, content }) => {
    if (content === undefined) return [];
    const isRecord = path.startsWith(`${ledger}/`) && path.endsWith(".json");
    return [{ path, text: isRecord ? content : undefined }];
  });
  return { folder, shown, files: kept };
}

/** The same with every text masked. Before a page is made of it: an escaped secret would no longer be recognised. */
export function maskTexts<Value>(value: Value, mask: (text: string) => string): Value {
  // The shape is the same: only texts differ.
  return masked(value, mask) as Value;
}

function masked(value: unknown, mask: (text: string) => string): unknown {
  if (typeof value === "string") return ownWords.has(value) ? value : mask(value);
  if (Array.isArray(value)) return value.map((part) => masked(part, mask));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, masked(part, mask)]),
  );
}

// Words of the model, which decide what a page says: a variable that happens to hold one of them changes nothing.
const ownWords: ReadonlySet<string> = new Set([
  ...failureCodes,
  ...planReasons,
  ...reprocessKinds,
  ..."run plan orders status verify compact own_push error".split(" "),
  ..."none open refused failed sound stopped ok nothing_due partial".split(" "),
  ..."pending running succeeded released staged parked lost waived covered stale".split(" "),
  ..."newest oldest retry catch_up ordered".split(" "),
]);
