// For each check one trace that passes and one that differs from it in a single event.

import { describe, expect, it } from "vitest";

import { checkTrace } from "./trace-checker.ts";
import type { TraceBounds, TraceEvent } from "./trace.ts";

type Given = Partial<TraceEvent> & Pick<TraceEvent, "request" | "at" | "kind">;

const bounds: TraceBounds = {
  entries: [{ requests: 10, perMs: 1000, mode: "fast", burst: 1 }],
  concurrency: 10,
  timeoutMs: 5000,
  triesMax: 3,
  slackMs: Infinity,
};
const two: TraceBounds["entries"] = [{ requests: 2, perMs: 1000, mode: "safe", burst: 1 }];
const none: TraceBounds = { ...bounds, entries: [] };

/** Events of one run and of first tries, unless said otherwise, in order of time. */
function traceOf(...events: readonly Given[]): readonly TraceEvent[] {
  return events
    .map((event) => ({ run: "a", try: 1, ...event }))
    .toSorted((a, b) => a.at - b.at || a.request - b.request);
}

/** A request that is asked for and sent at `at`, and answered after `ms`. */
function whole(request: number, at: number, ms: number, other: Partial<TraceEvent> = {}): Given[] {
  return [
    { request, at, kind: "asked", ...other },
    { request, at, kind: "sent", ...other },
    { request, at: at + ms, kind: "answered", class: "ok", ...other },
  ];
}

/** The same trace with one event in place of the one of that request, try and kind. */
function change(trace: readonly TraceEvent[], changed: Given): readonly TraceEvent[] {
  const others = trace.filter(
    (event) =>
      event.request !== changed.request ||
      event.kind !== changed.kind ||
      event.try !== (changed.try ?? 1),
  );
  return traceOf(...others, changed);
}

const refused: Given[] = [
  ...whole(1, 0, 50, { class: "throttle" }),
  ...whole(2, 300, 50),
  ...whole(3, 600, 50),
];
const paused: Given[] = [
  ...whole(1, 0, 50, { class: "throttle" }),
  { request: 1, at: 50, kind: "pause", pauseMs: 1000 },
  ...whole(2, 1050, 50),
  ...whole(3, 1050 + 100.5 / 0.85 + 0.1, 50),
];
const retried = traceOf(
  ...[1, 2, 3].flatMap((number) => whole(1, number * 500, 10, { try: number })),
);
const retriedOften = traceOf(
  ...Array.from({ length: 6 }, (_, request) =>
    [1, 2, 3].flatMap((number) =>
      request === 5 && number > 2
        ? []
        : whole(request, request * 5000 + number * 500, 10, { try: number }),
    ),
  ).flat(),
);
const runs = traceOf(...whole(1, 0, 50), ...whole(2, 500, 50), ...whole(9, 900, 50, { run: "b" }));
const ending = traceOf(
  ...whole(1, 0, 50),
  ...whole(2, 200, 50),
  { request: 3, at: 300, kind: "asked" },
  { request: 3, at: 310, kind: "abort" },
  { request: 4, at: 320, kind: "asked" },
  { request: 4, at: 330, kind: "released" },
);

describe("trace checker", () => {
  it.for<readonly [string, TraceBounds, readonly TraceEvent[], Given, string]>([
    [
      "a send that came before its interval (check 1)",
      bounds,
      traceOf(...whole(1, 0, 10), ...whole(2, 95.5, 10), ...whole(3, 196, 10)),
      { request: 3, at: 195.9, kind: "sent" },
      "1: a/3.1 came early",
    ],
    [
      "a send at the full rate after a refusal (checks 1 and 6, P22)",
      bounds,
      traceOf(...refused, ...whole(4, 600 + 100.5 / 0.8535 - 4.999, 50)),
      { request: 4, at: 600 + 100.5 - 5, kind: "sent" },
      "1: a/4.1 came early",
    ],
    [
      "a send of two runs together that the period has no room for (check 2)",
      { ...bounds, entries: two.map((entry) => ({ ...entry, mode: "fast" as const })) },
      traceOf(...whole(1, 0, 10), ...whole(2, 600, 10), ...whole(3, 1000, 10, { run: "b" })),
      { request: 3, at: 999, kind: "sent", run: "b" },
      "2: more than 2 sent at 999",
    ],
    [
      "a try that was counted inside a full period (check 2)",
      { ...bounds, entries: two },
      traceOf(
        ...whole(1, 0, 300),
        ...whole(2, 600, 300),
        ...whole(3, 1400, 300),
        { request: 1, at: 200, kind: "counted" },
        { request: 2, at: 700, kind: "counted" },
        { request: 3, at: 1500, kind: "counted" },
      ),
      { request: 1, at: 501, kind: "counted" },
      "2: more than 2 counted at 1500",
    ],
    [
      "a send while N are answered less than W' ago (check 3)",
      { ...bounds, entries: two },
      traceOf(...whole(1, 0, 300), ...whole(2, 600, 300), ...whole(3, 1301.1, 300)),
      { request: 1, at: 301, kind: "answered" },
      "3: a/3.1 was one too many",
    ],
    [
      "a send while one without a response may still be counted (check 3, P8)",
      { ...bounds, entries: two },
      traceOf(...whole(1, 0, 300), ...whole(2, 600, 300), ...whole(3, 1301.1, 300)),
      { request: 1, at: 300, kind: "answered", class: "no_response" },
      "3: a/3.1 was one too many",
    ],
    [
      "a send inside a pause (check 4)",
      none,
      traceOf(...paused),
      { request: 2, at: 1049, kind: "sent" },
      "4: a/2.1 was sent inside a pause",
    ],
    [
      "a bunch after a pause (check 4, P20)",
      bounds,
      traceOf(...paused),
      { request: 3, at: 1050 + 100.5, kind: "sent" },
      "1: a/3.1 came early",
    ],
    [
      "a send after its abort (check 4)",
      none,
      traceOf(...whole(1, 0, 10), { request: 2, at: 60, kind: "abort" }),
      { request: 1, at: -1, kind: "abort" },
      "4: a/1.1 was sent after its abort",
    ],
    [
      "one too many in flight (check 5)",
      { ...none, concurrency: 1 },
      traceOf(...whole(1, 0, 50), ...whole(2, 50.1, 50)),
      { request: 2, at: 49, kind: "sent" },
      "5: a/2.1 made 2 in flight",
    ],
    [
      "more tries than a request may have (check 5)",
      none,
      retried,
      { request: 1, at: 1500, kind: "sent", try: 4 },
      "5: a/1.4 was a try too many",
    ],
    [
      "more retries than the run may have (check 5)",
      none,
      retriedOften,
      { request: 5, at: 26_500, kind: "sent", try: 3 },
      "5: a/5.3 was a retry too many",
    ],
    [
      "two runs at once (check 5, P13)",
      none,
      runs,
      { request: 9, at: 520, kind: "sent", run: "b" },
      "5: a used the source together with another run",
    ],
    [
      "a permit that never ended (check 6)",
      none,
      ending,
      { request: 5, at: 400, kind: "asked" },
      "6: a/5.1 did not end once",
    ],
    [
      "a permit that ended twice (check 6)",
      none,
      ending,
      { request: 4, at: 340, kind: "abort" },
      "6: a/4.1 did not end once",
    ],
    [
      "a waiter that was overtaken (check 6)",
      none,
      traceOf(
        ...whole(1, 0, 10),
        { request: 2, at: 1, kind: "asked" },
        { request: 3, at: 2, kind: "asked" },
        { request: 2, at: 20, kind: "sent" },
        { request: 3, at: 30, kind: "sent" },
        { request: 2, at: 40, kind: "answered" },
        { request: 3, at: 40, kind: "answered" },
      ),
      { request: 2, at: 31, kind: "sent" },
      "6: a/2.1 was overtaken",
    ],
    [
      "a send that was put off for nothing (check 6)",
      { ...bounds, slackMs: 2 },
      traceOf(
        ...whole(1, 0, 10),
        ...whole(2, 0, 97.5 + 10).slice(2),
        { request: 2, at: 1, kind: "asked" },
        { request: 2, at: 97.4, kind: "sent" },
      ),
      { request: 2, at: 97.6, kind: "sent" },
      "6: a/2.1 idled",
    ],
  ])("finds %s", ([, given, trace, changed, finding]) => {
    expect(checkTrace(trace, given)).toEqual([]);
    expect(checkTrace(change(trace, changed), given)).toContain(finding);
  });

  it("counts the wait for a free slot as no idling (check 6)", () => {
    const trace = traceOf(
      ...whole(1, 0, 500),
      { request: 2, at: 1, kind: "asked" },
      { request: 2, at: 501, kind: "sent" },
      { request: 2, at: 600, kind: "answered", class: "ok" },
    );
    expect([
      checkTrace(trace, { ...bounds, concurrency: 1, slackMs: 2 }),
      checkTrace(trace, { ...bounds, concurrency: 2, slackMs: 2 }),
    ]).toEqual([[], ["6: a/2.1 idled"]]);
  });
});
