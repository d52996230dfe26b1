// The documented recipe against json-server 0.17 with 20,000 records: the destination equals the source.

import { describe, expect, it } from "vitest";

import {
  type Json,
  joined,
  fileRows,
  projectOf,
  projectRepo,
  recordsOf,
  sqliteRows,
  wholeRows,
} from "../support/acceptance-project.ts";
import { findingsAt, runAt } from "../support/cli-process.ts";
import { serveJson } from "../support/json-server.ts";
import { seededRandom } from "../support/seeded-random.ts";

const start = "2026-01-01";
const now = "2026-01-21T00:02:00Z";
const later = "2026-01-21T01:00:00Z";
const reprocess = ["backfill", "--from", start, "--to", "2026-01-21", "--reprocess", "all"];
const spanMs = 20 * 86_400_000;

interface Order {
  readonly id: number;
  readonly updatedAt: string;
  readonly total: number;
  readonly name: string;
}

describe("json-server", { timeout: 120_000 }, () => {
  it.each([
    { type: "sqlite", path: ".tidemark/rows.db" },
    { type: "files", path: "data" },
  ])(
    "delivers 20,000 records once into $type and a reprocess changes nothing",
    async (destination) => {
      const orders = makeOrders(20_000);
      await using api = await serveJson({ orders });
      const repo = projectRepo(
        projectOf({ url: api.url, destination, syncs: { shop_orders: shopOrders } }),
      );
      const rows = (): string[] =>
        destination.type === "sqlite"
          ? sqliteRows(repo, "shop_orders")
          : fileRows(repo, "shop_orders");

      const first = await runAt(repo.folder, now);
      const records = recordsOf(repo, "shop_orders");
      const delivered = rows();
      const image = bytesOf(repo, destination.type);
      const again = await runAt(repo.folder, later, reprocess);
      const reread = recordsOf(repo, "shop_orders");

      expect(first).toMatchObject({ code: 0, status: "ok", windows_succeeded: 10, gaps: [] });
      expect(delivered).toEqual(
        orders.map((order) => `${order.id} ${shown(order.updatedAt)}`).toSorted(),
      );
      expect(joined(records)).toEqual(["2026-01-01T00:00:00Z--2026-01-21T00:00:00Z"]);
      expect(sum(records.map((record) => record.receipt.records))).toBe(20_000);
      expect(again).toMatchObject({ code: 0, status: "ok", windows_succeeded: 10 });
      expect(reread.map((record) => record.receipt)).toEqual(
        records.map((record) => record.receipt),
      );
      expect(reread.map(({ item_counts: counts }) => counts["processed"])).toEqual(
        reread.map(({ item_counts: counts }) => counts["unchanged"]),
      );
      expect(bytesOf(repo, destination.type)).toEqual(image);
      expect(repo.status()).toBe("");
      expect(await findingsAt(repo.folder, "2026-01-21T02:00:00Z")).toEqual([]);
    },
  );
});

const shopOrders: Json = {
  source: "api",
  request: {
    path: "/orders",
    query: {
      updatedAt_gte: "{{keyset.watermark}}",
      updatedAt_lte: "{{window.end}}",
      _sort: "updatedAt,id",
      _order: "asc,asc",
      _page: "{{page.number}}",
      _limit: "{{page.size}}",
    },
  },
  key: "/id",
  watermark: { path: "/updatedAt", format: "rfc3339", precision: "1ms" },
  filter: { start: "inclusive", end: "inclusive" },
  // oxlint-disable-next-line unicorn/no-thenable -- `then` is a key of the configuration
  order: { by: "watermark", dir: "asc", then: "key", compare: "numeric" },
  pages: { type: "page", size: 500, keyset: "watermark", total: "header:X-Total-Count" },
  window: { start, step: "2d", delay: "1m", lookback: "10m" },
  run: { max_windows: 20 },
  destination: "local",
};

// Ties of up to a few records, some exactly on a boundary; ids in no order of time.
function makeOrders(count: number): Order[] {
  const random = seededRandom(20_260_101);
  return Array.from({ length: count }, (_, index) => {
    const stepMs = index % 50 === 0 ? 86_400_000 : 30_000;
    const at = Math.floor((random.next() * spanMs) / stepMs) * stepMs;
    return {
      id: index + 1,
      updatedAt: new Date(Date.parse(start) + at).toISOString(),
      total: Math.floor(random.next() * 1e6) / 100,
      name: `order ${index}`,
    };
  });
}

function shown(time: string): string {
  return time.replace(".000Z", "Z");
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

// Rows as the destination stores them; the file of a database also holds epochs, so its rows are compared.
function bytesOf(repo: ReturnType<typeof projectRepo>, type: string): string {
  return type === "files"
    ? repo.git("rev-parse", "HEAD:data/shop_orders.ndjson")
    : JSON.stringify(wholeRows(repo, "shop_orders"));
}
