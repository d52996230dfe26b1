// Part of 3 FETCH: the tries of one attempt on a window, as its record shows them (P25), and its HTTP errors.

import type { Requests } from "../../core/record/run-record.ts";
import { type Instant, instantOfMs } from "../../core/time/instant.ts";
import type { Answer } from "../../ports/source.ts";

export interface AttemptTally {
  sent(isRetry: boolean): void;
  answered(answer: Answer, took: { readonly ms: number; readonly wallMs: number }): void;
  throttled(): void;
  requests(): Requests;
  /** The most common HTTP error, the lower status of equals. */
  mostCommon(): { readonly status: number; readonly count: number } | undefined;
}

/** Starts counting at nothing. */
export function attemptTally(): AttemptTally {
  let requests = { sent: 0, retried: 0, throttled: 0, bytes: 0, slowestMs: 0 };
  let lastAt: Instant | undefined;
  const errors = new Map<number, number>();
  return {
    sent(isRetry) {
      requests = {
        ...requests,
        sent: requests.sent + 1,
        retried: requests.retried + (isRetry ? 1 : 0),
      };
    },
    answered(answer, took) {
      lastAt = instantOfMs(took.wallMs);
      requests = {
        ...requests,
        bytes: requests.bytes + answer.bytes,
        slowestMs: Math.max(requests.slowestMs, Math.round(took.ms)),
      };
      if (answer.kind === "response" && answer.status >= 400)
        errors.set(answer.status, (errors.get(answer.status) ?? 0) + 1);
    },
    throttled() {
      requests = { ...requests, throttled: requests.throttled + 1 };
    },
    requests: () => ({ ...requests, lastAt }),
    mostCommon() {
      const [first] = [...errors].toSorted(
        ([status, count], [other, others]) => others - count || status - other,
      );
      return first === undefined ? undefined : { status: first[0], count: first[1] };
    },
  };
}
