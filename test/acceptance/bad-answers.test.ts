// Answers that an API should never give: each ends the window with a code of the contract's list, or is counted, and
// no answer of one source touches another (sources.md 4, 5, 10).

import { expect, it } from "vitest";

import { type Item, send, serveItems } from "../support/acceptance-api.ts";
import {
  itemsSyncWith,
  type Json,
  projectOf,
  projectRepo,
  recordsOf,
} from "../support/acceptance-project.ts";
import { runAt } from "../support/cli-process.ts";

const first: Item = { id: 1, updated_at: "2026-01-01T01:00:00Z" };
const page = (...results: unknown[]): string => JSON.stringify({ total: results.length, results });

interface Answer {
  readonly status?: number;
  readonly body: string;
  /** Status, code, and counts that differ from one processed record. */
  readonly outcome: string;
}

// What answers the second page of a window; the first one is sound, so that the source has accepted a request.
const answers: Readonly<Record<string, Answer>> = {
  html: { body: "<html><body>Sign in</body></html>", outcome: "failed malformed_response" },
  truncated: { body: page(first).slice(0, 20), outcome: "failed malformed_response" },
  empty: { body: "", outcome: "failed malformed_response" },
  nested: {
    body: `{"total":0,"results":${"[".repeat(100)}${"]".repeat(100)}}`,
    outcome: "failed malformed_response",
  },
  no_array: { body: '{"total":0,"results":null}', outcome: "failed malformed_response" },
  endless_number: {
    body: page({ ...first, id: 2 }).replace("2,", "1e400,"),
    outcome: "failed malformed_response",
  },
  gone: { status: 404, body: "{}", outcome: "failed source_rejected" },
  broken: { status: 500, body: "{}", outcome: "failed source_rejected" },
  forbidden: { status: 403, body: "{}", outcome: "failed auth" },
  busy: { status: 429, body: "{}", outcome: "failed throttled" },
  backwards: {
    body: page({ id: 2, updated_at: "2026-01-01T00:30:00Z" }),
    outcome: "failed unordered",
  },
  no_watermark: { body: page({ id: 2 }), outcome: "failed item_failures" },
  bad_watermark: {
    body: page({ id: 2, updated_at: "yesterday" }),
    outcome: "failed item_failures",
  },
  no_key: { body: page({ updated_at: "2026-01-01T02:00:00Z" }), outcome: "failed item_failures" },
  no_object: { body: page("text"), outcome: "failed item_failures" },
  naive_time: {
    body: page({ id: 2, updated_at: "2026-01-01T02:00:00" }),
    outcome: "failed config",
  },
  future: {
    body: page({ id: 2, updated_at: "2031-01-01T02:00:00Z" }),
    outcome: "succeeded out_of_window 1",
  },
};

it(
  "gives each answer that cannot be used its code and touches no other sync (contract 3.1)",
  { timeout: 120_000 },
  async () => {
    await using api = await serveItems([]);
    api.hook = (request, response) => {
      const answer = answers[request.collection];
      if (request.query.get("key") === "0" || answer === undefined)
        return send(response, 200, JSON.stringify({ total: 2, results: [first] }));
      return send(response, answer.status ?? 200, answer.body);
    };
    const names = Object.keys(answers);
    const repo = projectRepo({
      ...projectOf({ url: api.url }),
      sources: Object.fromEntries(names.map((name) => [name, sourceOf(api.url)])),
      syncs: Object.fromEntries(names.map((name) => [name, syncOf(name)])),
    });

    const report = await runAt(repo.folder, "2026-01-02T00:02:00Z");

    expect(report.code).toBe(1);
    expect(
      Object.fromEntries(names.map((name) => [name, outcomeOf(recordsOf(repo, name)[0])])),
    ).toEqual(Object.fromEntries(names.map((name) => [name, answers[name]?.outcome])));
    expect(repo.status()).toBe("");
    const messages = names.flatMap((name) => recordsOf(repo, name)[0]?.error?.message ?? []);
    expect(
      messages.filter((message) => /Sign in|yesterday|127\.0\.0\.1.*\?/.test(message)),
    ).toEqual([]);
  },
);

function sourceOf(url: string): Json {
  const sources = projectOf({ url })["sources"] as Record<string, Json>;
  return sources["api"] ?? {};
}

function syncOf(name: string): Json {
  return itemsSyncWith({ source: name, request: { path: `/${name}` } });
}

function outcomeOf(record: ReturnType<typeof recordsOf>[number] | undefined): string {
  if (record === undefined) return "no record";
  if (record.error !== null) return `${record.status} ${record.error.code}`;
  return `${record.status} out_of_window ${record.item_counts["out_of_window"]}`;
}
