// Refused configurations. Keys, types and leaves.

import type { RefusedCase } from "./refused-case.ts";

export const shapesCases: readonly RefusedCase[] = [
  {
    title: "another version",
    edits: [["version: 1", "version: 2"]],
    problems: ["tidemark.yml:1 version: expected 1, found 2; write 1"],
  },
  {
    title: "no version",
    edits: [["version: 1\n", ""]],
    problems: ["tidemark.yml:1 version: expected a value, found nothing; add version"],
  },
  {
    title: "a misspelt key at the top",
    edits: [["syncs:", "syncs: {}\nsync:"]],
    problems: [
      "tidemark.yml:12 sync: expected a known key, found an unknown one; did you mean syncs?",
    ],
  },
  {
    title: "two misspelt keys and one that is nothing like any",
    edits: [["key: /id\n", "key: /id\n    recrods: /a\n    first-only: []\n    zebra: 1\n"]],
    problems: [
      "tidemark.yml:19 syncs.contacts.first-only: expected a known key, found an unknown one; did you mean first_only?",
      "tidemark.yml:18 syncs.contacts.recrods: expected a known key, found an unknown one; did you mean records?",
      "tidemark.yml:20 syncs.contacts.zebra: expected one of id source vars request first_only records key emit watermark filter order pages deletes window run destination table key_column columns transform on_delete approve tolerate alerts, found an unknown key; remove it",
    ],
  },
  {
    title: "a key spelt like a property of every mapping",
    edits: [["key: /id\n", "key: /id\n    constructor: 1\n"]],
    problems: [
      "tidemark.yml:18 syncs.contacts.constructor: expected another name, found constructor; JavaScript objects use it themselves",
    ],
  },
  {
    title: "a missing key",
    edits: [["    key: /id\n", ""]],
    problems: ["tidemark.yml:12 syncs.contacts.key: expected a value, found nothing; add key"],
  },
  {
    title: "a key without value",
    edits: [["key: /id", "key:"]],
    problems: [
      "tidemark.yml:17 syncs.contacts.key: expected a JSON Pointer or a list of pointers, found nothing; write for example /id",
    ],
  },
  {
    title: "a number where text belongs",
    edits: [["key: /id\n", "key: /id\n    vars: {team: 12}\n"]],
    problems: [
      "tidemark.yml:18 syncs.contacts.vars.team: expected text, found a number; put it in quotes",
    ],
  },
  {
    title: "text where a number belongs",
    edits: [["requests: 4", "requests: four"]],
    problems: [
      'tidemark.yml:8 sources.crm.limits.pace[0].requests: expected a number, found "four"; write digits without quotes',
    ],
  },
  {
    title: "text where true or false belongs",
    edits: [["{type: token,", "{positional: no, type: token,"]],
    problems: [
      'tidemark.yml:20 syncs.contacts.pages.positional: expected true or false, found "no"; write one of these',
    ],
  },
  {
    title: "text where a list belongs",
    edits: [["key: /id\n", "key: /id\n    first_only: from\n"]],
    problems: [
      'tidemark.yml:18 syncs.contacts.first_only: expected a list, found "from"; write it as lines of `- item`',
    ],
  },
  {
    title: "text where a mapping belongs",
    edits: [["window: {start: 2026-01-01, step: 1d}", "window: daily"]],
    problems: [
      'tidemark.yml:21 syncs.contacts.window: expected a mapping, found "daily"; write it as lines of `key: value`',
    ],
  },
  {
    title: "a list where a mapping belongs",
    edits: [
      [
        'request:\n      path: /contacts\n      query: {from: "{{window.start}}", to: "{{window.end}}", after: "{{page.token}}"}',
        "request: [/contacts]",
      ],
    ],
    problems: [
      "tidemark.yml:14 syncs.contacts.request: expected a mapping, found a list; write it as lines of `key: value`",
    ],
  },
  {
    title: "a list where a mapping of free names belongs",
    edits: [
      [
        'query: {from: "{{window.start}}", to: "{{window.end}}", after: "{{page.token}}"}',
        "query: [from]",
      ],
    ],
    problems: [
      "tidemark.yml:16 syncs.contacts.request.query: expected a mapping, found a list; write it as lines of `key: value`",
    ],
  },
  {
    title: "an empty list where a mapping belongs",
    edits: [["ledger: {path: ledger, branch: main}", "ledger: []"]],
    problems: [
      "tidemark.yml:2 ledger: expected a mapping, found an empty list; write it as lines of `key: value`",
    ],
  },
  {
    title: "a misspelt word of a list of words",
    edits: [["start: inclusive", "start: inclusiv"]],
    problems: [
      'tidemark.yml:19 syncs.contacts.filter.start: expected one of inclusive exclusive unknown, found "inclusiv"; did you mean inclusive?',
    ],
  },
  {
    title: "a word that no list has",
    edits: [["start: inclusive", "start: gte"]],
    problems: [
      'tidemark.yml:19 syncs.contacts.filter.start: expected one of inclusive exclusive unknown, found "gte"; write one of these',
    ],
  },
  {
    title: "an unknown kind of source",
    edits: [["type: http", "type: ftp"]],
    problems: [
      'tidemark.yml:5 sources.crm.type: expected one of http module, found "ftp"; write one of these',
    ],
  },
  {
    title: "an unknown kind of auth",
    edits: [["type: bearer", "type: barer"]],
    problems: [
      'tidemark.yml:7 sources.crm.auth.type: expected one of none github_token bearer basic header query oauth2, found "barer"; did you mean bearer?',
    ],
  },
  {
    title: "no kind of auth",
    edits: [["{type: bearer, env: TIDEMARK_CRM_TOKEN}", "{env: TIDEMARK_CRM_TOKEN}"]],
    problems: [
      "tidemark.yml:7 sources.crm.auth.type: expected one of none github_token bearer basic header query oauth2, found nothing; write one of these",
    ],
  },
  {
    title: "a key that belongs to another kind of auth",
    edits: [["{type: bearer,", "{type: bearer, name: X-Key,"]],
    problems: [
      "tidemark.yml:7 sources.crm.auth.name: expected one of type env prefix, found an unknown key; remove it",
    ],
  },
  {
    title: "an auth that is no mapping",
    edits: [["auth: {type: bearer, env: TIDEMARK_CRM_TOKEN}", "auth: sk_live_1234"]],
    problems: [
      "tidemark.yml:7 sources.crm.auth: expected a mapping, found other text; write it as lines of `key: value`",
    ],
  },
  {
    title: "an unknown kind of destination",
    edits: [["type: sqlite", "type: mysql"]],
    problems: [
      'tidemark.yml:10 destinations.local.type: expected one of sqlite files postgres http module, found "mysql"; write one of these',
    ],
  },
  {
    title: "upper case in a name",
    edits: [["  contacts:", "  Contacts:"]],
    problems: [
      'tidemark.yml:12 syncs.Contacts: expected a name of 1 to 63 of the characters a-z 0-9 _ -, a letter or digit first, found "Contacts"; rename it',
    ],
  },
  {
    title: "a leading underscore in a name",
    edits: [
      ["  local:", "  _local:"],
      ["destination: local", "destination: _local"],
    ],
    problems: [
      'tidemark.yml:10 destinations._local: expected a name of 1 to 63 of the characters a-z 0-9 _ -, a letter or digit first, found "_local"; rename it',
      'tidemark.yml:22 syncs.contacts.destination: expected a name of 1 to 63 of the characters a-z 0-9 _ -, a letter or digit first, found "_local"; rename it',
    ],
  },
  {
    title: "a table that is no name",
    edits: [["destination: local", "destination: local\n    table: ../contacts"]],
    problems: [
      'tidemark.yml:23 syncs.contacts.table: expected a name of 1 to 63 of the characters a-z 0-9 _ -, a letter or digit first, found "../contacts"; rename it',
    ],
  },
  {
    title: "an impossible duration",
    edits: [["step: 1d", "step: 1 day"]],
    problems: [
      'tidemark.yml:21 syncs.contacts.window.step: expected a duration above 0, found "1 day"; write for example 1h, 24h, 1d, 7d, 1mo or P1M',
    ],
  },
  {
    title: "a step of nothing",
    edits: [["step: 1d", "step: 0s"]],
    problems: [
      'tidemark.yml:21 syncs.contacts.window.step: expected a duration above 0, found "0s"; write for example 1h, 24h, 1d, 7d, 1mo or P1M',
    ],
  },
  {
    title: "a month of delay",
    edits: [["step: 1d", "step: 1d, delay: 1mo"]],
    problems: [
      'tidemark.yml:21 syncs.contacts.window.delay: expected a duration without months, found "1mo"; write for example 500ms, 30s, 5m, 24h, 7d or PT30M',
    ],
  },
  {
    title: "a negative lookback",
    edits: [["step: 1d", "step: 1d, lookback: -5m"]],
    problems: [
      'tidemark.yml:21 syncs.contacts.window.lookback: expected a duration without months, found "-5m"; write for example 500ms, 30s, 5m, 24h, 7d or PT30M',
    ],
  },
  {
    title: "a retention of nothing",
    edits: [["step: 1d", "step: 1d, retention: 0d"]],
    problems: [
      'tidemark.yml:21 syncs.contacts.window.retention: expected a duration above 0 without months, found "0d"; write for example 500ms, 30s, 5m, 24h, 7d or PT30M',
    ],
  },
  {
    title: "a wait beyond what a timer holds",
    edits: [["limits: {", "limits: {timeout: 30d, "]],
    problems: [
      'tidemark.yml:8 sources.crm.limits.timeout: expected a duration above 0 and up to 7d, found "30d"; write for example 500ms, 30s, 5m, 24h, 7d or PT30M',
    ],
  },
  {
    title: "a date without a zone",
    edits: [["start: 2026-01-01", "start: 2026-01-01T00:00:00"]],
    problems: [
      'tidemark.yml:21 syncs.contacts.window.start: expected a date or an instant in UTC, found "2026-01-01T00:00:00"; write for example 2026-01-01 or 2026-01-01T06:00:00Z',
    ],
  },
  {
    title: "a day that does not exist",
    edits: [["start: 2026-01-01", "start: 2026-02-30"]],
    problems: [
      'tidemark.yml:21 syncs.contacts.window.start: expected a date or an instant in UTC, found "2026-02-30"; write for example 2026-01-01 or 2026-01-01T06:00:00Z',
    ],
  },
  {
    title: "a zone that does not exist",
    edits: [["step: 1d", "step: 1d, timezone: Europe/Atlantis"]],
    problems: [
      'tidemark.yml:21 syncs.contacts.window.timezone: expected an IANA time zone, found "Europe/Atlantis"; write for example UTC or Europe/Berlin',
    ],
  },
  {
    title: "a filter's zone that does not exist",
    edits: [["end: exclusive", "end: exclusive, timezone: +02:00"]],
    problems: [
      'tidemark.yml:19 syncs.contacts.filter.timezone: expected an IANA time zone, found "+02:00"; write for example UTC or Europe/Berlin',
    ],
  },
  {
    title: "a size without unit",
    edits: [["limits: {", "limits: {max_body: 1000, "]],
    problems: [
      "tidemark.yml:8 sources.crm.limits.max_body: expected text, found 1000; put it in quotes",
    ],
  },
  {
    title: "a size in gigabytes",
    edits: [["limits: {", "limits: {max_body: 1GB, "]],
    problems: [
      'tidemark.yml:8 sources.crm.limits.max_body: expected a size in KB, MB, KiB or MiB, found "1GB"; write for example 10MB or 32MiB',
    ],
  },
  {
    title: "a pointer without slash",
    edits: [["key: /id", "key: id"]],
    problems: [
      'tidemark.yml:17 syncs.contacts.key: expected a JSON Pointer, found "id"; write for example /items/0/id, or "" for the whole document',
    ],
  },
  {
    title: "a pointer to __proto__",
    edits: [["path: /updatedAt", "path: /__proto__/updatedAt"]],
    problems: [
      'tidemark.yml:18 syncs.contacts.watermark.path: expected a pointer without __proto__, which is dropped from every answer, found "/__proto__/updatedAt"; point elsewhere',
    ],
  },
  {
    title: "no pointer in the list of key",
    edits: [["key: /id", "key: []"]],
    problems: [
      "tidemark.yml:17 syncs.contacts.key: expected a list with a pointer in it, found an empty list; add one",
    ],
  },
  {
    title: "a bad pointer in the list of key",
    edits: [["key: /id", "key: [/id, part]"]],
    problems: [
      'tidemark.yml:17 syncs.contacts.key[1]: expected a JSON Pointer, found "part"; write for example /items/0/id, or "" for the whole document',
    ],
  },
  {
    title: "a locator of an unknown place",
    edits: [["next: body:/next", "next: query:/next"]],
    problems: [
      'tidemark.yml:20 syncs.contacts.pages.next: expected a locator that begins with body: or header: or last_record:, found "query:/next"; write for example body:/next or header:X-Next or last_record:/id',
    ],
  },
  {
    title: "a locator with a bad pointer",
    edits: [["next: body:/next", "next: body:next"]],
    problems: [
      'tidemark.yml:20 syncs.contacts.pages.next: expected a locator that begins with body: or header: or last_record:, found "body:next"; write for example body:/next or header:X-Next or last_record:/id',
    ],
  },
  {
    title: "a locator where the place makes no sense",
    edits: [["next: body:/next", "next: body:/next, more: header:X-More"]],
    problems: [
      'tidemark.yml:20 syncs.contacts.pages.more: expected a locator that begins with body:, found "header:X-More"; write for example body:/next',
    ],
  },
  {
    title: "an unknown format",
    edits: [["format: rfc3339", "format: iso8601"]],
    problems: [
      'tidemark.yml:18 syncs.contacts.watermark.format: expected one of rfc3339 epoch_s epoch_ms date http_date, or a pattern, found "iso8601"; write for example "YYYY-MM-DD HH:mm:ss"',
    ],
  },
  {
    title: "a pattern with a field twice",
    edits: [["format: rfc3339", 'format: "YYYY-MM-DD MM"']],
    problems: [
      'tidemark.yml:18 syncs.contacts.watermark.format: expected one of rfc3339 epoch_s epoch_ms date http_date, or a pattern, found "YYYY-MM-DD MM"; write for example "YYYY-MM-DD HH:mm:ss"',
    ],
  },
  {
    title: "an unknown precision",
    edits: [["precision: 1ms", "precision: 10ms"]],
    problems: [
      'tidemark.yml:18 syncs.contacts.watermark.precision: expected one of 1us 1ms 1s 1m 1d, found "10ms"; did you mean 1ms?',
    ],
  },
  {
    title: "a bound's format that is for bounds only",
    edits: [["format: rfc3339", "format: epoch_ms_string"]],
    problems: [
      'tidemark.yml:18 syncs.contacts.watermark.format: expected one of rfc3339 epoch_s epoch_ms date http_date, or a pattern, found "epoch_ms_string"; write for example "YYYY-MM-DD HH:mm:ss"',
    ],
  },
  {
    title: "an unknown keyset",
    edits: [["{type: token,", "{keyset: [key, watermark], type: token,"]],
    problems: [
      'tidemark.yml:20 syncs.contacts.pages.keyset[0]: expected watermark, found "key"; write watermark',
      'tidemark.yml:20 syncs.contacts.pages.keyset[1]: expected key, found "watermark"; write key',
    ],
  },
  {
    title: "a status out of range",
    edits: [["limits: {", "limits: {responses: [{when: {status: 42}, then: fail}], "]],
    problems: [
      "tidemark.yml:8 sources.crm.limits.responses[0].when.status: expected a status from 100 to 599, 4xx, 5xx or a list of these, found 42; write one of these",
    ],
  },
  {
    title: "a status class that is none",
    edits: [["limits: {", "limits: {responses: [{when: {status: [2xx]}, then: fail}], "]],
    problems: [
      'tidemark.yml:8 sources.crm.limits.responses[0].when.status[0]: expected a status from 100 to 599, 4xx, 5xx or a list of these, found "2xx"; write one of these',
    ],
  },
  {
    title: "an unknown signal",
    edits: [["limits: {", "limits: {signals: some, "]],
    problems: [
      'tidemark.yml:8 sources.crm.limits.signals: expected auto, none or a list of signals, found "some"; write one of these',
    ],
  },
  {
    title: "a pace of nothing",
    edits: [["requests: 4", "requests: 0"]],
    problems: [
      "tidemark.yml:8 sources.crm.limits.pace[0].requests: expected a whole number of at least 1, found 0; change it",
    ],
  },
  {
    title: "a pace above what is remembered",
    edits: [["requests: 4", "requests: 100001"]],
    problems: [
      "tidemark.yml:8 sources.crm.limits.pace[0].requests: expected at most 100000 with mode safe, found 100001; shorten per, or use mode fast",
    ],
  },
  {
    title: "half a request",
    edits: [["requests: 4", "requests: 1.5"]],
    problems: [
      "tidemark.yml:8 sources.crm.limits.pace[0].requests: expected a whole number of at least 1, found 1.5; change it",
    ],
  },
  {
    title: "too few files kept",
    edits: [["branch: main", "branch: main, keep_files: 1"]],
    problems: [
      "tidemark.yml:2 ledger.keep_files: expected a whole number of at least 2, or all, found 1; write one of these",
    ],
  },
  {
    title: "a tolerated percentage without a sign",
    edits: [["destination: local", 'destination: local\n    tolerate: {failed_items: "5"}']],
    problems: [
      'tidemark.yml:23 syncs.contacts.tolerate.failed_items: expected a whole number or a percentage, found "5"; write for example 5 or 2%',
    ],
  },
  {
    title: "a query parameter that is a mapping",
    edits: [['after: "{{page.token}}"', "after: {x: 1}"]],
    problems: [
      "tidemark.yml:16 syncs.contacts.request.query.after: expected text, a number, true, false or a list of these, found a mapping; write nothing deeper",
    ],
  },
  {
    title: "a list of lists as parameter",
    edits: [['after: "{{page.token}}"', "after: [[1]]"]],
    problems: [
      "tidemark.yml:16 syncs.contacts.request.query.after[0]: expected text, a number, true, false or null, found a list; write one value",
    ],
  },
  {
    title: "a seed that is neither text nor number",
    edits: [["{type: token,", "{seed: true, type: token,"]],
    problems: [
      "tidemark.yml:20 syncs.contacts.pages.seed: expected text or a number, found true; write one value",
    ],
  },
  {
    title: "a signal that is neither a locator nor a number",
    edits: [["limits: {", "limits: {signals: [{cost: true}], "]],
    problems: [
      "tidemark.yml:8 sources.crm.limits.signals[0].cost: expected a locator or a number, found true; write for example body:/cost",
    ],
  },
  {
    title: "a zone that is no text",
    edits: [
      [
        "filter: {start: inclusive, end: exclusive}",
        "filter: {start: inclusive, end: exclusive, timezone: 2}",
      ],
    ],
    problems: [
      "tidemark.yml:19 syncs.contacts.filter.timezone: expected an IANA time zone or account, found 2; write for example UTC or Europe/Berlin",
    ],
  },
  {
    title: "a filter that is neither none nor a mapping",
    edits: [["filter: {start: inclusive, end: exclusive}", "filter: all"]],
    problems: [
      'tidemark.yml:19 syncs.contacts.filter: expected a mapping with start, or none, found "all"; write one of these',
    ],
  },
  {
    title: "an unknown key inside a filter",
    edits: [
      ["filter: {start: inclusive, end: exclusive}", "filter: {start: inclusive, ende: exclusive}"],
    ],
    problems: [
      "tidemark.yml:19 syncs.contacts.filter.ende: expected a known key, found an unknown one; did you mean end?",
      "tidemark.yml:16 syncs.contacts.request.query.to: expected filter.end for {{window.end}}, found none; declare it or remove the placeholder",
    ],
  },
  {
    title: "a path without slash",
    edits: [["path: /contacts", "path: contacts"]],
    problems: [
      'tidemark.yml:15 syncs.contacts.request.path: expected a path that begins with /, found "contacts"; write for example /contacts',
    ],
  },
  {
    title: "an empty path",
    edits: [["path: .tidemark/tidemark.db", 'path: ""']],
    problems: [
      'tidemark.yml:10 destinations.local.path: expected text that is not empty, found ""; fill it in',
    ],
  },
  {
    title: "a ledger outside the repository",
    edits: [["path: ledger", "path: ../ledger"]],
    problems: [
      'tidemark.yml:2 ledger.path: expected a relative path inside the repository, found "../ledger"; write for example ledger',
    ],
  },
  {
    title: "a ledger in the folder of git",
    edits: [["path: ledger", "path: .git/ledger"]],
    problems: [
      'tidemark.yml:2 ledger.path: expected a relative path inside the repository, found ".git/ledger"; write for example ledger',
    ],
  },
  {
    title: "a ledger below .github (G8)",
    edits: [["path: ledger", "path: .github/ledger"]],
    problems: [
      'tidemark.yml:2 ledger.path: expected a relative path inside the repository, found ".github/ledger"; write for example ledger',
    ],
  },
  {
    title: "a branch that git refuses",
    edits: [["branch: main", "branch: my branch"]],
    problems: [
      'tidemark.yml:2 ledger.branch: expected the name of a branch, found "my branch"; write for example main',
    ],
  },
  {
    title: "more windows than a run may have",
    edits: [["destination: local", "destination: local\n    run: {max_windows: 10001}"]],
    problems: [
      "tidemark.yml:23 syncs.contacts.run.max_windows: expected a whole number from 1 to 10000, found 10001; change it",
    ],
  },
];
