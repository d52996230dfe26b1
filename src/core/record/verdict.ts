// What `succeeded` requires (L9): a proven last page, balanced counts, failed items within `tolerate`, and a zero
// that is believed. Whether a failure counts towards `max_attempts` is decided here too (contract 3.2).

import { invariant } from "../failure/assert.ts";
import type { Failure, FailureCode } from "../failure/failure.ts";
import type { SyncSpec, Tolerance } from "../sync/sync-spec.ts";
import { instantOf } from "../time/instant.ts";
import { type ZeroVerdict, zeroAccepted } from "./anomaly.ts";
import { imbalance, type ItemCounts } from "./counts.ts";
import type { RecordError } from "./run-record.ts";
import type { Measured, Verdict } from "./transitions.ts";

/** The verdict on a read whose last page is proven and whose rows are durable (L5, L9). */
export function judgeRead(
  measured: Measured,
  zero: ZeroVerdict,
  spec: Pick<SyncSpec, "tolerate">,
): Verdict {
  const unequal = imbalance(measured.itemCounts);
  invariant(unequal === undefined, `L9: ${unequal ?? ""}`);
  const { failed, fetched } = measured.itemCounts;
  if (exceeds(measured.itemCounts, spec.tolerate)) {
    const message = `${failed} of ${fetched} items failed; tolerate allows ${formatTolerance(spec.tolerate)}; see failed_items, mend the items or the mapping, or raise tolerate`;
    return failedWith("item_failures", message, true);
  }
  if (zero === "accepted") {
    const message =
      "no records: accepted, since the newest covered window still has some, or none is left to ask";
    return { kind: "succeeded", warnings: [{ code: zeroAccepted, count: 1, message }] };
  }
  if (zero === "ordinary") return { kind: "succeeded", warnings: [] };
  return failedWith("anomaly", zeroMessages[zero], zero === "refused");
}

const zeroMessages = {
  suspect:
    "no records where the last windows of this length had ten or more; read again in ten minutes or later, with a control request first",
  unbelieved:
    "no records, and the newest covered window answers empty too; check the permissions of the source's credentials",
  refused:
    "no records where the last windows of this length had ten or more, and alerts.zero is fail; rerun the window when the source is right",
} as const;

/** The verdict on an attempt that did not come to its end. */
export function judgeFailure(
  failure: Failure,
  facts: {
    readonly uncounted: boolean;
    readonly mostCommon: RecordError["mostCommon"];
  },
): Verdict {
  const resumeAfter = failure.resumeAt === undefined ? undefined : instantOf(failure.resumeAt);
  return {
    kind: "failed",
    counted: !facts.uncounted && counts(failure.code) && resumeAfter === undefined,
    error: {
      code: failure.code,
      message: failure.message,
      mostCommon: facts.mostCommon,
      retryable: isRetryable(failure.code),
      resumeAfter,
    },
  };
}

/** Codes that never count towards `max_attempts`, whatever else is known. */
function counts(code: FailureCode): boolean {
  return code !== "quota" && code !== "throttled" && code !== "cancelled";
}

/** Whether another attempt of the same window can end otherwise without a person. */
export function isRetryable(code: FailureCode): boolean {
  return code !== "config" && code !== "retention" && code !== "rejected";
}

/** Whether failed items are more than a window may have and still succeed. */
export function exceeds(items: ItemCounts, tolerate: Tolerance): boolean {
  if (tolerate.kind === "count") return items.failed > tolerate.items;
  return items.failed > items.fetched * tolerate.share;
}

function formatTolerance(tolerate: Tolerance): string {
  return tolerate.kind === "count" ? String(tolerate.items) : `${tolerate.share * 100} %`;
}

function failedWith(code: FailureCode, message: string, counted: boolean): Verdict {
  const error = { code, message, mostCommon: undefined, retryable: true, resumeAfter: undefined };
  return { kind: "failed", counted, error };
}
