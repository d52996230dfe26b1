// The configuration that the demo writes, as a user would.

/** The place of the SQLite file in the demo's repository. */
export const databasePath = ".tidemark/demo.db";

/** The variable that holds the CRM's token. */
export const tokenVariable = "TIDEMARK_DEMO_TOKEN";

/** The whole file, for a CRM at that address. */
export function demoConfig(url: string, start: string): string {
  return `version: 1
sources:
  crm:
    type: http
    base_url: ${url}
    auth: { type: bearer, env: ${tokenVariable} }
    limits: { pace: [{ requests: 8, per: 1s }] }
destinations:
  local: { type: sqlite, path: ${databasePath} }
syncs:
  contacts:
    source: crm
    request:
      path: /contacts
      query:
        updated_from: "{{window.start}}"
        updated_to: "{{window.end}}"
        after_updated: "{{keyset.watermark}}"
        after_id: "{{keyset.key}}"
        limit: "{{page.size}}"
    records: /contacts
    key: /id
    watermark: { path: /updated_at, format: rfc3339, precision: 1s }
    filter: { start: inclusive, end: inclusive }
    order: { by: watermark, dir: asc, then: key, compare: numeric }
    pages: { type: none, size: 100, keyset: [watermark, key], seed: "0", total: "header:X-Total-Count" }
    window: { start: ${start}, step: 1d, delay: 10m, lookback: 30m }
    run: { every: 1d, max_windows: 3 }
    destination: local
    columns:
      name: { path: /name, type: text }
      stage: { path: /stage, type: text }
      origin: { path: /origin, type: text }
      revision: { path: /revision, type: integer }
`;
}
