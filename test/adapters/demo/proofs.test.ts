// The demo's proofs can fail: each holds for a good end, and one wrong thing breaks it.

import { expect, test } from "vitest";

import type { RequestSeen } from "../../../src/adapters/demo/crm-api.ts";
import type { Contact } from "../../../src/adapters/demo/crm-contacts.ts";
import type { WrittenRecord } from "../../../src/adapters/demo/demo-repository.ts";
import {
  proveAttempts,
  proveCoverage,
  proveEqual,
  proveNothingLeft,
  proveOnce,
  proveRequests,
  proveSteps,
  proveWaiting,
} from "../../../src/adapters/demo/proofs.ts";

function recordOf(day: number, over: Partial<WrittenRecord> = {}): WrittenRecord {
  return {
    window_start: `2026-09-0${day}T00:00:00Z`,
    window_end: `2026-09-0${day + 1}T00:00:00Z`,
    status: "succeeded",
    requests: { sent: 2 },
    history: [],
    ...over,
  };
}

const range = { from: "2026-09-01T00:00:00Z", to: "2026-09-04T00:00:00Z" };

test.each([
  { title: "windows that lie end to end", days: [3, 1, 2], status: "succeeded", holds: true },
  { title: "a missing day", days: [1, 3], status: "succeeded", holds: false },
  { title: "a missing first day", days: [2, 3], status: "succeeded", holds: false },
  { title: "a missing last day", days: [1, 2], status: "succeeded", holds: false },
  { title: "a day twice", days: [1, 2, 2, 3], status: "succeeded", holds: false },
  { title: "a failed day", days: [1, 2, 3], status: "failed", holds: false },
])("coverage with $title: $holds", ({ days, status, holds }) => {
  const records = days.map((day, at) => recordOf(day, at === 0 ? { status } : {}));
  expect(proveCoverage(records, range).holds).toBe(holds);
});

test.each([
  { title: "nothing", plan: {}, status: {}, verify: [], holds: true },
  { title: "a due window", plan: { windows: [{}] }, status: {}, verify: [], holds: false },
  { title: "a remaining window", plan: { remaining: 1 }, status: {}, verify: [], holds: false },
  { title: "a gap", plan: {}, status: { syncs: [{ gaps: [{}] }] }, verify: [], holds: false },
  { title: "no sync", plan: {}, status: { syncs: [] }, verify: [], holds: false },
  { title: "a finding", plan: {}, status: {}, verify: [{}], holds: false },
  { title: "no answer", plan: {}, status: {}, verify: undefined, holds: false },
])("nothing left with $title: $holds", ({ plan, status, verify, holds }) => {
  const said = {
    plan: { windows: [], remaining: 0, ...plan },
    status: { syncs: [{ gaps: [] }], ...status },
    verify,
  };
  expect(proveNothingLeft(said).holds).toBe(holds);
});

test.each([
  { title: "the newest first", settled: ["c", "a"], holds: true },
  { title: "the oldest first", settled: ["a", "c"], holds: false },
  { title: "too many", settled: ["c", "a", "b"], holds: false },
  { title: "nothing served", settled: [], holds: false },
])("steps with $title: $holds", ({ settled, holds }) => {
  expect(proveSteps([{ newest: "c", settled }], 2).holds).toBe(holds);
});

const ada: Contact = {
  id: 9_007_199_254_740_993n,
  name: "Ada",
  stage: "lead",
  origin: "import",
  revision: 1,
  updatedAt: Date.parse("2026-09-01T00:00:00Z"),
};
const row = {
  id: "9007199254740993",
  name: "Ada",
  stage: "lead",
  origin: "import",
  revision: 1n,
  _tidemark_watermark: "2026-09-01T00:00:00Z",
};

test.each([
  { title: "the same row", rows: [row], holds: true },
  { title: "no row", rows: [], holds: false },
  { title: "a neighbour's id", rows: [{ ...row, id: "9007199254740992" }], holds: false },
  { title: "another stage", rows: [{ ...row, stage: "lost" }], holds: false },
  {
    title: "an older watermark",
    rows: [{ ...row, _tidemark_watermark: "2026-08-31T00:00:00Z" }],
    holds: false,
  },
  { title: "the row twice", rows: [row, row], holds: false },
])("equality with $title: $holds", ({ rows, holds }) => {
  expect(proveEqual(rows, new Map([[ada.id, ada]])).holds).toBe(holds);
});

test.each([
  { title: "one row a key", rows: [row], holds: true },
  { title: "a key twice", rows: [row, row], holds: false },
  { title: "an import that is missing", rows: [{ ...row, origin: "form" }], holds: false },
])("delivery with $title: $holds", ({ rows, holds }) => {
  expect(proveOnce(rows, 1).holds).toBe(holds);
});

const doneBefore = [{ status: "succeeded", requests: { sent: 1 } }];
const lostBefore = [{ status: "failed", code: "lost", requests: { sent: 10 } }];
const rerun = recordOf(1, { history: doneBefore });
const killed = recordOf(2, { history: lostBefore });

test.each([
  { title: "one rerun and one lost", records: [rerun, killed, recordOf(3)], holds: true },
  { title: "no rerun", records: [recordOf(1), killed], holds: false },
  { title: "nothing lost", records: [rerun, recordOf(2)], holds: false },
  {
    title: "a third done twice",
    records: [rerun, killed, recordOf(3, { history: doneBefore })],
    holds: false,
  },
  {
    title: "another one lost",
    records: [rerun, recordOf(3, { history: lostBefore })],
    holds: false,
  },
])("attempts with $title: $holds", ({ records, holds }) => {
  const named = new Map(records.map((record) => [record.window_start, record]));
  const expected = { rerun: rerun.window_start, killed: killed.window_start };
  expect(proveAttempts(named, expected).holds).toBe(holds);
});

test.each([
  { seen: 8, killed: 3, holds: true },
  { seen: 9, killed: 3, holds: false },
  { seen: 5, killed: 0, holds: false },
])("requests of which the CRM saw $seen: $holds", ({ seen, killed: asked, holds }) => {
  expect(proveRequests([rerun, killed], { seen, killed: asked }).holds).toBe(holds);
});

function seenAt(at: number, status: number, over: Partial<RequestSeen> = {}): RequestSeen {
  const retryAfterS = status === 429 ? 1 : undefined;
  return { at, status, asked: "/contacts?page=1", retryAfterS, contacts: 0, ...over };
}

test.each([
  { title: "waits", log: [seenAt(0, 503), seenAt(5, 429), seenAt(1005, 200)], holds: true },
  {
    title: "a wait too short",
    log: [seenAt(0, 503), seenAt(5, 429), seenAt(1004, 200)],
    holds: false,
  },
  {
    title: "a refusal that was dropped",
    log: [seenAt(0, 503), seenAt(5, 429), seenAt(1005, 200, { asked: "/contacts?page=2" })],
    holds: false,
  },
  { title: "a refusal at the end", log: [seenAt(0, 503), seenAt(5, 429)], holds: false },
  { title: "no refusal", log: [seenAt(0, 503), seenAt(5, 200)], holds: false },
  { title: "no outage", log: [seenAt(5, 429), seenAt(1005, 200)], holds: false },
])("waiting with $title: $holds", ({ log, holds }) => {
  expect(proveWaiting(log).holds).toBe(holds);
});
