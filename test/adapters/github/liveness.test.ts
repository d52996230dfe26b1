// Whether the workflow run that holds a claim is still at work: the table of github.md section 5, row by row.

import { expect, test } from "vitest";

import type { GithubAnswer, GithubClient } from "../../../src/adapters/github/client.ts";
import { githubLiveness } from "../../../src/adapters/github/liveness.ts";
import type { Liveness } from "../../../src/ports/liveness.ts";
import { createFakeClock } from "../../support/fake-clock.ts";
import { openGithubPlace } from "../../support/github-place.ts";

type Run = { readonly status: string; readonly run_attempt: number; readonly conclusion?: string };

/** We are attempt 2 of run 7; the runs that GitHub knows, or the status it refuses with. */
function livenessAmong(runs: Readonly<Record<string, Run | number>>): {
  readonly liveness: Liveness;
  readonly asked: string[];
} {
  const asked: string[] = [];
  const client: GithubClient = {
    owner: "octo",
    name: "ledger",
    rateLeft: () => undefined,
    graphql: () => Promise.reject(new Error("no query is expected")),
    rest: (route, { run_id: runId }) => {
      expect(route).toBe("GET /repos/{owner}/{repo}/actions/runs/{run_id}");
      asked.push(String(runId));
      return Promise.resolve(answerOf(runs[String(runId)] ?? 404));
    },
  };
  const clock = createFakeClock();
  const liveness = githubLiveness({ client, clock, runId: "7", attempt: 2, nonce: "abc" });
  return { liveness, asked };
}

function answerOf(run: Run | number): GithubAnswer<unknown> {
  if (typeof run !== "number") return { ok: true, data: run };
  const kind = run === 404 ? "missing" : run === 403 ? "forbidden" : "unknown";
  return { ok: false, error: { kind, status: run, type: undefined, message: `${run}` } };
}

test("our own holder is alive, an earlier attempt of our run is dead, neither costs a call", async () => {
  const { liveness, asked } = livenessAmong({});
  expect(await liveness.of("actions:7/2/abc")).toBe("alive");
  expect(await liveness.of("actions:7/1/def")).toBe("dead");
  expect(asked).toEqual([]);
});

test("another leg of our matrix is left to its lease, without a call", async () => {
  const { liveness, asked } = livenessAmong({});
  expect(await liveness.of("actions:7/2/other")).toBe("unknown");
  expect(asked).toEqual([]);
});

test("a run that is completed is dead, whatever its conclusion", async () => {
  const conclusions = ["success", "failure", "cancelled", "timed_out"];
  for (const conclusion of conclusions) {
    const { liveness } = livenessAmong({ 5: { status: "completed", run_attempt: 1, conclusion } });
    expect(await liveness.of("actions:5/1/abc")).toBe("dead");
  }
});

test("a run with a higher attempt is dead in its earlier ones", async () => {
  const { liveness } = livenessAmong({ 5: { status: "in_progress", run_attempt: 3 } });
  expect(await liveness.of("actions:5/2/abc")).toBe("dead");
  expect(await liveness.of("actions:5/3/abc")).toBe("alive");
});

test("a run that is not completed is alive in every status", async () => {
  for (const status of ["requested", "queued", "pending", "waiting", "in_progress"]) {
    const { liveness } = livenessAmong({ 5: { status, run_attempt: 1 } });
    expect(await liveness.of("actions:5/1/abc")).toBe("alive");
  }
});

test("a later attempt of our own run is asked for like a foreign run", async () => {
  const { liveness, asked } = livenessAmong({ 7: { status: "in_progress", run_attempt: 3 } });
  expect(await liveness.of("actions:7/3/abc")).toBe("alive");
  expect(asked).toEqual(["7"]);
});

test("an answer about an earlier attempt than the holder's proves nothing of it", async () => {
  const { liveness } = livenessAmong({ 5: { status: "completed", run_attempt: 1 } });
  expect(await liveness.of("actions:5/2/abc")).toBe("alive");
});

test("a run that GitHub does not tell about is left to its lease: 404, 403, 5xx", async () => {
  const { liveness } = livenessAmong({ 4: 403, 5: 404, 6: 502 });
  const holders = ["actions:4/1/abc", "actions:5/1/abc", "actions:6/1/abc"];
  expect(await Promise.all(holders.map((holder) => liveness.of(holder)))).toEqual([
    "unknown",
    "unknown",
    "unknown",
  ]);
});

test("an answer that is no workflow run leaves the decision to the lease", async () => {
  const client: GithubClient = {
    owner: "octo",
    name: "ledger",
    rateLeft: () => undefined,
    graphql: () => Promise.reject(new Error("no query is expected")),
    rest: () => Promise.resolve({ ok: true, data: { status: "completed" } }),
  };
  const clock = createFakeClock();
  const liveness = githubLiveness({ client, clock, runId: "7", attempt: 2, nonce: "abc" });
  expect(await liveness.of("actions:5/1/abc")).toBe("unknown");
});

test("holders of other shapes are never asked for (section 5)", async () => {
  const { liveness, asked } = livenessAmong({});
  const holders = [
    "local:abc",
    "actions:../../x/1/abc",
    "actions:123456789012345678901/1/abc",
    "actions:5/1",
    "actions:5/x/abc",
    "actions:5/1/abc/d",
    " actions:5/1/abc",
    "actions:/1/abc",
    "",
  ];
  expect(new Set(await Promise.all(holders.map((holder) => liveness.of(holder))))).toEqual(
    new Set(["unknown"]),
  );
  expect(asked).toEqual([]);
});

test("one call is made for each foreign run id, however many holders name it (G16)", async () => {
  const { liveness, asked } = livenessAmong({ 5: { status: "completed", run_attempt: 1 } });
  const holders = ["actions:5/1/a", "actions:5/1/b", "actions:5/1/c"];
  expect(await Promise.all(holders.map((holder) => liveness.of(holder)))).toEqual([
    "dead",
    "dead",
    "dead",
  ]);
  expect(await liveness.of("actions:5/1/d")).toBe("dead");
  expect(asked).toEqual(["5"]);
});

test("beyond twenty foreign runs only leases decide (G16)", async () => {
  const ids = Array.from({ length: 25 }, (_, index) => String(100 + index));
  const { liveness, asked } = livenessAmong(
    Object.fromEntries(ids.map((id) => [id, { status: "completed", run_attempt: 1 }])),
  );
  const verdicts = [];
  for (const id of ids) verdicts.push(await liveness.of(`actions:${id}/1/abc`));
  expect(verdicts).toEqual(ids.map((_, index) => (index < 20 ? "dead" : "unknown")));
  expect(asked).toEqual(ids.slice(0, 20));
  expect(await liveness.of("actions:100/1/other")).toBe("dead");
});

test("the call is one that GitHub describes, for a known run and for an unknown one (G32)", async () => {
  const { fake, client, clock } = await openGithubPlace({ "README.md": "x\n" });
  fake.runs.set("5", { status: "completed", conclusion: "cancelled", run_attempt: 1 });
  const liveness = githubLiveness({ client, clock, runId: "7", attempt: 2, nonce: "abc" });
  expect(await liveness.of("actions:5/1/abc")).toBe("dead");
  expect(await liveness.of("actions:6/1/abc")).toBe("unknown");
  expect(await liveness.of("actions:12345678901234567890/1/abc")).toBe("unknown");
});
