// What one sync has open: lanes, retention, boundaries of records. Now is noon of 25 November 2026.

import { expect, test } from "vitest";

import { allOpen, countOpen, openWindows } from "../../../src/core/plan/open-windows.ts";
import type { RunRecord } from "../../../src/core/record/run-record.ts";
import { formatWindow } from "../../../src/core/window/window.ts";
import { at, hours, windowOf } from "../../support/builders.ts";
import { expirePurely } from "../../support/pure-run.ts";
import {
  endedAttempt,
  failedRecord,
  orderOf,
  pendingRecord,
  succeededRecord,
} from "../../support/record-builders.ts";
import { day, now, stateOf } from "../../support/record-of.ts";

const dayMicros = 86_400_000_000;
const retentionMicros = 5 * dayMicros;
const edge = at("2026-11-20T12:00:00.001Z");

test("cells before the edge of retention expire as one run, and the cell that straddles it is cut there (S45)", () => {
  const { expired, catchUp, newest } = openWindows(stateOf({ window: { retentionMicros } }), now);
  expect([expired, catchUp.map(({ window }) => window), newest?.window]).toEqual([
    [{ start: at("2026-11-01"), end: edge }],
    [{ start: edge, end: at("2026-11-21") }, day(21), day(22), day(23)],
    day(24),
  ]);
});

test("what is recorded parts the runs of expired cells (S45)", () => {
  const records = [succeededRecord(day(3)), failedRecord(day(4)), succeededRecord(day(20))];
  const { expired } = openWindows(stateOf({ records, window: { retentionMicros } }), now);
  expect(expired.map(formatWindow)).toEqual([
    "[2026-11-01T00:00:00Z, 2026-11-03T00:00:00Z)",
    "[2026-11-05T00:00:00Z, 2026-11-20T00:00:00Z)",
  ]);
});

test("an expired cell is recorded once and planned no more (S45)", () => {
  const state = expirePurely(stateOf({ window: { retentionMicros } }), now);
  const { expired, retries, catchUp } = openWindows(state, now);
  expect([expired, retries, catchUp.length, state.records.map(({ window }) => window)]).toEqual([
    [],
    [],
    4,
    [{ start: at("2026-11-01"), end: edge }],
  ]);
});

test("when the record of an expired run goes, its cells are due again as far as retention now reaches", () => {
  const state = stateOf({ window: { start: at("2026-11-19"), retentionMicros } });
  const back = {
    ...state,
    spec: { ...state.spec, window: { ...state.spec.window, retentionMicros: 6 * dayMicros } },
  };
  const { catchUp, expired } = openWindows(back, now);
  expect([expired, catchUp[0]?.window]).toEqual([
    [{ start: at("2026-11-19"), end: at("2026-11-19T12:00:00.001Z") }],
    { start: at("2026-11-19T12:00:00.001Z"), end: at("2026-11-20") },
  ]);
});

test("a pending window that begins before the edge is handed back to expire or be cut (S45)", () => {
  const straddling = pendingRecord(day(20), { attempt: 1 });
  const young = pendingRecord(day(21), { attempt: 1 });
  const state = stateOf({
    records: [straddling, young],
    window: { start: at("2026-11-20"), retentionMicros },
  });
  const { expiring, catchUp } = openWindows(state, now);
  expect([expiring, catchUp.map(({ window }) => window)]).toEqual([
    [straddling],
    [day(21), day(22), day(23)],
  ]);
});

test("a failed window before the edge keeps its place among the retries and ends there (S45)", () => {
  const failed = failedRecord(day(10));
  const state = stateOf({
    records: [failed],
    window: { start: at("2026-11-10"), retentionMicros },
  });
  expect(openWindows(state, now).retries.map(({ record }) => record)).toEqual([failed]);
});

test("without retention nothing expires", () => {
  const { expired, expiring } = openWindows(stateOf({ records: [pendingRecord(day(1))] }), now);
  expect([expired, expiring]).toEqual([[], []]);
});

test("pending windows and cells catch up together in the order of time", () => {
  const records = [
    pendingRecord(day(3), { attempt: 1 }),
    succeededRecord(windowOf("2026-11-05", "2026-11-25")),
  ];
  const { catchUp } = openWindows(stateOf({ records }), now);
  expect(catchUp.map(({ window, record }) => [window, record?.status])).toEqual([
    [day(1), undefined],
    [day(2), undefined],
    [day(3), "pending"],
    [day(4), undefined],
  ]);
});

test.for([
  [
    "pending",
    pendingRecord(windowOf("2026-11-24T12:00:00Z", "2026-11-25T11:58:00Z"), { attempt: 1 }),
  ],
  ["failed", failedRecord(windowOf("2026-11-24T12:00:00Z", "2026-11-25T11:58:00Z"))],
] as const)(
  "a %s window of an earlier grid waits for its own end and the delay (T14)",
  ([, record]) => {
    const state = stateOf({ records: [record], window: { start: at("2026-11-24") } });
    const readable = (text: string) =>
      allOpen(openWindows(state, at(text))).some((one) => one.record === record);
    expect([readable("2026-11-25T12:02:59Z"), readable("2026-11-25T12:03:00Z")]).toEqual([
      false,
      true,
    ]);
  },
);

test("a split leaves parts that are planned one by one, the last of them as the newest", () => {
  const halves = [
    windowOf("2026-11-24", "2026-11-24T12:00:00Z"),
    windowOf("2026-11-24T12:00:00Z", "2026-11-25"),
  ];
  const parts = halves.map((window): RunRecord => pendingRecord(window, { attempt: 1 }));
  const { newest, catchUp } = openWindows(
    stateOf({ records: parts, window: { start: at("2026-11-24") } }),
    now,
  );
  expect([newest?.record, newest?.reason, catchUp.map(({ record }) => record)]).toEqual([
    parts[1],
    "due",
    [parts[0]],
  ]);
});

test("a first zero waits ten minutes for its retry", () => {
  const error = {
    code: "anomaly" as const,
    message: "none",
    mostCommon: undefined,
    retryable: true,
    resumeAfter: undefined,
  };
  const record = failedRecord(day(24), { error, finishedAt: now, failures: 0 });
  const state = stateOf({ records: [record], window: { start: at("2026-11-24") } });
  expect(
    ["2026-11-25T12:09:00Z", "2026-11-25T12:10:00Z"].map((text) =>
      countOpen(openWindows(state, at(text))),
    ),
  ).toEqual([0, 1]);
});

test("the open windows are those of all lanes", () => {
  const history = [endedAttempt({ status: "succeeded" })];
  const records = [
    failedRecord(day(2)),
    failedRecord(day(3), { history }),
    failedRecord(day(4), { failures: 5 }),
    succeededRecord(windowOf("2026-11-05", "2026-11-24")),
  ];
  const orders = [orderOf({ from: at("2026-10-31"), to: at("2026-11-01"), step: hours(12) })];
  const open = openWindows(stateOf({ records, orders }), now);
  expect([countOpen(open), allOpen(open).map(({ lane }) => lane)]).toEqual([
    6,
    ["newest", "retry", "retry", "catch_up", "ordered", "ordered"],
  ]);
});
