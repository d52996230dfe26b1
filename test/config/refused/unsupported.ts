// Refused configurations. What parses already and has no engine yet.

import type { RefusedCase } from "./refused-case.ts";

export const unsupportedCases: readonly RefusedCase[] = [
  {
    title: "a module as source",
    edits: [
      [
        "type: http\n    base_url: https://api.example.com/v2\n    auth: {type: bearer, env: TIDEMARK_CRM_TOKEN}",
        "type: module\n    path: ./crm.mts",
      ],
    ],
    problems: ["tidemark.yml:5 sources.crm.type: not supported yet: module"],
  },
  {
    title: "basic auth",
    edits: [
      [
        "{type: bearer, env: TIDEMARK_CRM_TOKEN}",
        "{type: basic, user: me, env: TIDEMARK_PASSWORD}",
      ],
    ],
    problems: ["tidemark.yml:7 sources.crm.auth.type: not supported yet: basic"],
  },
  {
    title: "a secret in the query",
    edits: [
      ["{type: bearer, env: TIDEMARK_CRM_TOKEN}", "{type: query, name: key, env: TIDEMARK_KEY}"],
    ],
    problems: ["tidemark.yml:7 sources.crm.auth.type: not supported yet: query"],
  },
  {
    title: "OAuth2",
    edits: [
      [
        "{type: bearer, env: TIDEMARK_CRM_TOKEN}",
        "{type: oauth2, grant: client_credentials, token_url: https://x.example/token, client_id: a, env: TIDEMARK_SECRET}",
      ],
    ],
    problems: ["tidemark.yml:7 sources.crm.auth.type: not supported yet: oauth2"],
  },
  {
    title: "what limits may say later",
    edits: [
      [
        "limits: {",
        "limits: {quota: {requests: 1000, per: 1d}, signals: [{remaining: header:A, reset: header:B, unit: epoch_s}], responses: [{when: {status: 401}, then: refresh_auth}], ",
      ],
    ],
    problems: [
      "tidemark.yml:8 sources.crm.limits.quota: not supported yet: quota",
      "tidemark.yml:8 sources.crm.limits.responses[0].then: not supported yet: refresh_auth",
      "tidemark.yml:8 sources.crm.limits.signals: not supported yet: a list of signals",
    ],
  },
  {
    title: "what a sync may say later",
    edits: [
      [
        "destination: local",
        "destination: local\n    emit: /object\n    deletes: {snapshot: {every: 7d}}\n    run: {concurrency: 2, reread: {every: 7d, last: 30d}}\n    transform: ./map.mts\n    approve: pull_request\n    alerts: {anomaly: warn, issue: true, heartbeat: {env: TIDEMARK_HEARTBEAT}}",
      ],
      [
        "{type: token,",
        "{cap: 10000, incomplete_when: {path: /status, equals: incomplete}, type: token,",
      ],
    ],
    problems: [
      "tidemark.yml:28 syncs.contacts.alerts.anomaly: not supported yet: warn",
      "tidemark.yml:28 syncs.contacts.alerts.heartbeat: not supported yet: heartbeat",
      "tidemark.yml:27 syncs.contacts.approve: not supported yet: pull_request",
      "tidemark.yml:24 syncs.contacts.deletes.snapshot: not supported yet: snapshot",
      "tidemark.yml:23 syncs.contacts.emit: not supported yet: emit",
      "tidemark.yml:20 syncs.contacts.pages.cap: not supported yet: cap",
      "tidemark.yml:20 syncs.contacts.pages.incomplete_when: not supported yet: incomplete_when",
      "tidemark.yml:25 syncs.contacts.run.reread: not supported yet: reread",
      "tidemark.yml:26 syncs.contacts.transform: not supported yet: transform",
    ],
  },
  {
    title: "a delete feed, whose sync needs no destination",
    edits: [
      [
        "    destination: local\n",
        '    destination: local\n    deletes: {sync: people}\n  people:\n    id: people\n    source: crm\n    request: {path: /people, query: {from: "{{window.start}}", to: "{{window.end}}"}}\n    key: /id\n    watermark: {path: /updatedAt, format: rfc3339, precision: 1ms}\n    filter: {start: inclusive, end: exclusive}\n    window: {start: 2026-01-01, step: 1d}\n',
      ],
    ],
    problems: ["tidemark.yml:23 syncs.contacts.deletes.sync: not supported yet: sync"],
  },
  {
    title: "Postgres",
    edits: [
      [
        "{type: sqlite, path: .tidemark/tidemark.db}",
        "{type: postgres, env: TIDEMARK_DATABASE_URL}",
      ],
    ],
    problems: ["tidemark.yml:10 destinations.local.type: not supported yet: postgres"],
  },
  {
    title: "http as destination",
    edits: [
      [
        "{type: sqlite, path: .tidemark/tidemark.db}",
        "{type: http, base_url: https://x.example, auth: {type: none}, upsert: {method: PUT, path: /a}}",
      ],
    ],
    problems: ["tidemark.yml:10 destinations.local.type: not supported yet: http"],
  },
  {
    title: "a module as destination",
    edits: [["{type: sqlite, path: .tidemark/tidemark.db}", "{type: module, path: ./own.mts}"]],
    problems: ["tidemark.yml:10 destinations.local.type: not supported yet: module"],
  },
];
