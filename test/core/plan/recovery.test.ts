// What becomes of running records whose holder may be gone. Now is noon of 25 November 2026.

import { expect, test } from "vitest";

import { isDead, leaseEnd, presumedSends, recoveryStep } from "../../../src/core/plan/recovery.ts";
import type { RunningRecord } from "../../../src/core/record/run-record.ts";
import { type Instant, plusMicros } from "../../../src/core/time/instant.ts";
import { at } from "../../support/builders.ts";
import { runningRecord } from "../../support/record-builders.ts";
import { day, now } from "../../support/record-of.ts";

const second = 1_000_000;
const started = at("2026-11-25T11:50:00Z");

function held(leaseUntil: Instant, startedAt: Instant | undefined = started): RunningRecord {
  const claim = { holder: "local:0a1b2c3d", epoch: 1, leaseUntil };
  return { ...runningRecord(day(24), { claim, plannedAt: started }), startedAt };
}

const expired = held(plusMicros(now, -61 * second));
const fresh = held(plusMicros(now, 600 * second));
const unstarted: RunningRecord = { ...expired, startedAt: undefined };

test.for([
  ["own", "own", expired, true, "keep"],
  ["alive with a lease", "alive", fresh, true, "keep"],
  ["alive with an expired lease, complete", "alive", expired, true, "adopt"],
  ["alive with an expired lease, incomplete", "alive", expired, false, "lose"],
  ["unknown with a lease", "unknown", fresh, true, "keep"],
  ["unknown with an expired lease, complete", "unknown", expired, true, "adopt"],
  ["unknown with an expired lease, incomplete", "unknown", expired, false, "lose"],
  ["dead, complete", "dead", fresh, true, "adopt"],
  ["dead, incomplete", "dead", fresh, false, "lose"],
  ["dead before its turn", "dead", unstarted, false, "release"],
  ["dead before its turn, with a foreign complete row", "dead", unstarted, true, "release"],
  ["unknown before its turn with an expired lease", "unknown", unstarted, false, "release"],
] as const)("a window whose holder is %s", ([, holder, record, isComplete, step]) => {
  expect(recoveryStep(record, { holder, now, isComplete })).toBe(step);
});

test("an expired lease is believed after more than a minute only", () => {
  const ends = [0, -59, -60, -61].map((seconds) => held(plusMicros(now, seconds * second)));
  expect(ends.map((record) => isDead(record, "unknown", now))).toEqual([false, false, false, true]);
});

test("a lease has no effect later than a day after it was written", () => {
  const records = [
    held(at("2027-11-25")),
    { ...held(at("2027-11-25")), startedAt: undefined },
    { ...held(at("2027-11-25"), at("2027-11-24")), plannedAt: at("2027-11-24") },
    held(at("2026-11-25T12:30:00Z")),
  ];
  expect(records.map((record) => leaseEnd(record, now))).toEqual([
    at("2026-11-26T11:50:00Z"),
    at("2026-11-26T11:50:00Z"),
    at("2026-11-26T12:00:00Z"),
    at("2026-11-25T12:30:00Z"),
  ]);
});

const onePerSecond = 1 / second;

test.for([
  [
    "full pace until the end of its lease",
    { pacePerMicro: onePerSecond, largestRecent: 1000 },
    "2026-11-25T11:51:30Z",
    90,
  ],
  [
    "full pace until now",
    { pacePerMicro: onePerSecond, largestRecent: 1000 },
    "2026-11-25T13:00:00Z",
    600,
  ],
  [
    "ten at most without larger peers",
    { pacePerMicro: onePerSecond, largestRecent: 3 },
    "2026-11-25T13:00:00Z",
    10,
  ],
  [
    "twice the largest of its peers at most",
    { pacePerMicro: onePerSecond, largestRecent: 40 },
    "2026-11-25T13:00:00Z",
    80,
  ],
  [
    "as much as its peers bound without a pace",
    { pacePerMicro: undefined, largestRecent: 40 },
    "2026-11-25T13:00:00Z",
    80,
  ],
  ["rounded up", { pacePerMicro: onePerSecond, largestRecent: 40 }, "2026-11-25T11:50:01.500Z", 2],
] as const)("a lost attempt is presumed to have sent %s (P12)", ([, facts, lease, sent]) => {
  const until = at(lease);
  expect(presumedSends(held(until), { now, ...facts })).toEqual({
    sent,
    lastAt: until < now ? until : now,
  });
});

test("a window whose turn never came has sent nothing (P12)", () => {
  const facts = { now, pacePerMicro: onePerSecond, largestRecent: 40 };
  expect(presumedSends(unstarted, facts).sent).toBe(0);
});
