// A window that the source cannot answer whole: cut in the commit that settles it (contract 3.2, split; L1, I2).

import { expect, test } from "vitest";

import { at, limitsOf } from "../support/builders.ts";
import { createWorld, worldSync } from "../support/run-world.ts";
import { respond } from "../support/scripted-source.ts";

test("a capped window is gone with the commit that adds its parts, and the parts are read (L1)", async () => {
  const tooMany = { header: undefined, body: undefined, waitMs: undefined, statuses: [413] };
  const plain = worldSync();
  if (plain.filter === undefined) throw new Error("expected a filter");
  const world = createWorld({
    now: "2026-11-02T06:00:00Z",
    syncs: [{ ...plain, filter: { ...plain.filter, overshoot: "drop" } }],
    source: { limits: limitsOf({ responses: [{ ...tooMany, action: "cap" }] }) },
  });
  world.answer = (request) => {
    const query = new URL(request.url).searchParams;
    const length = at(query.get("to") ?? "") - at(query.get("from") ?? "");
    return length > 12 * 3_600_000_000 ? respond({}, { status: 413 }) : undefined;
  };

  await world.run();

  expect(await world.statuses()).toEqual([
    "2026-11-01T00:00:00Z succeeded 2",
    "2026-11-01T12:00:00Z succeeded 2",
  ]);
  expect(await world.rows()).toEqual(world.expectedRows("2026-11-02"));
});
