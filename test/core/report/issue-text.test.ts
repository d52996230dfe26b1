// The one issue of an ailing sync.

import { expect, test } from "vitest";

import { issueText } from "../../../src/core/report/issue-text.ts";
import { at, syncOf } from "../../support/builders.ts";
import { endedAttempt, failedRecord, succeededRecord } from "../../support/record-builders.ts";
import { day, stateOf } from "../../support/record-of.ts";
import { hostileShown, hostileText, soundEntry, somePlace } from "../../support/report-of.ts";

const now = at("2026-11-05T12:00:00Z");
const closing =
  "This issue is kept up to date and closed by itself once the sync is well. [Runs](https://github.test/octo/crm-sync/actions).";

function covered(...days: readonly number[]) {
  return days.map((nth) => succeededRecord(day(nth)));
}

test("a sync that is well has no text, so that its issue is closed", () => {
  const entry = soundEntry(stateOf({ records: covered(1, 2, 3, 4) }), now);
  expect(issueText(entry, somePlace)).toEqual({
    syncId: "contacts",
    title: "Tidemark: contacts ails",
    body: undefined,
  });
});

test("one failure is no ailment, nor is a window that retention took or a person refused", () => {
  const gone = failedRecord(day(1), {
    failures: 0,
    error: {
      code: "retention",
      message: "gone",
      mostCommon: undefined,
      retryable: false,
      resumeAfter: undefined,
    },
  });
  const records = [gone, ...covered(2, 3), failedRecord(day(4), { failures: 1 })];
  expect(issueText(soundEntry(stateOf({ records }), now), somePlace).body).toBeUndefined();
});

test("parked and failing windows are named with their first failure, advice and remedy", () => {
  const parked = failedRecord(day(1), {
    attempt: 3,
    failures: 5,
    finishedAt: at("2026-11-04T02:00:00Z"),
    runUrl: "https://github.test/octo/crm-sync/actions/runs/5/attempts/1",
    error: {
      code: "auth",
      message: hostileText,
      mostCommon: undefined,
      retryable: false,
      resumeAfter: undefined,
    },
    history: [
      endedAttempt({ attempt: 0, finishedAt: at("2026-11-02T01:00:00Z") }),
      endedAttempt({ attempt: 1, status: "succeeded", finishedAt: at("2026-11-02T02:00:00Z") }),
      endedAttempt({ attempt: 2, finishedAt: at("2026-11-03T02:00:00Z") }),
    ],
  });
  const failing = failedRecord(day(2), { failures: 2, finishedAt: at("2026-11-04T03:00:00Z") });
  const entry = soundEntry(stateOf({ records: [parked, failing, ...covered(3, 4)] }), now);
  expect(issueText(entry, somePlace).body?.split("\n")).toEqual([
    "The sync `contacts`: 1 window parked, 1 window failing again and again.",
    "",
    "### Parked windows",
    "",
    "| window | since | code | message | look at this first |",
    "| --- | --- | --- | --- | --- |",
    `| [2026-11-01](https://github.test/octo/crm-sync/actions/runs/5/attempts/1) | 2026-11-03T02:00:00Z | \`auth\` | ${hostileShown} | renew the secret of the source |`,
    "",
    'Runs stay red until then. When the cause is gone, run the workflow by hand with `mode: rerun`, `run_id: contacts/20261101T000000Z--20261102T000000Z`, or `tidemark rerun contacts/20261101T000000Z--20261102T000000Z`. To give one up: `tidemark waive contacts/20261101T000000Z--20261102T000000Z --reason "why"`.',
    "",
    "### Failing windows",
    "",
    "| window | since | code | message | failures |",
    "| --- | --- | --- | --- | --- |",
    "| 2026-11-02 | 2026-11-04T03:00:00Z | `timeout` | crm: expected an answer within 60 s, found none; try again later | 2 |",
    "",
    "They are tried again by themselves until `run.max_attempts` is reached.",
    "",
    closing,
    "",
  ]);
});

test("a stalled sync says since when, in words that stay the same while nothing happens", () => {
  const state = stateOf({ records: covered(1) });
  const [today, tomorrow] = ["2026-11-20T06:00:00Z", "2026-11-21T06:00:00Z"].map((text) =>
    issueText(soundEntry(state, at(text)), somePlace),
  );
  expect(today?.body?.split("\n").slice(0, 5)).toEqual([
    "The sync `contacts`: stalled.",
    "",
    "### Stalled",
    "",
    "Nothing after 2026-11-02T00:00:00Z is covered although windows are due. Remedy: see in the newest runs of the workflow why none of them succeeded, and whether the schedule still starts them.",
  ]);
  expect(tomorrow).toEqual(today);
});

test("a stopped sync names its files", () => {
  const spec = syncOf({ name: "deals", id: "crm-deals" });
  const problems = [{ path: "ledger/crm-deals/fold.json", reason: hostileText }];
  expect(issueText({ kind: "stopped", spec, problems }, somePlace)).toEqual({
    syncId: "crm-deals",
    title: "Tidemark: deals ails",
    body: [
      "The sync `deals` is stopped: files of its folder in the ledger cannot be used. Nothing is read for it, and none of its files is changed; the other syncs go on.",
      "",
      "| file | reason |",
      "| --- | --- |",
      `| \`ledger/crm-deals/fold.json\` | ${hostileShown} |`,
      "",
      "Remedy: repair the files in a commit on the ledger branch; `tidemark verify` names what is wrong.",
      "",
      closing,
      "",
    ].join("\n"),
  });
});

test("very many parked windows end at 30,000 characters, the remedy names the first twenty (G29)", () => {
  const records = Array.from({ length: 3000 }, (_, nth) => {
    const start = at("2026-01-01") + nth * 3_600_000_000;
    const iso = (micros: number): string => new Date(micros / 1000).toISOString();
    return failedRecord(
      { start: at(iso(start)), end: at(iso(start + 3_600_000_000)) },
      { failures: 5 },
    );
  });
  const state = stateOf({ records, window: { start: at("2026-01-01") } });
  const body = issueText(soundEntry(state, now), somePlace).body ?? "";
  expect(body.length).toBeLessThanOrEqual(30_000);
  expect(body).toMatch(/\n2\d\d\d more parked windows left out: /);
  expect(body).toContain("(the first 20 of 3000, then the next)");
  expect(body.endsWith(`${closing}\n`)).toBe(true);
});
