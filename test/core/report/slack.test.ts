import { expect, test } from "vitest";

import {
  budgetAdvice,
  budgetText,
  slackAdvice,
  slackOf,
  slackText,
} from "../../../src/core/report/slack.ts";
import { syncStatus, type SyncStatus } from "../../../src/core/report/sync-status.ts";
import { at, hours } from "../../support/builders.ts";
import { succeededRecord } from "../../support/record-builders.ts";
import { day, stateOf } from "../../support/record-of.ts";

const daily = { months: 0, days: 1, micros: 0 };

/** A sync whose windows take so many minutes. */
function statusOf(
  minutes: number,
  every: SyncStatus["spec"]["run"]["every"],
  more: { readonly step?: typeof every; readonly concurrency?: number } = {},
): SyncStatus {
  const startedAt = at("2026-11-02T02:00:00Z");
  const finishedAt = at(new Date(startedAt / 1000 + minutes * 60_000).toISOString());
  const { concurrency = 1, step = daily } = more;
  const state = stateOf({
    records: [succeededRecord(day(1), { startedAt, finishedAt })],
    window: { step },
    run: { every, concurrency },
  });
  return syncStatus(state, at("2026-11-02T12:00:00Z"));
}

test("before the first success nothing is known", () => {
  expect(slackOf(syncStatus(stateOf(), at("2026-11-02T12:00:00Z")))).toBeUndefined();
});

test.each([
  ["a day's window each day", statusOf(36, daily), "36 min of 24 h, 97 % slack"],
  [
    "a day's window each month",
    statusOf(36, { months: 1, days: 0, micros: 0 }),
    "18 h of 31 d, 97 % slack",
  ],
  [
    "an hour's windows each day",
    statusOf(36, daily, { step: hours(1) }),
    "14 h of 24 h, 40 % slack",
  ],
  [
    "four of them at once",
    statusOf(36, daily, { step: hours(1), concurrency: 4 }),
    "4 h of 24 h, 85 % slack",
  ],
  ["longer than the time between runs", statusOf(90, hours(1)), "90 min of 60 min, 0 % slack"],
] as const)("%s", (_, status, text) => {
  const slack = slackOf(status);
  expect(slack === undefined ? "" : slackText(slack)).toBe(text);
});

test("advice comes above 40 % of the time between runs", () => {
  expect(slackAdvice(statusOf(24, hours(1)))).toBeUndefined();
  expect(slackAdvice(statusOf(25, hours(1)))).toBe(
    "contacts: a typical run needs 25 min of the 60 min between runs (42 %), too little is left for retries and waiting; aim for 20 to 40 %: run less often (run.every and the schedule) with larger windows (window.step)",
  );
});

test("a run says what it used, and one near its end what to change", () => {
  const totalMs = 1_200_000;
  expect(budgetText({ usedMs: 720_000, totalMs })).toBe(
    "used 12 min of the time budget of 20 min (60 %)",
  );
  expect(budgetAdvice({ usedMs: 960_000, totalMs })).toBeUndefined();
  expect(budgetAdvice({ usedMs: 961_000, totalMs })).toBe(
    "this run used 16 min of the time budget of 20 min (80 %); a slower day would cut it off: raise run.time_budget, below timeout-minutes of the workflow, or lower run.max_windows",
  );
});
