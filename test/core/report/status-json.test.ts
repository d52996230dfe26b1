import { expect, test } from "vitest";

import { statusJson } from "../../../src/core/report/status-json.ts";
import { everyStatus } from "../../support/status-of.ts";

test("the JSON has everything in the documented shape, with its version", () => {
  expect(statusJson(everyStatus())).toEqual({
    version: 1,
    now: "2026-11-16T12:00:00Z",
    commit: "0123456789abcdef0123456789abcdef01234567",
    syncs: [
      {
        sync: "contacts",
        id: "contacts",
        state: "ok",
        problems: [],
        source: "crm",
        destination: "local",
        table: "contacts",
        step: "1d",
        timezone: "UTC",
        every: "1d",
        horizon: "2026-11-16T00:00:00Z",
        newest_covered: "2026-11-14T00:00:00Z",
        age_s: 216000,
        source_held_until: "2026-11-16T12:30:00Z",
        strip: {
          start: "2026-11-01T00:00:00Z",
          end: "2026-11-16T00:00:00Z",
          cells: [
            "covered",
            "stale",
            "covered",
            "stale",
            "lost",
            "waived",
            "parked",
            "failed",
            "open",
            "running",
            "running",
            "open",
            "covered",
            "open",
            "open",
          ],
        },
        gaps: [
          {
            sync: "contacts",
            start: "2026-11-05T00:00:00Z",
            end: "2026-11-06T00:00:00Z",
            state: "lost",
          },
          {
            sync: "contacts",
            start: "2026-11-06T00:00:00Z",
            end: "2026-11-07T00:00:00Z",
            state: "waived",
          },
          {
            sync: "contacts",
            start: "2026-11-07T00:00:00Z",
            end: "2026-11-08T00:00:00Z",
            state: "parked",
          },
          {
            sync: "contacts",
            start: "2026-11-08T00:00:00Z",
            end: "2026-11-09T00:00:00Z",
            state: "failed",
          },
          {
            sync: "contacts",
            start: "2026-11-09T00:00:00Z",
            end: "2026-11-10T00:00:00Z",
            state: "open",
          },
          {
            sync: "contacts",
            start: "2026-11-10T00:00:00Z",
            end: "2026-11-11T00:00:00Z",
            state: "running",
          },
          {
            sync: "contacts",
            start: "2026-11-11T00:00:00Z",
            end: "2026-11-12T00:00:00Z",
            state: "running",
          },
          {
            sync: "contacts",
            start: "2026-11-12T00:00:00Z",
            end: "2026-11-13T00:00:00Z",
            state: "open",
          },
          {
            sync: "contacts",
            start: "2026-11-14T00:00:00Z",
            end: "2026-11-16T00:00:00Z",
            state: "open",
          },
        ],
        open: {
          due: 1,
          retry: 1,
          catch_up: 3,
          ordered: 2,
        },
        running: [
          {
            run_id: "contacts/20261110T000000Z--20261111T000000Z",
            attempt: 3,
            holder: "local:0a1b2c3d",
            started_at: "2026-11-16T11:50:00Z",
            lease_until: "2026-11-16T12:20:00Z",
            lease_over: false,
          },
          {
            run_id: "contacts/20261111T000000Z--20261112T000000Z",
            attempt: 1,
            holder: "local:99887766",
            started_at: "2026-11-16T02:00:00Z",
            lease_until: "2026-11-16T02:25:00Z",
            lease_over: true,
          },
        ],
        parked: [
          {
            run_id: "contacts/20261105T000000Z--20261106T000000Z",
            attempt: 1,
            failures: 0,
            finished_at: "2026-11-16T02:00:00Z",
            code: "retention",
            message: "the source no longer has it",
            remedy: 'tidemark waive contacts/20261105T000000Z--20261106T000000Z --reason "why"',
          },
          {
            run_id: "contacts/20261107T000000Z--20261108T000000Z",
            attempt: 5,
            failures: 5,
            finished_at: "2026-11-16T02:00:00Z",
            code: "timeout",
            message: "crm: expected an answer within 60 s, found none; try again later",
            remedy: "tidemark rerun contacts/20261107T000000Z--20261108T000000Z",
          },
        ],
        waived: [
          {
            run_id: "contacts/20261106T000000Z--20261107T000000Z",
            attempt: 1,
            failures: 1,
            finished_at: "2026-11-16T02:00:00Z",
            code: "timeout",
            message: "crm: expected an answer within 60 s, found none; try again later",
            waived_at: "2026-11-15T09:00:00Z",
            waived_reason: "the vendor lost that day",
            remedy: "tidemark rerun contacts/20261106T000000Z--20261107T000000Z",
          },
        ],
        failures: [
          {
            run_id: "contacts/20261108T000000Z--20261109T000000Z",
            attempt: 2,
            failures: 2,
            finished_at: "2026-11-16T02:00:00Z",
            code: "timeout",
            message: "crm: expected an answer within 60 s, found none; try again later",
            is_due: true,
          },
        ],
        stale: [
          {
            start: "2026-11-02T00:00:00Z",
            end: "2026-11-03T00:00:00Z",
          },
          {
            start: "2026-11-04T00:00:00Z",
            end: "2026-11-05T00:00:00Z",
          },
        ],
        orders: [
          {
            id: "20261125T000000Z-0a1b",
            start: "2026-10-30T00:00:00Z",
            end: "2026-11-01T00:00:00Z",
            reprocess: "missing",
            ordered_at: "2026-11-16T00:00:00Z",
            reason: "the year before",
            left: 2,
            beyond_retention: 0,
          },
        ],
        typical_ms: 100000,
      },
      {
        sync: "deals",
        id: "deals",
        state: "stopped",
        problems: [
          {
            path: "ledger/deals/2026/11/20261101T000000Z--20261102T000000Z.json",
            reason: "expected JSON, found conflict markers of git; keep one side and commit it",
          },
        ],
      },
    ],
    retired: [
      {
        id: "old",
        records: 2,
        folded: 40,
        newest_covered: "2026-06-01T00:00:00Z",
        problems: [],
      },
    ],
  });
});

test("what is not known yet is null", () => {
  const view = everyStatus();
  const [entry] = view.syncs;
  if (entry?.kind !== "sound") throw new Error("expected a sound sync");
  const status = {
    ...entry.status,
    newestCovered: undefined,
    strip: undefined,
    typicalMs: undefined,
  };
  const json = statusJson({ ...view, syncs: [{ ...entry, status, heldUntil: undefined }] });
  expect(json["syncs"]).toMatchObject([
    { newest_covered: null, age_s: null, strip: null, typical_ms: null, source_held_until: null },
  ]);
});
