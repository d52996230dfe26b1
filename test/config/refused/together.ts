// Refused configurations. Keys that go together, and references between entries.

import type { RefusedCase } from "./refused-case.ts";

export const togetherCases: readonly RefusedCase[] = [
  {
    title: "a predicate that tests nothing",
    edits: [["next: body:/next", "next: body:/next, done: {path: /end}"]],
    problems: [
      "tidemark.yml:20 syncs.contacts.pages.done: expected exactly one of equals, contains, present, found none; add it",
    ],
  },
  {
    title: "a predicate that tests twice",
    edits: [
      ["next: body:/next", "next: body:/next, done: {path: /end, equals: true, present: true}"],
    ],
    problems: [
      "tidemark.yml:20 syncs.contacts.pages.done: expected exactly one of equals, contains, present, found equals and present; remove the others",
    ],
  },
  {
    title: "a predicate without place",
    edits: [["next: body:/next", "next: body:/next, done: {equals: true}"]],
    problems: [
      "tidemark.yml:20 syncs.contacts.pages.done: expected exactly one of path, name, found none; add it",
    ],
  },
  {
    title: "a predicate of a cut answer that tests nothing",
    edits: [["next: body:/next", "next: body:/next, incomplete_when: {path: /status}"]],
    problems: [
      "tidemark.yml:20 syncs.contacts.pages.incomplete_when: expected exactly one of equals, contains, present, found none; add it",
      "tidemark.yml:20 syncs.contacts.pages.incomplete_when: not supported yet: incomplete_when",
    ],
  },
  {
    title: "a header tested by path",
    edits: [
      ["limits: {", "limits: {responses: [{when: {header: {path: /a, equals: b}}, then: fail}], "],
    ],
    problems: [
      "tidemark.yml:8 sources.crm.limits.responses[0].when.header: expected name, found none; add it",
      "tidemark.yml:8 sources.crm.limits.responses[0].when.header.path: expected a name, since a header is tested here, found path; remove path",
    ],
  },
  {
    title: "a body tested by name",
    edits: [
      [
        "limits: {",
        "limits: {responses: [{when: {body: {path: /a, name: X-A, equals: b}}, then: fail}], ",
      ],
    ],
    problems: [
      "tidemark.yml:8 sources.crm.limits.responses[0].when.body.name: expected a path, since a value of JSON is tested here, found name; remove name",
    ],
  },
  {
    title: "a response rule without condition",
    edits: [["limits: {", "limits: {responses: [{when: {}, then: fail}], "]],
    problems: [
      "tidemark.yml:8 sources.crm.limits.responses[0].when: expected status, header or body, found none of them; say when the rule holds",
    ],
  },
  {
    title: "deletes of no kind",
    edits: [["destination: local", "destination: local\n    deletes: {}"]],
    problems: [
      "tidemark.yml:23 syncs.contacts.deletes: expected exactly one of flag, sync, snapshot, found none; add it",
    ],
  },
  {
    title: "deletes flagged by a header",
    edits: [
      [
        "destination: local",
        "destination: local\n    deletes: {flag: {path: /a, name: X-A, equals: true}}",
      ],
    ],
    problems: [
      "tidemark.yml:23 syncs.contacts.deletes.flag.name: expected a path, since a value of JSON is tested here, found name; remove name",
    ],
  },
  {
    title: "an unknown source",
    edits: [["source: crm", "source: crn"]],
    problems: [
      'tidemark.yml:13 syncs.contacts.source: expected one of sources: crm, found "crn"; did you mean crm?',
    ],
  },
  {
    title: "an unknown destination",
    edits: [["destination: local", "destination: warehouse"]],
    problems: [
      'tidemark.yml:22 syncs.contacts.destination: expected one of destinations: local, found "warehouse"; declare it under destinations or name another',
    ],
  },
  {
    title: "no destination",
    edits: [["    destination: local\n", ""]],
    problems: [
      "tidemark.yml:12 syncs.contacts.destination: expected a value, found nothing; add destination",
    ],
  },
  {
    title: "everything at once, in the order of paths",
    edits:
      "version: 1\nleger: {}\nsources:\n  crm: {type: http, base_url: http://api.example.com, auth: {type: bearer, env: hunter2}, limits: {tries: 0}}\n  erp: {type: http, base_url: https://erp.example.com, auth: {type: basic, env: hunter2}}\n  old: {type: http, base_url: http://old.example.com, auth: {type: bearer, env: hunter2}}\ndestinations:\n  local: {type: sqlite}\nsyncs:\n  orders:\n    source: erp\n    zebra: true\n    request: {path: /orders}\n    key: /id\n    watermark: {path: /at, format: date, precision: 1s}\n    filter: none\n    window: {start: 2026-01-01, step: 1d, delay: 0s}\n    destination: locl\n  people:\n    source: crm\n",
    problems: [
      "tidemark.yml:8 destinations.local.path: expected a value, found nothing; add path",
      "tidemark.yml:2 leger: expected a known key, found an unknown one; did you mean ledger?",
      "tidemark.yml:4 sources.crm.limits.tries: expected a whole number from 1 to 100, found 0; change it",
      "tidemark.yml:5 sources.erp.auth.type: not supported yet: basic",
      "tidemark.yml:6 sources.old.auth.env: expected the name of a variable like TIDEMARK_CRM_TOKEN, found other text; rename the variable, or allow its name by env-allow (never GITHUB_ ACTIONS_ INPUT_ RUNNER_ NODE_)",
      "tidemark.yml:6 sources.old.base_url: expected https, found http to a host that is not this machine; use https or set allow_http: true",
      'tidemark.yml:18 syncs.orders.destination: expected one of destinations: local, found "locl"; did you mean local?',
      'tidemark.yml:15 syncs.orders.watermark.precision: expected 1d, as format date requires, found "1s"; write precision: 1d',
      "tidemark.yml:15 syncs.orders.watermark.timezone: expected a zone, since date has no offset, found nothing; add the zone that the API means",
      'tidemark.yml:17 syncs.orders.window.delay: expected at least the precision 1s, found "0s"; raise delay',
      "tidemark.yml:12 syncs.orders.zebra: expected one of id source vars request first_only records key emit watermark filter order pages deletes window run destination table key_column columns transform on_delete approve tolerate alerts, found an unknown key; remove it",
      "tidemark.yml:19 syncs.people.filter: expected a value, found nothing; add filter",
      "tidemark.yml:19 syncs.people.key: expected a value, found nothing; add key",
      "tidemark.yml:19 syncs.people.request: expected a value, found nothing; add request",
      "tidemark.yml:19 syncs.people.watermark: expected a value, found nothing; add watermark",
      "tidemark.yml:19 syncs.people.window: expected a value, found nothing; add window",
    ],
  },
  {
    title: "one id for two syncs",
    edits: [
      [
        "    destination: local\n",
        '    destination: local\n  people:\n    id: contacts\n    source: crm\n    request: {path: /people, query: {from: "{{window.start}}", to: "{{window.end}}"}}\n    key: /id\n    watermark: {path: /updatedAt, format: rfc3339, precision: 1ms}\n    filter: {start: inclusive, end: exclusive}\n    window: {start: 2026-01-01, step: 1d}\n    destination: local\n',
      ],
    ],
    problems: [
      'tidemark.yml:24 syncs.people.id: expected an id of its own, not that of sync contacts, found "contacts"; set another id',
    ],
  },
];
