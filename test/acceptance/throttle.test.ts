// A storm of 429 (T8): first tries and retries go through one pace, and the record counts what the server saw.

import { expect, it } from "vitest";

import { makeItems, send, serveItems } from "../support/acceptance-api.ts";
import {
  expectedRows,
  itemsSyncWith,
  projectOf,
  projectRepo,
  recordsOf,
  sqliteRows,
} from "../support/acceptance-project.ts";
import { runAt } from "../support/cli-process.ts";

const pace = { requests: 4, per: "200ms" };
const perMs = 200;
const hints = ["0", "1", "Thu, 01 Jan 2026 00:00:00 GMT", "soon", undefined];

it(
  "keeps the pace in a storm of 429, retries included, and counts what the server saw (T8, P18)",
  { timeout: 120_000 },
  async () => {
    await using api = await serveItems(
      makeItems(240, { start: "2026-01-01T00:00:00Z", everySeconds: 360 }),
    );
    const arrivals: number[] = [];
    let throttled = 0;
    api.hook = (request, response) => {
      arrivals.push(performance.now());
      if (request.number % 2 === 0 || request.number > 10) return false;
      const hint = hints[throttled % hints.length];
      throttled += 1;
      if (hint !== undefined) response.setHeader("retry-after", hint);
      return send(response, 429, "{}");
    };
    const sync = itemsSyncWith({ pages: { size: 10 } });
    const source = { limits: { pace: [pace] } };
    const repo = projectRepo(projectOf({ url: api.url, source, syncs: { items: sync } }));

    const report = await runAt(repo.folder, "2026-01-02T00:02:00Z");
    const [record] = recordsOf(repo);

    expect(report).toMatchObject({ code: 0, status: "ok" });
    expect(record?.requests).toMatchObject({ sent: arrivals.length, retried: 5, throttled: 5 });
    expect([throttled, arrivals.length]).toEqual([5, 29]);
    expect(crowded(arrivals)).toEqual([]);
    expect(sqliteRows(repo)).toEqual(expectedRows(api.items));
  },
);

// Arrivals that have more than the permitted number in the period that begins with them. A permit counts until its
// answer has come and a period has passed, so that delays on the way can only part arrivals, never crowd them.
function crowded(arrivals: readonly number[]): readonly number[] {
  return arrivals.filter((at, index) => {
    const next = arrivals[index + pace.requests];
    return next !== undefined && next - at < perMs;
  });
}
