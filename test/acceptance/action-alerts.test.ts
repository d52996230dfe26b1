// `alerts.issue` (contract 6): one issue for each ailing sync, reworded while it ails, closed once it is well; what the
// token may not do is a sentence and no failure.

import { expect, test } from "vitest";

import { makeItems, send, serveItems } from "../support/acceptance-api.ts";
import { itemsSyncWith, projectOf } from "../support/acceptance-project.ts";
import { expectSound, openActionLedger } from "../support/action-ledger.ts";
import type { FakeIssue } from "../support/github-fake/issues.ts";

const now = "2026-01-06T00:02:00Z";
const failing = "items: 1 window failed (source_rejected), 2026-01-05";

test(
  "opens one issue for an ailing sync, rewords it while it ails and closes it once the sync is well",
  { timeout: 120_000 },
  async () => {
    await using api = await serveItems(
      makeItems(48, { start: "2026-01-05T00:00:00Z", everySeconds: 1800 }),
    );
    const sync = (name: string) =>
      itemsSyncWith({
        request: { path: `/${name}` },
        window: { start: "2026-01-05" },
        alerts: { issue: true },
      });
    const project = projectOf({
      url: api.url,
      destination: { type: "files", path: "data" },
      syncs: { items: sync("items"), healthy: sync("healthy") },
    });
    await using ledger = await openActionLedger(project, { now });
    const { github } = ledger;
    const mine = github.openIssue({ title: "items ails", labels: ["tidemark"] });
    api.hook = ({ collection }, response) =>
      collection === "items" && send(response, 404, '{"error":"gone"}');
    const issues = (): readonly FakeIssue[] => github.issues.slice(1).map((one) => ({ ...one }));

    // Once is bad luck, twice is not.
    const first = await ledger.step();
    const afterFirst = issues();
    github.permissions.issues = "read";
    const unwritten = await ledger.step();
    const afterUnwritten = issues();
    github.permissions.issues = "write";
    const opened = await ledger.step();
    const [afterOpened, ...others] = issues();
    const reworded = await ledger.step();
    const afterReworded = issues();
    api.hook = undefined;
    const healed = await ledger.step();
    const afterHealed = issues();
    const well = await ledger.step();

    expect([first, unwritten, opened, reworded, healed, well].map(({ code }) => code)).toEqual([
      1, 1, 1, 1, 0, 0,
    ]);
    expect([afterFirst, afterUnwritten, others]).toEqual([[], [], []]);
    expect(annotationsIn(unwritten.log)).toEqual([
      expect.stringContaining(failing),
      "issue of items: expected to be brought up to date, found: Resource not accessible by integration; give the job the permission `issues: write`, or set `alerts.issue: false`",
      "items: 1 gap (1 failed), 2026-01-05",
    ]);
    expect(unwritten.summary.match(/issues: write/g)).toHaveLength(1);
    expect(annotationsIn(opened.log)).toHaveLength(2);
    expect(afterOpened).toMatchObject({
      title: "Tidemark: items ails",
      state: "open",
      labels: ["tidemark"],
    });
    expect(afterOpened?.body).toContain("The sync `items`: 1 window failing again and again.\n");
    expect(afterOpened?.body).toMatch(/documentation \| 3 \|\n/);
    expect(afterReworded).toEqual([
      {
        ...afterOpened,
        body: afterOpened?.body?.replace("| 3 |\n", "| 4 |\n"),
        updatedAt: expect.any(Number),
      },
    ]);
    expect(afterHealed).toMatchObject([{ state: "closed", stateReason: "completed" }]);
    expect(afterHealed[0]?.comments.map(({ body }) => body)).toEqual([
      "The sync is well again; Tidemark closes this issue.",
    ]);
    expect(issues()).toEqual(afterHealed);
    // A person's own issue with the label is nobody's business.
    expect(github.issues[0]).toBe(mine);
    expect([mine.state, mine.comments]).toEqual(["open", []]);
    expect([ledger.outcomes("items"), ledger.outcomes("healthy")]).toEqual([
      ["2026-01-05T00:00:00Z succeeded 5"],
      ["2026-01-05T00:00:00Z succeeded 1"],
    ]);
    await expectSound(expect, ledger, now);
  },
);

/** Messages of the annotations, in order. */
function annotationsIn(log: string): readonly string[] {
  return [...log.matchAll(/^::(?:error|warning|notice)[^:]*::(.*)$/gm)].map(
    ([, text = ""]) => text,
  );
}
