// The waits between two tries to publish.

import { expect, test } from "vitest";

import { waitForRound } from "../../../src/adapters/github/rounds.ts";
import { createFakeClock } from "../../support/fake-clock.ts";

test("the first round begins at once, the next ones after 1, 2 and 4 seconds", async () => {
  const clock = createFakeClock();
  const cancel = new AbortController().signal;
  const begun: number[] = [];
  for (const round of [0, 1, 2, 3]) {
    await clock.run(waitForRound(round, { clock, cancel }));
    begun.push(clock.mono());
  }
  expect(begun).toEqual([0, 1000, 3000, 7000]);
});

test("a round begins late rather than early, also where timers are early", async () => {
  const clock = createFakeClock({ shiftMs: () => -300 });
  const cancel = new AbortController().signal;
  await clock.run(waitForRound(1, { clock, cancel }));
  expect(clock.mono()).toBeGreaterThanOrEqual(1000);
});

test("nothing is waited for once the process is to end (G28)", async () => {
  const clock = createFakeClock();
  const cancel = new AbortController();
  const waiting = waitForRound(3, { clock, cancel: cancel.signal });
  cancel.abort();
  await waiting;
  expect(clock.mono()).toBe(0);
});
