// Every deed of people at the published pull request, between two runs and at each moment of one (contract 6.1, G22).

import { describe, it } from "vitest";

import {
  deeds,
  mergedState,
  moments,
  once,
  openPublishing,
  wholeState,
} from "../support/publishing.ts";

const meanwhile = Object.entries(deeds).flatMap(([what, deed]) =>
  Object.entries(moments).map(([moment, isMoment]) => ({ what, deed, moment, isMoment })),
);

describe.concurrent("publishing whatever people do", () => {
  it.for(Object.entries(deeds))(
    "loses nothing when the pull request is %s between two runs (G22)",
    async ([, deed], { expect, onTestFinished }) => {
      const world = await openPublishing({ expect, onTestFinished });

      await world.runDays(1);
      await deed(world.github);
      await world.runDays(2, 3);

      expect(await mergedState(world)).toEqual(wholeState(3));
    },
  );

  it.for(meanwhile)(
    "loses nothing when the pull request is $what while a run $moment (G22)",
    async ({ deed, isMoment }, { expect, onTestFinished }) => {
      const world = await openPublishing({ expect, onTestFinished });

      await world.runDays(1);
      const happened = once(world.github, isMoment, deed);
      await world.runDays(2);
      expect(happened()).toBe(true);
      await world.runDays(3, 4);

      expect(await mergedState(world)).toEqual(wholeState(4));
    },
  );
});
