// Retries and the pace, in a whole run (P1, I7).

import { expect, test } from "vitest";

import { limitsOf } from "../support/builders.ts";
import { createWorld } from "../support/run-world.ts";
import { respond } from "../support/scripted-source.ts";

test("retries take permits like first tries, so that they keep the pace (P1, I7)", async () => {
  const sentAt: number[] = [];
  const world = createWorld({
    now: "2026-11-02T06:00:00Z",
    source: {
      limits: limitsOf({
        pace: [{ requests: 1, perMs: 10_000, mode: "safe", burst: 1 }],
        backoff: { throttleMs: 1, retryMs: 1, maxMs: 1 },
      }),
    },
  });
  world.answer = () => {
    sentAt.push(world.clock.mono());
    return sentAt.length < 4 ? respond({}, { status: 503 }) : undefined;
  };

  await world.run();

  const apart = sentAt.slice(1).map((sent, nth) => sent - (sentAt[nth] ?? 0) >= 10_000);
  expect(apart).toEqual([true, true, true, true, true]);
  expect(await world.statuses()).toEqual(["2026-11-01T00:00:00Z succeeded 1"]);
});
