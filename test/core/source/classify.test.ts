import { expect, test } from "vitest";

import type { Answer, Asked, Verdict } from "../../../src/core/source/answer.ts";
import { classify } from "../../../src/core/source/classify.ts";
import { ExactNumber } from "../../../src/core/source/exact-number.ts";
import type { ResponseRule } from "../../../src/core/sync/sync-spec.ts";
import { limitsOf } from "../../support/builders.ts";

const secretUrl = "https://api.example.com/v2/contacts?token=hunter2";

function asked(overrides: Partial<Asked> = {}): Asked {
  return {
    source: "crm",
    method: "GET",
    url: secretUrl,
    redirects: 0,
    limits: limitsOf(),
    ...overrides,
  };
}

function response(
  status: number,
  text = "{}",
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return {
    kind: "response",
    status,
    headers: new Map(Object.entries(headers).map(([name, value]) => [name, [value]])),
    body: { ok: true, text },
    bytes: text.length,
  };
}

function rule(overrides: Partial<ResponseRule>): ResponseRule {
  return {
    statuses: undefined,
    header: undefined,
    body: undefined,
    action: "fail",
    waitMs: undefined,
    ...overrides,
  };
}

const ruled = (rules: readonly Partial<ResponseRule>[], maxDepth = 64): Asked =>
  asked({ limits: limitsOf({ responses: rules.map(rule), maxDepth }) });

/** Action, class and code, the parts that the table of section 10 names. */
function gist(verdict: Verdict): readonly (string | undefined)[] {
  const code = "failure" in verdict ? verdict.failure.code : undefined;
  return [verdict.action, verdict.pace, code];
}

test.each([
  [200, {}, "read", "ok", undefined],
  [201, {}, "read", "ok", undefined],
  [204, {}, "empty", "ok", undefined],
  [205, {}, "empty", "ok", undefined],
  [304, {}, "empty", "ok", undefined],
  [300, {}, "fail", "fault", "source_rejected"],
  [400, {}, "fail", "fault", "source_rejected"],
  [401, {}, "fail", "fault", "auth"],
  [403, {}, "fail", "fault", "auth"],
  [404, {}, "fail", "fault", "source_rejected"],
  [404, { "retry-after": "1" }, "fail", "fault", "source_rejected"],
  [407, {}, "fail", "fault", "auth"],
  [408, {}, "retry", "fault", "source_rejected"],
  [422, {}, "fail", "fault", "source_rejected"],
  [425, {}, "retry", "fault", "source_rejected"],
  [429, {}, "throttle", "throttle", "throttled"],
  [500, {}, "retry", "fault", "source_rejected"],
  [501, {}, "fail", "fault", "source_rejected"],
  [501, { "retry-after": "soon" }, "throttle", "throttle", "throttled"],
  [502, {}, "retry", "fault", "source_rejected"],
  [503, {}, "retry", "fault", "source_rejected"],
  [503, { "retry-after": "30" }, "throttle", "throttle", "throttled"],
  [504, {}, "retry", "fault", "source_rejected"],
  [529, {}, "throttle", "throttle", "throttled"],
  [403, { "retry-after": "30" }, "throttle", "throttle", "throttled"],
  [403, { "x-ratelimit-remaining": "0" }, "throttle", "throttle", "throttled"],
  [403, { "x-rate-limit-remaining": " 0 " }, "throttle", "throttle", "throttled"],
  [403, { "ratelimit-remaining": "00" }, "throttle", "throttle", "throttled"],
  [403, { "x-ratelimit-remaining": "10" }, "fail", "fault", "auth"],
  [403, { "x-ratelimit-remaining": "" }, "fail", "fault", "auth"],
  [403, { ratelimit: '"day";r=0;t=30' }, "throttle", "throttle", "throttled"],
  [403, { ratelimit: '"day";r=9, "hour";r=0' }, "throttle", "throttle", "throttled"],
  [403, { ratelimit: '"day";r=05;t=30' }, "fail", "fault", "auth"],
  [401, { "x-ratelimit-remaining": "0" }, "fail", "fault", "auth"],
] as const)("%i with %j: %s, %s, %s (P17, S69)", (status, headers, action, pace, code) => {
  expect(gist(classify(response(status, "{}", headers), asked()))).toEqual([action, pace, code]);
});

test("a page brings its document, exact and without __proto__ (S22, S23)", () => {
  const text = '{"items":[{"id":9007199254740993}],"__proto__":{}}';
  expect(classify(response(200, text), asked())).toEqual({
    action: "read",
    pace: "ok",
    document: { items: [{ id: new ExactNumber("9007199254740993") }] },
    protoDropped: true,
  });
});

test("a failure names subject, expectation, finding and remedy, and no query (contract 3.1)", () => {
  expect(classify(response(401), asked())).toEqual({
    action: "fail",
    pace: "fault",
    failure: {
      code: "auth",
      message:
        "source crm: GET https://api.example.com/v2/contacts: expected a page, got status 401; " +
        "check the secret named in auth and what it may read",
      status: 401,
      resumeAt: undefined,
    },
  });
});

test.each([
  ["network", "retry", "fault", "network"],
  ["cut_off", "retry", "fault", "network"],
  ["timeout", "retry", "fault", "timeout"],
  ["aborted", "aborted", "fault", undefined],
] as const)("no response by %s: %s, %s, %s (S68)", (cause, action, pace, code) => {
  const answer: Answer = { kind: "no_response", cause, message: "ECONNRESET", bytes: 0 };
  expect(gist(classify(answer, asked()))).toEqual([action, pace, code]);
});

test.each(["", "<html>Bad gateway</html>", '{"items":[1,2', "null and void"])(
  "200 with %j is asked again and ends as malformed_response (S24, S68)",
  (text) => {
    const verdict = classify(response(200, text), asked());
    expect(gist(verdict)).toEqual(["retry", "fault", "malformed_response"]);
  },
);

test("200 with JSON too deep or a number too large is final (S21, S22)", () => {
  expect(gist(classify(response(200, "[[[1]]]"), ruled([], 2)))).toEqual([
    "fail",
    "ok",
    "malformed_response",
  ]);
  expect(gist(classify(response(200, "[1e400]"), asked()))).toEqual([
    "fail",
    "ok",
    "malformed_response",
  ]);
});

const unreadable = (status: number): Answer => ({
  kind: "response",
  status,
  headers: new Map(),
  body: { ok: false, reason: "a body of more than 1024 bytes" },
  bytes: 1025,
});

test("a page that could not be read is final, and no rule makes it anything else (S20, S75)", () => {
  const verdict = classify(unreadable(200), ruled([{ statuses: [200], action: "retry" }]));
  expect(gist(verdict)).toEqual(["fail", "ok", "malformed_response"]);
  const deep = classify(response(200, "[[1]]"), ruled([{ statuses: [200], action: "empty" }], 1));
  expect(gist(deep)).toEqual(["fail", "ok", "malformed_response"]);
});

test("of an error page that could not be read the status still decides (S20)", () => {
  expect(gist(classify(unreadable(429), asked()))).toEqual(["throttle", "throttle", "throttled"]);
  expect(gist(classify(unreadable(503), asked()))).toEqual(["retry", "fault", "source_rejected"]);
});

test("the first rule that matches goes before the built-in table, 2xx included (P30)", () => {
  const body = (values: readonly string[]) =>
    ({ at: { in: "body", pointer: ["code"] }, test: { kind: "equals", values } }) as const;
  const rules = ruled([
    { statuses: [200], body: body(["THROTTLED"]), action: "throttle", waitMs: 2000 },
    { statuses: ["4xx"], body: body(["DAILY"]), action: "stop", waitMs: 3_600_000 },
    { statuses: ["4xx"], action: "empty" },
    { statuses: ["5xx"], action: "skip" },
  ]);
  const throttled = classify(response(200, '{"code":"THROTTLED"}'), rules);
  expect(throttled).toMatchObject({ action: "throttle", pace: "throttle", waitMs: 2000 });
  const stopped = classify(response(429, '{"code":"DAILY"}'), rules);
  expect(stopped).toMatchObject({ action: "stop", pace: "throttle", waitMs: 3_600_000 });
  expect(gist(stopped)).toEqual(["stop", "throttle", "throttled"]);
  expect(gist(classify(response(401, "{}"), rules))).toEqual(["empty", "ok", undefined]);
  expect(gist(classify(response(500, "{}"), rules))).toEqual(["skip", "ok", "source_rejected"]);
  expect(gist(classify(response(200, "{}"), rules))).toEqual(["read", "ok", undefined]);
});

test.each([
  ["retry", "retry", "fault", "source_rejected"],
  ["refresh_auth", "fail", "fault", "auth"],
  ["restart_pages", "restart_pages", "ok", "incomplete"],
  ["cap", "cap", "ok", "cap"],
  ["fail", "fail", "fault", "source_rejected"],
] as const)("then: %s gives %s, %s, %s (S69, S71, S74)", (then, action, pace, code) => {
  const rules = ruled([{ statuses: [422], action: then }]);
  expect(gist(classify(response(422), rules))).toEqual([action, pace, code]);
});

test("then: fail on a 2xx is source_rejected, on a 403 auth (S69)", () => {
  const rules = ruled([{ statuses: [200, 403], action: "fail" }]);
  expect(gist(classify(response(200), rules))).toEqual(["fail", "ok", "source_rejected"]);
  expect(gist(classify(response(403, "{}", { "retry-after": "9" }), rules))).toEqual([
    "fail",
    "fault",
    "auth",
  ]);
});

const equals = (...values: readonly (string | number | boolean | null)[]) =>
  ({ kind: "equals", values }) as const;

test.each([
  ['{"a":1}', equals(1), true],
  ['{"a":1}', equals("1"), false],
  ['{"a":"1"}', equals(1), false],
  ['{"a":true}', equals(2, true), true],
  ['{"a":null}', equals(null), true],
  ["{}", equals(null), false],
  ['{"a":"Secondary RATE limit"}', { kind: "contains", text: "rate Limit" } as const, true],
  ['{"a":["rate limit"]}', { kind: "contains", text: "rate limit" } as const, false],
  ['{"a":0}', { kind: "present", present: true } as const, true],
  ['{"a":null}', { kind: "present", present: true } as const, false],
  ['{"a":null}', { kind: "present", present: false } as const, true],
  ["{}", { kind: "present", present: false } as const, true],
  ["no JSON", { kind: "present", present: false } as const, false],
] as const)("of the body %s, %j holds: %s (section 1)", (text, predicate, expected) => {
  const rules = ruled([{ body: { at: { in: "body", pointer: ["a"] }, test: predicate } }]);
  const verdict = classify(response(418, text), rules);
  const matched = "failure" in verdict && verdict.failure.message.includes("limits.responses");
  expect(matched).toBe(expected);
});

test("a header rule finds its header in any case, and all given conditions must hold (P30)", () => {
  const rules = ruled([
    {
      statuses: [403],
      header: { at: { in: "header", name: "X-Reason" }, test: { kind: "contains", text: "limit" } },
      body: { at: { in: "body", pointer: ["a"] }, test: { kind: "present", present: true } },
      action: "throttle",
    },
  ]);
  const headers = { "x-reason": "Rate LIMIT" };
  expect(classify(response(403, '{"a":1}', headers), rules).action).toBe("throttle");
  expect(classify(response(403, '{"b":1}', headers), rules).action).toBe("fail");
  expect(classify(response(403, '{"a":1}'), rules).action).toBe("fail");
});

test("a redirect inside the origin is followed, the method kept (S5)", () => {
  const to = (status: number, location: string, more: Partial<Asked> = {}) =>
    classify(response(status, "", { location }), asked(more));
  const url = "https://api.example.com/v3?x=1";
  for (const status of [301, 302, 307, 308]) {
    expect(to(status, "/v3?x=1")).toEqual({ action: "redirect", pace: "ok", url });
  }
  expect(to(307, url, { method: "POST" })).toEqual({ action: "redirect", pace: "ok", url });
  for (const verdict of [
    to(301, url, { method: "POST" }),
    to(302, url, { method: "POST" }),
    to(303, url),
    to(301, "https://api.example.com.evil.test/v3"),
    to(301, "http://api.example.com/v3"),
    to(301, "//evil.test/v3"),
    to(301, url, { redirects: 3 }),
    classify(response(301), asked()),
  ]) {
    expect(gist(verdict)).toEqual(["fail", "fault", "source_rejected"]);
  }
});

test("no message of any verdict shows the query of a URL (S3)", () => {
  const statuses = [200, 301, 400, 401, 429, 500];
  const verdicts = statuses.map((status) =>
    classify(response(status, "<", { location: "https://evil.test/?token=hunter2" }), asked()),
  );
  expect(JSON.stringify(verdicts)).not.toContain("hunter2");
});
