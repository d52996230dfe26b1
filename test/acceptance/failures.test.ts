// Windows, tokens and sources that fail, and how the ledger gets over it (T7, T11, T16).

import { describe, expect, it } from "vitest";

import { isoSeconds, makeItems, send, serveItems } from "../support/acceptance-api.ts";
import {
  expectedRows,
  itemsSyncWith,
  joined,
  projectOf,
  projectRepo,
  recordsOf,
  sqliteRows,
} from "../support/acceptance-project.ts";
import { findingsAt, runAt, runCli } from "../support/cli-process.ts";

const hourly = { start: "2026-01-01T00:00:00Z", everySeconds: 3600 };
const second = "2026-01-02T00:00:00Z--2026-01-03T00:00:00Z";
const secondId = "items/20260102T000000Z--20260103T000000Z";

describe("failures", { timeout: 120_000 }, () => {
  it("fetches only a failed middle window and what is newly due (T11)", async () => {
    await using api = await serveItems(makeItems(96, hourly));
    const sync = itemsSyncWith({ pages: { size: 20 } });
    const repo = projectRepo(projectOf({ url: api.url, syncs: { items: sync } }));
    api.hook = (request, response) =>
      request.range === second && request.query.get("key") !== "0" && send(response, 500, "{}");

    const broken = await runAt(repo.folder, "2026-01-04T00:02:00Z");
    const before = recordsOf(repo);
    api.hook = undefined;
    api.requests.length = 0;
    const healed = await runAt(repo.folder, "2026-01-05T00:02:00Z");

    expect(before.map((record) => record.status)).toEqual(["succeeded", "failed", "succeeded"]);
    expect(before[1]).toMatchObject({
      attempt: 1,
      error: { code: "source_rejected", most_common: { status: 500, count: 5 } },
    });
    expect(broken.gaps).toEqual([
      {
        sync: "items",
        start: "2026-01-02T00:00:00Z",
        end: "2026-01-03T00:00:00Z",
        state: "failed",
      },
    ]);
    expect(Object.fromEntries(api.byRange())).toEqual({
      [second]: 2,
      "2026-01-04T00:00:00Z--2026-01-05T00:00:00Z": 2,
    });
    expect(healed).toMatchObject({ code: 0, status: "ok", gaps: [] });
    expect(sqliteRows(repo)).toEqual(expectedRows(api.items));
    expect(await findingsAt(repo.folder, "2026-01-05T00:10:00Z")).toEqual([]);
  });

  it("converges after 30 days without a run and serves the newest window in every run (T7)", async () => {
    await using api = await serveItems(makeItems(24 * 45, hourly));
    const sync = itemsSyncWith({ run: { max_windows: 5 } });
    const repo = projectRepo(projectOf({ url: api.url, syncs: { items: sync } }));
    await runAt(repo.folder, "2026-01-02T00:02:00Z");

    const served: (string | undefined)[] = [];
    const codes: (number | null)[] = [];
    let day = 30;
    for (let remaining = 1; remaining > 0 && day < 45; day += 1) {
      const now = isoSeconds(Date.parse("2026-01-02T00:02:00Z") + day * 86_400_000);
      const report = await runAt(repo.folder, now);
      served.push(report.settled[0]?.run_id);
      codes.push(report.code);
      remaining = report.windows_remaining;
    }

    // Thirty windows are due at first, one more every day, five are served by each run.
    expect(codes).toEqual(Array.from({ length: 8 }, () => 0));
    expect(served).toEqual(codes.map((_, index) => runIdOfDay(30 + index)));
    expect(joined(recordsOf(repo))).toEqual([
      `2026-01-01T00:00:00Z--${isoSeconds(Date.parse("2026-01-02") + (day - 1) * 86_400_000)}`,
    ]);
    expect([...api.byRange().values()].every((requests) => requests === 1)).toBe(true);
    expect(await findingsAt(repo.folder, "2026-03-01T00:00:00Z")).toEqual([]);
  });

  it("refuses a sync whose max_windows cannot keep up, before any request", async () => {
    await using api = await serveItems([]);
    const sync = itemsSyncWith({ window: { step: "1h" }, run: { every: "1d", max_windows: 24 } });
    const repo = projectRepo(projectOf({ url: api.url, syncs: { items: sync } }));

    const end = await runCli(repo.folder, ["run"], { now: "2026-01-02T00:02:00Z" });

    expect(end.code).toBe(2);
    expect(end.stderr).toContain("syncs.items.run.max_windows");
    expect(api.requests).toEqual([]);
    expect(recordsOf(repo)).toEqual([]);
  });

  it("takes nothing from coverage by a rerun that fails (L2)", async () => {
    await using api = await serveItems(makeItems(72, hourly));
    const repo = projectRepo(projectOf({ url: api.url }));
    await runAt(repo.folder, "2026-01-04T00:02:00Z");
    api.hook = (_request, response) => send(response, 404, "{}");

    const failed = await runAt(repo.folder, "2026-01-04T01:00:00Z", ["rerun", secondId]);
    const record = recordsOf(repo)[1];
    api.hook = undefined;
    const healed = await runAt(repo.folder, "2026-01-04T02:00:00Z");

    expect(failed).toMatchObject({ code: 1, windows_failed: 1, gaps: [] });
    expect(record).toMatchObject({ status: "failed", attempt: 2, reason: "rerun" });
    expect(record?.history).toMatchObject([{ attempt: 1, status: "succeeded" }]);
    expect(healed).toMatchObject({ code: 0, gaps: [] });
    expect(recordsOf(repo)[1]).toMatchObject({ status: "succeeded", attempt: 3, reason: "retry" });
  });

  it("parks a window that failed five times until it is waived or rerun (contract 3.2)", async () => {
    await using api = await serveItems(makeItems(48, hourly));
    const repo = projectRepo(projectOf({ url: api.url }));
    api.hook = (request, response) => request.range === second && send(response, 404, "{}");
    const at = (hour: number): string => `2026-01-03T${String(hour).padStart(2, "0")}:02:00Z`;

    for (let hour = 0; hour < 5; hour += 1) await runAt(repo.folder, at(hour));
    const requests = api.requests.length;
    const parked = await runAt(repo.folder, at(5));
    const waive = await runCli(repo.folder, ["waive", secondId, "--reason", "gone"], {
      now: at(6),
    });
    const waived = await runAt(repo.folder, at(7));
    api.hook = undefined;
    const rerun = await runAt(repo.folder, at(8), ["rerun", secondId]);

    expect(parked).toMatchObject({ code: 1, windows_parked: 1, settled: [] });
    expect(parked.gaps.map((gap) => gap.state)).toEqual(["parked"]);
    expect(waive.code).toBe(0);
    expect(waived).toMatchObject({ code: 0, status: "nothing_due" });
    expect(waived.gaps.map((gap) => gap.state)).toEqual(["waived"]);
    expect(api.requests.length - requests).toBe(1);
    expect(rerun).toMatchObject({ code: 0, gaps: [], windows_parked: 0 });
    expect(recordsOf(repo)[1]).toMatchObject({
      status: "succeeded",
      attempt: 6,
      failures: 0,
      waived: null,
    });
    expect(await findingsAt(repo.folder, at(9))).toEqual([]);
  });

  it("parks nothing over three days of a wrong token and heals by itself (T16)", async () => {
    await using api = await serveItems(makeItems(24 * 6, hourly));
    const source = { auth: { type: "bearer", env: "TIDEMARK_API_TOKEN" } };
    const repo = projectRepo(projectOf({ url: api.url, source }));
    const env = { TIDEMARK_API_TOKEN: "a-secret-token" };
    const dayAt = (day: number): string => `2026-01-0${day}T00:02:00Z`;
    await runAt(repo.folder, dayAt(3), ["run"], env);
    const requests = [api.requests.length];
    api.hook = (_request, response) => send(response, 401, "{}");

    const codes: (number | null)[] = [];
    for (const now of ["2026-01-04T00:02:00Z", "2026-01-04T12:02:00Z", dayAt(5), dayAt(6)]) {
      codes.push((await runAt(repo.folder, now, ["run"], env)).code);
      requests.push(api.requests.length);
    }
    const during = recordsOf(repo);
    api.hook = undefined;
    const healed = await runAt(repo.folder, "2026-01-06T01:02:00Z", ["run"], env);

    expect(codes).toEqual([1, 1, 1, 1]);
    expect(requests.map((count) => count - (requests[0] ?? 0))).toEqual([0, 1, 2, 3, 4]);
    expect(during.map(({ status, failures }) => `${status} ${failures}`)).not.toContain("failed 1");
    expect(healed).toMatchObject({ code: 0, status: "ok", windows_parked: 0, gaps: [] });
    expect(api.requests.at(-1)?.headers["authorization"]).toBe("Bearer a-secret-token");
    expect(sqliteRows(repo)).toEqual(expectedRows(api.items.slice(0, 24 * 5)));
    expect(repo.git("log", "-p", "--format=%B")).not.toContain("a-secret-token");
    expect(await findingsAt(repo.folder, "2026-01-06T02:02:00Z")).toEqual([]);
  });

  it("makes no commit and no request when nothing is due", async () => {
    await using api = await serveItems(makeItems(24, hourly));
    const repo = projectRepo(projectOf({ url: api.url }));
    await runAt(repo.folder, "2026-01-02T00:02:00Z");
    const before = [repo.git("rev-parse", "HEAD"), api.requests.length, api.connections()];

    const report = await runAt(repo.folder, "2026-01-02T23:00:00Z");

    expect(report).toMatchObject({ code: 0, status: "nothing_due", gaps: [] });
    expect([repo.git("rev-parse", "HEAD"), api.requests.length, api.connections()]).toEqual(before);
  });

  it("does an order over 40 windows in steps of five and then removes it (contract 3.4)", async () => {
    await using api = await serveItems(
      makeItems(40 * 24, { ...hourly, start: "2025-11-22T00:00:00Z" }),
    );
    const repo = projectRepo(
      projectOf({ url: api.url, syncs: { items: itemsSyncWith({ run: { max_windows: 5 } }) } }),
    );
    const order = ["backfill", "--from", "2025-11-22", "--to", "2026-01-01"];
    const orders = (): string => repo.git("ls-tree", "--name-only", "HEAD", "ledger/items/orders/");

    let runs = 0;
    let report = await runAt(repo.folder, "2026-01-01T00:02:00Z", order);
    const first = orders();
    for (runs = 1; orders() !== "" && runs < 20; runs += 1)
      report = await runAt(repo.folder, "2026-01-01T00:10:00Z");

    expect(first).toMatch(/^ledger\/items\/orders\/[^\n]+\.json$/);
    expect(runs).toBe(8);
    expect(report).toMatchObject({ code: 0, windows_remaining: 0 });
    expect(joined(recordsOf(repo))).toEqual(["2025-11-22T00:00:00Z--2026-01-01T00:00:00Z"]);
    expect(sqliteRows(repo)).toEqual(expectedRows(api.items));
    expect(api.requests).toHaveLength(40);
    expect(await findingsAt(repo.folder, "2026-01-01T01:00:00Z")).toEqual([]);
  });

  it("stops an order where a person withdraws it (contract 3.4)", async () => {
    await using api = await serveItems(
      makeItems(240, { ...hourly, start: "2025-12-22T00:00:00Z" }),
    );
    const repo = projectRepo(
      projectOf({ url: api.url, syncs: { items: itemsSyncWith({ run: { max_windows: 5 } }) } }),
    );
    const order = ["backfill", "--from", "2025-12-22", "--to", "2026-01-01"];

    await runAt(repo.folder, "2026-01-01T00:02:00Z", order);
    repo.git("rm", "-q", "-r", "ledger/items/orders");
    repo.git("commit", "-q", "-m", "withdraw the order");
    const report = await runAt(repo.folder, "2026-01-01T00:10:00Z");

    expect(report).toMatchObject({ code: 0, status: "nothing_due", windows_remaining: 0 });
    expect(recordsOf(repo)).toHaveLength(5);
    expect(api.requests).toHaveLength(5);
    expect(repo.status()).toBe("");
  });
});

function runIdOfDay(day: number): string {
  const text = (ms: number): string => isoSeconds(ms).replaceAll(/[-:]/g, "");
  const start = Date.parse("2026-01-01T00:00:00Z") + day * 86_400_000;
  return `items/${text(start)}--${text(start + 86_400_000)}`;
}
