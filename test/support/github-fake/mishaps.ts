// The bodies of answers that went wrong, in GitHub's words.

import type { FakeRequest, FaultAction } from "./faults.ts";
import { refusalBody } from "./rest-answer.ts";
import type { RestAnswer } from "./rest-call.ts";

const somethingWrong =
  "Something went wrong while executing your query. This may be the result of a timeout, or it could be a GitHub bug. Please include `FAKE:0` when reporting this issue.";
const secondary =
  "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
const primary = "API rate limit exceeded for installation ID 1.";

export function wentWrong(request: FakeRequest): RestAnswer {
  return request.route.startsWith("graphql:")
    ? { status: 200, body: { data: null, errors: [{ message: somethingWrong }] } }
    : refusalBody("Server Error", 500);
}

export function refusedInWords(
  request: FakeRequest,
  { status, message }: FaultAction & { readonly kind: "refuse" },
): RestAnswer {
  return status === 200 && request.route.startsWith("graphql:")
    ? { status, body: { data: null, errors: [{ message }] } }
    : refusalBody(message, status);
}

/** The last alias of the repository, or of the root, comes back null. */
export function partial(answer: RestAnswer, isSilent: boolean): RestAnswer {
  const { data, errors = [] } = answer.body as {
    data?: Record<string, unknown>;
    errors?: readonly unknown[];
  };
  if (data === undefined) return answer;
  const repository = data["repository"] as Record<string, unknown> | null | undefined;
  const holder = repository ?? data;
  const path = repository ? ["repository"] : [];
  const last = Object.keys(holder).at(-1) ?? "";
  const cut = { ...holder, [last]: null };
  const error = {
    type: "RESOURCE_LIMITS_EXCEEDED",
    path: [...path, last],
    message: "Resource limits for this query exceeded.",
  };
  return {
    ...answer,
    body: {
      data: repository ? { ...data, repository: cut } : cut,
      ...(isSilent && errors.length === 0
        ? {}
        : { errors: isSilent ? errors : [...errors, error] }),
    },
  };
}

export function outOfPoints(
  request: FakeRequest,
  headers: Readonly<Record<string, string>>,
): RestAnswer {
  return { ...words(request, primary, undefined), headers };
}

export function limitedAnswer(
  action: FaultAction & { readonly kind: "limited" },
  request: FakeRequest,
  now: number,
): RestAnswer {
  const isPrimary = action.limit === "primary";
  const reset = Math.ceil(now / 1000) + (action.resetIn ?? 60);
  return {
    ...words(request, isPrimary ? primary : secondary, action.status),
    headers: {
      ...(action.retryAfter === undefined ? {} : { "retry-after": String(action.retryAfter) }),
      ...(isPrimary ? { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(reset) } : {}),
    },
  };
}

function words(request: FakeRequest, message: string, status: number | undefined): RestAnswer {
  const isGraphql = request.route.startsWith("graphql:");
  const chosen = status ?? (isGraphql ? 200 : 403);
  return chosen === 200
    ? { status: 200, body: { errors: [{ type: "RATE_LIMITED", message }] } }
    : refusalBody(message, chosen);
}
