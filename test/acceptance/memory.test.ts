// One window of 200,000 records streams through: pages are written while the next one is read, and none is kept. The
// records are larger together than the heap that the process may have.

import { existsSync, readFileSync } from "node:fs";

import { expect, it } from "vitest";

import { isoSeconds, send, serveItems } from "../support/acceptance-api.ts";
import {
  itemsSyncWith,
  projectOf,
  projectRepo,
  recordsOf,
  wholeRows,
} from "../support/acceptance-project.ts";
import { startCli } from "../support/cli-process.ts";

const records = 200_000;
const pageSize = 2000;
const boundBytes = 400e6;
const heapMegabytes = 64;

it(
  "delivers a window of 200,000 records below 400 MB of memory",
  { timeout: 120_000 },
  async () => {
    await using api = await serveItems([]);
    let peak: number | undefined;
    // A sorted walk by number, made page by page; the peak is read while the process waits for the last page.
    api.hook = (request, response) => {
      const after = Number(request.query.get("key"));
      if (after + pageSize >= records) peak = peakBytesOf(child.pid);
      return send(
        response,
        200,
        JSON.stringify({ total: records - after, results: pageAfter(after) }),
      );
    };
    const sync = itemsSyncWith({
      pages: { size: pageSize },
      columns: { text: { path: "/text", type: "text" } },
    });
    const repo = projectRepo(projectOf({ url: api.url, syncs: { items: sync } }));

    const child = startCli(repo.folder, ["run"], {
      now: "2026-01-02T00:02:00Z",
      env: { NODE_OPTIONS: `--max-old-space-size=${heapMegabytes}` },
    });
    const end = await child.ended;

    expect(end).toMatchObject({ code: 0 });
    expect(recordsOf(repo)[0]?.item_counts).toMatchObject({ fetched: records, inserted: records });
    expect(wholeRows(repo)).toHaveLength(records);
    if (peak === undefined) console.log("peak memory is not measured: this system has no /proc");
    else console.log(`peak memory ${Math.round(peak / 1e6)} MB, bound ${boundBytes / 1e6} MB`);
    expect(peak ?? 0).toBeLessThan(boundBytes);
  },
);

function pageAfter(after: number): unknown[] {
  const count = Math.min(pageSize, records - after);
  return Array.from({ length: count }, (_, index) => {
    const id = after + index + 1;
    const at = Date.parse("2026-01-01T00:00:00Z") + Math.floor((id * 86_399) / records) * 1000;
    return { id, updated_at: isoSeconds(at), text: `record ${id} `.repeat(20) };
  });
}

// The high-water mark that Linux keeps, in bytes.
function peakBytesOf(pid: number): number | undefined {
  const file = `/proc/${pid}/status`;
  if (!existsSync(file)) return undefined;
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(file, "utf8"))?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}
