// What a run says while it works: plain lines for logs, one live line on a terminal.

import { describe, expect, test } from "vitest";

import { liveLines } from "../../../src/adapters/terminal/live-lines.ts";
import { plainLines } from "../../../src/adapters/terminal/plain-lines.ts";
import { runIdOf } from "../../../src/core/record/run-id.ts";
import { noRequests } from "../../../src/core/record/run-record.ts";
import type { ProgressEvent } from "../../../src/ports/progress.ts";
import { dayOf, failedRecord, succeededRecord } from "../../support/record-builders.ts";

const day = dayOf("2026-11-22");
const runId = runIdOf("contacts", day);
const succeeded = succeededRecord(day, { requests: { ...noRequests, sent: 4, retried: 1 } });
const page = (pages: number, fetched: number): ProgressEvent => ({
  kind: "page",
  runId,
  pages,
  fetched,
  requests: pages,
});
const started: ProgressEvent = { kind: "started", runId, attempt: 1, timeLeftMs: 600_000 };
const clear = "\r\u001B[2K";

/** A screen whose clock is moved by the test. */
function liveScreen(columns: number): {
  readonly report: (event: ProgressEvent, atMs?: number) => string;
} {
  let written = "";
  let now = 0;
  const progress = liveLines((text) => (written += text), { columns, now: () => now });
  return {
    report: (event, atMs = now) => {
      now = atMs;
      written = "";
      progress.report(event);
      return written;
    },
  };
}

describe("lines of a run", () => {
  test("plain ones say what settled, what a run notes, and waits of five seconds and more", () => {
    let text = "";
    const progress = plainLines((line) => (text += line));
    const events: readonly ProgressEvent[] = [
      { kind: "planned", windows: 1, remaining: 0 },
      started,
      page(1, 500),
      { kind: "waiting", source: "crm", ms: 4999 },
      { kind: "waiting", source: "crm", ms: 5000 },
      { kind: "note", text: "crm is in use" },
      { kind: "settled", record: succeeded },
      { kind: "settled", record: failedRecord(day) },
    ];
    for (const event of events) progress.report(event);
    const failed = failedRecord(day);
    const { inserted, processed } = succeeded.itemCounts;
    expect(text.split("\n")).toEqual([
      "waiting 5 s until crm may be asked again",
      "crm is in use",
      expect.stringMatching(
        `^contacts 2026-11-22 succeeded: ${processed} records? \\(${inserted} inserted`,
      ),
      `contacts 2026-11-22 failed, ${failed.error.code}: ${failed.error.message}`,
      "",
    ]);
    expect(text).toContain(", 4 requests, 1 of them retries\n");
  });

  test("the live one shows pages, records, rate, waiting, what is to come and the time left", () => {
    const screen = liveScreen(200);
    screen.report({ kind: "planned", windows: 2, remaining: 3 });
    expect(screen.report(started)).toBe(`${clear}${runId}  attempt 1  5 to come  10:00 left`);
    expect(screen.report({ kind: "waiting", source: "crm", ms: 61_000 }, 1000)).toBe(
      `${clear}waiting 1:01 until crm may be asked again  5 to come  9:59 left`,
    );
    expect(screen.report(page(2, 1000), 4000)).toBe(
      `${clear}${runId}  2 pages  1000 records  250/s  waited 1:01  5 to come  9:56 left`,
    );
  });

  test("the live one is drawn at most ten times a second, and fits the terminal", () => {
    const screen = liveScreen(30);
    expect(screen.report(started)).toBe(`${clear}${runId.slice(0, 29)}`);
    expect(screen.report(page(1, 10), 99)).toBe("");
    expect(screen.report(page(2, 20), 100)).toBe(`${clear}${runId.slice(0, 29)}`);
  });

  test("a settled window leaves its line and no live one; a note goes above the live one", () => {
    const screen = liveScreen(200);
    const live = screen.report(started).slice(clear.length);
    expect(screen.report({ kind: "note", text: "hello" })).toBe(`${clear}hello\n${live}`);
    const settled = screen.report({ kind: "settled", record: succeeded });
    expect([settled.startsWith(clear), settled.endsWith("\n")]).toEqual([true, true]);
    expect(settled).not.toContain("attempt 1");
  });
});
