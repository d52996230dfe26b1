import { expect, test } from "vitest";

import { noRequests } from "../../../src/core/record/run-record.ts";
import { sendsOf } from "../../../src/core/record/sends.ts";
import { at } from "../../support/builders.ts";
import {
  endedAttempt,
  failedRecord,
  pendingRecord,
  runningRecord,
  succeededRecord,
} from "../../support/record-builders.ts";
import { day } from "../../support/record-of.ts";

const first = at("2026-11-24T01:00:00Z");
const second = at("2026-11-24T02:00:00Z");
const third = at("2026-11-24T03:00:00Z");

test("sends are those of the outcome, of every ended attempt and of those summed up (P12, P14)", () => {
  const record = succeededRecord(day(23), {
    requests: { ...noRequests, sent: 7, lastAt: third },
    history: [
      endedAttempt({ requests: { sent: 3, lastAt: second } }),
      endedAttempt({ status: "released", requests: { sent: 0, lastAt: undefined } }),
    ],
    historyFolded: { attempts: 4, requests: 31, lastAt: first },
  });
  expect(sendsOf(record)).toEqual([
    { sent: 7, lastAt: third },
    { sent: 3, lastAt: second },
    { sent: 31, lastAt: first },
  ]);
});

test("an attempt that runs has no sends yet, what came before it has (P12)", () => {
  const history = [endedAttempt({ requests: { sent: 3, lastAt: second } })];
  const requests = { ...noRequests, sent: 9, lastAt: third };
  const records = [
    runningRecord(day(23), { history, requests }),
    pendingRecord(day(23), { history }),
  ];
  expect(records.map(sendsOf)).toEqual([
    [{ sent: 3, lastAt: second }],
    [{ sent: 3, lastAt: second }],
  ]);
});

test("a failed attempt counts, one that sent nothing does not", () => {
  const failed = failedRecord(day(23), { requests: { ...noRequests, sent: 2, lastAt: first } });
  expect([sendsOf(failed), sendsOf(failedRecord(day(23)))]).toEqual([
    [{ sent: 2, lastAt: first }],
    [],
  ]);
});
