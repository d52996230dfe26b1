import { expect, test } from "vitest";

import { type ParsedConfig, parseConfig } from "../../src/config/parse.ts";
import type { ProjectSpec } from "../../src/core/sync/sync-spec.ts";
import { at, limitsOf, projectOf, sourceOf, syncOf } from "../support/builders.ts";
import { accepted } from "./refused/refused-case.ts";

function parse(text: string, envAllow: readonly string[] = []): ParsedConfig {
  return parseConfig(text, { file: "tidemark.yml", envAllow, ledger: {} });
}

function projectIn(text: string): ProjectSpec {
  const parsed = parse(text);
  if (!parsed.ok) throw new Error(parsed.problems.join("\n"));
  return parsed.project;
}

/** The accepted text with one replacement. */
function changed(from: string, to: string): string {
  expect(accepted).toContain(from);
  return accepted.replace(from, () => to);
}

test("resolves the recipe of a JSON Server with all defaults", () => {
  const project = projectIn(`
version: 1
sources:
  shop: {type: http, base_url: http://localhost:3000, auth: {type: none}, limits: {pace: [{requests: 20, per: 1s}]}}
destinations:
  local: {type: sqlite, path: .tidemark/tidemark.db}
syncs:
  shop-orders:
    source: shop
    request:
      path: /orders
      query: {updatedAt_gte: "{{keyset.watermark}}", updatedAt_lte: "{{window.end}}", _sort: "updatedAt,id", _order: "asc,asc",
              _page: "{{page.number}}", _limit: "{{page.size}}"}
    key: /id
    watermark: {path: /updatedAt, format: rfc3339, precision: 1ms}
    filter: {start: inclusive, end: inclusive}
    order: {by: watermark, dir: asc, then: key, compare: numeric}
    pages: {type: page, size: 100, keyset: watermark, total: header:X-Total-Count}
    window: {start: 2026-01-01, step: 1d, delay: 1m, lookback: 10m}
    destination: local
`);
  const pace = [{ requests: 20, perMs: 1000, mode: "safe" as const, burst: 1 }];
  const base = syncOf();
  expect(project).toEqual(
    projectOf({
      sources: new Map([
        [
          "shop",
          sourceOf({
            name: "shop",
            baseUrl: "http://localhost:3000",
            limits: limitsOf({ pace, concurrency: 8 }),
          }),
        ],
      ]),
      syncs: [
        syncOf({
          name: "shop-orders",
          id: "shop-orders",
          source: "shop",
          request: {
            method: "GET",
            path: "/orders",
            query: {
              updatedAt_gte: "{{keyset.watermark}}",
              updatedAt_lte: "{{window.end}}",
              _sort: "updatedAt,id",
              _order: "asc,asc",
              _page: "{{page.number}}",
              _limit: "{{page.size}}",
            },
            headers: {},
            body: undefined,
          },
          filter: {
            start: "inclusive",
            end: "inclusive",
            granularityMicros: 1000,
            format: { kind: "rfc3339" },
            timezone: "UTC",
            overshoot: "deliver",
          },
          readingOrder: { by: "watermark", dir: "asc", thenKey: true, compare: "numeric" },
          pages: {
            ...base.pages,
            type: "page",
            size: 100,
            total: { in: "header", name: "X-Total-Count" },
            keyset: "watermark",
            positional: true,
          },
          window: { ...base.window, delayMicros: 60_000_000, lookbackMicros: 600_000_000 },
          table: "shop_orders",
        }),
      ],
    }),
  );
});

const everyKey = `
version: 1
ledger: {path: state/ledger, branch: tidemark/ledger, publish: pull_request, item_keys: hashed, keep_files: all}
run: {time_budget: 45m}
sources:
  crm:
    type: http
    base_url: "http://{{vars.host}}/v2/"
    allow_http: true
    vars: {host: crm.internal, team: sales}
    headers: {X-Version: "{{vars.team}} 2"}
    auth: {type: header, name: X-Api-Key, env: CRM_KEY, prefix: Key}
    limits:
      pace: [{requests: 100, per: 1d, mode: fast, burst: 50}, {requests: 5, per: 2s}]
      concurrency: 3
      signals: none
      max_wait: PT1H
      tries: 2
      backoff: {throttle: 2s, retry: 500ms, max: 2m}
      timeout: 5s
      max_body: 10MB
      max_depth: 10
      responses:
        - {when: {status: [403, 5xx], header: {name: X-Reason, contains: Limit}, body: {path: /code, equals: [1, null]}}, then: throttle, wait: 30s}
        - {when: {status: 404, body: {path: /error, present: false}}, then: empty}
destinations:
  repo: {type: files, path: data/rows, format: csv, buckets: 4, max_size: 40MB}
syncs:
  deals:
    id: deals-2
    source: crm
    vars: {team: support}
    request:
      method: POST
      path: "/{{vars.team}}/search"
      query: {limit: "{{page.size}}", archived: true, ids: [1, two]}
      headers: {X-Team: "{{vars.team}}"}
      body: {since: "{{keyset.watermark}}", until: "before {{window.end}}", after: "{{keyset.key}}", deep: [{a: null}]}
    first_only: [limit, deep]
    records: /data/0/items
    key: [/org, /id]
    watermark: {path: /a~1b, format: "YYYY-MM-DD HH:mm", precision: 1m, timezone: Europe/Berlin, missing: skip, kind: created}
    filter: {start: exclusive, end: unknown, granularity: 1s, format: epoch_ms_string, timezone: account, overshoot: drop}
    order: {by: watermark, dir: asc, then: key, compare: numeric}
    pages: {type: none, size: 500, total: body:/total, keyset: [watermark, key], seed: 0, positional: false, max: 7, unsafe: true}
    deletes: {flag: {path: /state, equals: gone}}
    window: {start: 2026-03-29, step: 1mo, timezone: Europe/Berlin, delay: 1h, lookback: 1d, retention: 90d}
    run: {every: 7d, max_windows: 12, catch_up: newest, max_attempts: 2, concurrency: 3}
    destination: repo
    table: deals_eu
    key_column: deal
    columns: {email: {path: /e/mail, type: text}, amount: {path: /amount, type: numeric}}
    on_delete: hard
    approve: none
    emit: ""
    tolerate: {failed_items: 2.5%}
    alerts: {zero: allow, anomaly: "off", issue: true}
`;

test("resolves every key that has an engine", () => {
  const parsed = parse(everyKey, ["CRM_KEY"]);
  expect(parsed).toEqual({
    ok: true,
    project: {
      ledger: {
        path: "state/ledger",
        branch: "tidemark/ledger",
        publish: "pull_request",
        itemKeys: "hashed",
        keepFiles: undefined,
      },
      timeBudgetMs: 2_700_000,
      sources: new Map([
        [
          "crm",
          {
            name: "crm",
            type: "http",
            baseUrl: "http://crm.internal/v2",
            allowHttp: true,
            vars: { host: "crm.internal", team: "sales" },
            headers: { "X-Version": "{{vars.team}} 2" },
            auth: { type: "header", name: "X-Api-Key", env: "CRM_KEY", prefix: "Key" },
            limits: {
              pace: [
                { requests: 100, perMs: 86_400_000, mode: "fast", burst: 50 },
                { requests: 5, perMs: 2000, mode: "safe", burst: 1 },
              ],
              concurrency: 3,
              signals: { kind: "none" },
              maxWaitMs: 3_600_000,
              tries: 2,
              backoff: { throttleMs: 2000, retryMs: 500, maxMs: 120_000 },
              timeoutMs: 5000,
              maxBodyBytes: 10_000_000,
              maxDepth: 10,
              responses: [
                {
                  statuses: [403, "5xx"],
                  header: {
                    at: { in: "header", name: "X-Reason" },
                    test: { kind: "contains", text: "Limit" },
                  },
                  body: {
                    at: { in: "body", pointer: ["code"] },
                    test: { kind: "equals", values: [1, null] },
                  },
                  action: "throttle",
                  waitMs: 30_000,
                },
                {
                  statuses: [404],
                  header: undefined,
                  body: {
                    at: { in: "body", pointer: ["error"] },
                    test: { kind: "present", present: false },
                  },
                  action: "empty",
                  waitMs: undefined,
                },
              ],
            },
          },
        ],
      ]),
      destinations: new Map([
        [
          "repo",
          {
            name: "repo",
            type: "files",
            path: "data/rows",
            format: "csv",
            buckets: 4,
            maxSizeBytes: 40_000_000,
          },
        ],
      ]),
      syncs: [
        {
          name: "deals",
          id: "deals-2",
          source: "crm",
          destination: "repo",
          vars: { team: "support" },
          request: {
            method: "POST",
            path: "/{{vars.team}}/search",
            query: { limit: "{{page.size}}", archived: true, ids: [1, "two"] },
            headers: { "X-Team": "{{vars.team}}" },
            body: {
              since: "{{keyset.watermark}}",
              until: "before {{window.end}}",
              after: "{{keyset.key}}",
              deep: [{ a: null }],
            },
          },
          firstOnly: ["limit", "deep"],
          records: ["data", "0", "items"],
          key: [["org"], ["id"]],
          watermark: {
            pointer: ["a/b"],
            format: { kind: "pattern", pattern: "YYYY-MM-DD HH:mm" },
            precisionMicros: 60_000_000,
            timezone: "Europe/Berlin",
            missing: "skip",
            kind: "created",
          },
          filter: {
            start: "exclusive",
            end: "unknown",
            granularityMicros: 1_000_000,
            format: { kind: "epoch_ms_string" },
            timezone: "account",
            overshoot: "drop",
          },
          readingOrder: { by: "watermark", dir: "asc", thenKey: true, compare: "numeric" },
          pages: {
            type: "none",
            size: 500,
            start: 1,
            next: undefined,
            more: undefined,
            done: undefined,
            total: { in: "body", pointer: ["total"] },
            keyset: "watermark_key",
            seed: 0,
            positional: false,
            max: 7,
            unsafe: true,
          },
          deletes: {
            kind: "flag",
            predicate: {
              at: { in: "body", pointer: ["state"] },
              test: { kind: "equals", values: ["gone"] },
            },
          },
          window: {
            start: at("2026-03-28T23:00:00Z"),
            step: { months: 1, days: 0, micros: 0 },
            timezone: "Europe/Berlin",
            delayMicros: 3_600_000_000,
            lookbackMicros: 86_400_000_000,
            retentionMicros: 7_776_000_000_000,
          },
          run: {
            every: { months: 0, days: 7, micros: 0 },
            maxWindows: 12,
            catchUp: "newest",
            maxAttempts: 2,
            concurrency: 3,
          },
          table: "deals_eu",
          keyColumn: "deal",
          columns: [
            { name: "email", pointer: ["e", "mail"], type: "text" },
            { name: "amount", pointer: ["amount"], type: "numeric" },
          ],
          onDelete: "hard",
          tolerate: { kind: "share", share: 0.025 },
          alerts: { zero: "allow", issue: true },
        },
      ],
      warnings: [],
    },
  });
});

test.each([
  ["4 requests a second", "[{requests: 4, per: 1s}]", 4],
  ["20 requests a minute", "[{requests: 20, per: 1m}]", 1],
  ["50 requests a second", "[{requests: 50, per: 1s}]", 8],
  ["the fastest of two entries", "[{requests: 3, per: 1s}, {requests: 60, per: 1m}]", 3],
  ["whole requests", "[{requests: 5, per: 2s}]", 2],
  ["no pace", "[]", 1],
])("P9: the default concurrency follows %s", (_title, pace, concurrency) => {
  const project = projectIn(changed("[{requests: 4, per: 1s}]", pace));
  expect(project.sources.get("crm")?.limits.concurrency).toBe(concurrency);
});

test.each([
  ["1d", "1d", 5],
  ["1h", "1d", 48],
  ["1d", "1mo", 62],
  ["1mo", "1mo", 5],
])("windows of %s every %s: max_windows defaults to %i", (step, every, maxWindows) => {
  const text = changed("step: 1d}", `step: ${step}}\n    run: {every: ${every}}`);
  expect(projectIn(text).syncs[0]?.run.maxWindows).toBe(maxWindows);
});

test("a composite key goes to the column key", () => {
  expect(projectIn(changed("key: /id", "key: [/a, /b]")).syncs[0]?.keyColumn).toBe("key");
});

test("S65: a record that a change does not move may be paged by number", () => {
  const text = changed("precision: 1ms}", "precision: 1ms, kind: created}")
    .replace("type: token, next: body:/next", "type: page")
    .replace("{{page.token}}", "{{page.number}}");
  expect(projectIn(text).syncs[0]?.pages.positional).toBe(true);
});

test("S66: unsafe admits pages that can lose rows", () => {
  const text = changed("type: token, next: body:/next", "type: offset, unsafe: true").replace(
    "{{page.token}}",
    "{{page.offset}}",
  );
  expect(projectIn(text).syncs[0]?.pages).toMatchObject({ start: 0, unsafe: true });
});

test("S41: warns of windows that must read everything since their start", () => {
  const text = changed(", end: exclusive", "").replace(', to: "{{window.end}}"', "");
  expect(projectIn(text).warnings).toEqual([
    "syncs.contacts: each window reads everything since its start, because the API has no end bound and the response" +
      " no order by watermark; use long steps, or declare order if there is one",
  ]);
});

test("two syncs of equal columns share a table", () => {
  const second = accepted
    .slice(accepted.indexOf("  contacts:"))
    .replace("  contacts:", "  people:\n    table: contacts");
  expect(projectIn(accepted + second).syncs.map(({ table }) => table)).toEqual([
    "contacts",
    "contacts",
  ]);
});

test("S7: a name of env-allow is a name like any other, except those of the platform", () => {
  const own = changed("TIDEMARK_CRM_TOKEN", "CRM_TOKEN");
  expect(parse(own, ["CRM_TOKEN"]).ok).toBe(true);
  const platform = changed("TIDEMARK_CRM_TOKEN", "RUNNER_TOKEN");
  expect(parse(platform, ["RUNNER_TOKEN"]).ok).toBe(false);
});

test("no line shows what may be a secret", () => {
  const secrets = accepted
    .replace("env: TIDEMARK_CRM_TOKEN", "env: hunter2, prefix: [hunter2]")
    .replace("https://api", "ftp://hunter2@api")
    .replace("limits:", "vars: {a: [hunter2]}\n    headers: {Cookie: hunter2}\n    limits:");
  const parsed = parse(secrets);
  expect(parsed.ok ? [] : parsed.problems).toHaveLength(2);
  expect(JSON.stringify(parsed)).not.toContain("hunter2");
});
