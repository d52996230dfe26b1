// The closed list of failure codes and what follows from each. One place decides; everybody else asks.

/** Every code that may stand in `error.code` of a run record (contract 3.1). */
export const failureCodes = [
  "auth",
  "config",
  "source_rejected",
  "throttled",
  "quota",
  "timeout",
  "network",
  "malformed_response",
  "incomplete",
  "unordered",
  "cap",
  "deadline",
  "cancelled",
  "lost",
  "destination",
  "item_failures",
  "anomaly",
  "retention",
  "fenced",
  "rejected",
  "internal",
] as const;

/** A code of the closed list (contract 3.1). */
export type FailureCode = (typeof failureCodes)[number];

/**
 * Why something expected did not come about. Expected outcomes are values, never thrown.
 * `message` is subject, expectation, finding, remedy; it holds no secret, row value or absolute path.
 */
export interface Failure {
  readonly code: FailureCode;
  readonly message: string;
  /** HTTP status of the answer that decided it, if there was one. */
  readonly status: number | undefined;
  /** Epoch microseconds before which another attempt is pointless (contract 3.1). */
  readonly resumeAt: number | undefined;
}

/** An expected outcome: the value, or why there is none. */
export type Outcome<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly failure: Failure };

/** The outcome that holds a value. */
export function succeed<Value>(value: Value): { readonly ok: true; readonly value: Value } {
  return { ok: true, value };
}

/** The outcome that holds a failure; what is not given is unknown. */
export function fail(
  code: FailureCode,
  message: string,
  more: { readonly status?: number | undefined; readonly resumeAt?: number | undefined } = {},
): { readonly ok: false; readonly failure: Failure } {
  return { ok: false, failure: { code, message, status: more.status, resumeAt: more.resumeAt } };
}
