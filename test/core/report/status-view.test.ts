// The screens of `status`, compared whole.

import { expect, test } from "vitest";

import { waive } from "../../../src/core/record/transitions.ts";
import { statusJson } from "../../../src/core/report/status-json.ts";
import { statusText, type StatusView } from "../../../src/core/report/status-view.ts";
import { syncStatus } from "../../../src/core/report/sync-status.ts";
import { at } from "../../support/builders.ts";
import { failedRecord, succeededRecord } from "../../support/record-builders.ts";
import { day, stateOf } from "../../support/record-of.ts";
import { everyStatus } from "../../support/status-of.ts";

function linesOf(view: StatusView): readonly string[] {
  return statusText(view).split("\n");
}

function viewOf(state: ReturnType<typeof stateOf>, nowText: string): StatusView {
  const now = at(nowText);
  const status = syncStatus(state, now);
  return {
    now,
    commit: "c",
    syncs: [{ kind: "sound", status, heldUntil: undefined }],
    retired: [],
  };
}

test("shows every state there is, with the remedy beside what needs a person", () => {
  expect(linesOf(everyStatus())).toEqual([
    "contacts: crm to local.contacts, windows of 1d, every 1d",
    "  [#~#~xwP!.>>.#..] 2026-11-01 to 2026-11-16",
    "  covered to 2026-11-14T00:00:00Z, 2 d ago; horizon 2026-11-16T00:00:00Z",
    "  source crm is left alone until 2026-11-16T12:30:00Z",
    "  open: 1 due, 1 to retry, 3 to catch up, 2 ordered",
    "  gap 2026-11-05: lost x",
    "  gap 2026-11-06: waived w",
    "  gap 2026-11-07: parked P",
    "  gap 2026-11-08: failed !",
    "  gap 2026-11-09: open .",
    "  gap 2026-11-10 to 2026-11-12: running >",
    "  gap 2026-11-12: open .",
    "  gap 2026-11-14 to 2026-11-16: open .",
    "  running 2026-11-10 attempt 3 for 10 min, by local:0a1b2c3d, lease until 2026-11-16T12:20:00Z",
    "  running 2026-11-11 attempt 1 for 10 h, by local:99887766, lease ended 2026-11-16T02:25:00Z; the next run recovers it",
    "  parked 2026-11-05, retention: the source no longer has it",
    '    remedy: give it up: tidemark waive contacts/20261105T000000Z--20261106T000000Z --reason "why"',
    "  parked 2026-11-07 after 5 failures, timeout: crm: expected an answer within 60 s, found none; try again later",
    "    remedy: tidemark rerun contacts/20261107T000000Z--20261108T000000Z",
    '    or give it up: tidemark waive contacts/20261107T000000Z--20261108T000000Z --reason "why"',
    "  waived 2026-11-06 (timeout) on 2026-11-15T09:00:00Z: the vendor lost that day; tidemark rerun contacts/20261106T000000Z--20261107T000000Z takes it up again",
    "  failed 2026-11-08 attempt 2, timeout: crm: expected an answer within 60 s, found none; try again later; the next run tries again",
    "  stale, read with another mapping: 2 ranges from 2026-11-02T00:00:00Z to 2026-11-05T00:00:00Z",
    "    remedy: tidemark backfill contacts --reprocess stale --from 2026-11-02T00:00:00Z --to 2026-11-05T00:00:00Z",
    "  order 20261125T000000Z-0a1b 2026-10-30 to 2026-11-01 missing: 2 windows left, the year before",
    "  a window typically takes 100 s of the 24 h between runs",
    "",
    "deals: crm to local.deals, windows of 1d, every 1d  STOPPED: its folder in the ledger is damaged",
    "  ledger/deals/2026/11/20261101T000000Z--20261102T000000Z.json: expected JSON, found conflict markers of git; keep one side and commit it",
    "",
    "old: retired, no sync of this configuration has this id; 2 record files, 40 folded, covered to 2026-06-01T00:00:00Z",
    "",
    "legend: # covered  ~ stale  . open  > running  ! failed  P parked  w waived  x lost",
    "",
  ]);
});

test("a sync that is up to date is four lines and the legend", () => {
  const records = [1, 2, 3].map((nth) => succeededRecord(day(nth)));
  expect(linesOf(viewOf(stateOf({ records }), "2026-11-04T06:00:00Z"))).toEqual([
    "contacts: crm to local.contacts, windows of 1d, every 1d",
    "  [###] 2026-11-01 to 2026-11-04",
    "  covered to 2026-11-04T00:00:00Z, 6 h ago; horizon 2026-11-04T00:00:00Z",
    "  open: none",
    "  a window typically takes 0 s of the 24 h between runs",
    "",
    "legend: # covered  ~ stale  . open  > running  ! failed  P parked  w waived  x lost",
    "",
  ]);
});

test("before the first window may be read there is no strip and no legend", () => {
  expect(linesOf(viewOf(stateOf(), "2026-11-01T06:00:00Z"))).toEqual([
    "contacts: crm to local.contacts, windows of 1d, every 1d",
    "  no window may be read yet",
    "  nothing covered yet; horizon 2026-11-01T00:00:00Z",
    "  open: none",
    "",
  ]);
});

test("nobody is sent to rerun what the source keeps no more, which would keep it from coming back with retention", () => {
  const error = {
    code: "retention" as const,
    message: "gone",
    mostCommon: undefined,
    retryable: false,
    resumeAfter: undefined,
  };
  const records = [1, 2].map((nth) => failedRecord(day(nth), { attempt: 0, failures: 0, error }));
  const [first, second] = records;
  const given = waive(second!, "why", at("2026-11-04T00:00:00Z"));
  const state = stateOf({ records: [first!, given] });
  const lines = linesOf(viewOf(state, "2026-11-04T06:00:00Z"));
  expect(lines.filter((line) => /^ +(?:parked|waived|remedy|or)\b|rerun/.test(line))).toEqual([
    "  parked 2026-11-01, retention: gone",
    `    remedy: give it up: tidemark waive ${first!.runId} --reason "why"`,
    "  waived 2026-11-02 (retention) on 2026-11-04T00:00:00Z: why",
  ]);
  const json = statusJson(viewOf(state, "2026-11-04T06:00:00Z"));
  expect(json).toMatchObject({
    syncs: [
      {
        parked: [{ remedy: `tidemark waive ${first!.runId} --reason "why"` }],
        waived: [{ remedy: null }],
      },
    ],
  });
});

test("a sync behind its cadence says so, with its zone", () => {
  const records = [succeededRecord(day(1))];
  const state = stateOf({ records, window: { timezone: "Etc/UTC" } });
  expect(linesOf(viewOf(state, "2026-11-08T06:00:00Z"))).toEqual([
    "contacts: crm to local.contacts, windows of 1d in Etc/UTC, every 1d  STALLED: nothing newer is covered",
    "  [#......] 2026-11-01 to 2026-11-08",
    "  covered to 2026-11-02T00:00:00Z, 6 d ago; horizon 2026-11-08T00:00:00Z",
    "  open: 1 due, 5 to catch up",
    "  gap 2026-11-02 to 2026-11-08: open .",
    "  a window typically takes 0 s of the 24 h between runs",
    "",
    "legend: # covered  ~ stale  . open  > running  ! failed  P parked  w waived  x lost",
    "",
  ]);
});

test("lists eight lines of a kind and how many more there are", () => {
  const records = Array.from({ length: 10 }, (_, nth) =>
    failedRecord(day(nth + 1), { failures: 5 }),
  );
  const lines = linesOf(viewOf(stateOf({ records }), "2026-11-11T06:00:00Z"));
  expect(lines.filter((line) => line.startsWith("  parked")).length).toBe(8);
  expect(lines).toContain("    and 2 parked windows more; --json lists all");
});
