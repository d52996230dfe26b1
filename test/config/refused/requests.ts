// Refused configurations. Placeholders, headers, path and body of a sync (S3, S6, S11 to S17, S64).

import type { RefusedCase } from "./refused-case.ts";

export const requestsCases: readonly RefusedCase[] = [
  {
    title: "an unknown placeholder",
    edits: [["{{window.start}}", "{{window.begin}}"]],
    problems: [
      "tidemark.yml:19 syncs.contacts.filter.start: expected {{window.start}} or {{keyset.watermark}} in the request, found none; add it where the API wants it",
      "tidemark.yml:16 syncs.contacts.request.query.from: expected one of window.start, window.end, page.token, page.number, page.offset, page.size, keyset.key, keyset.watermark or vars.<name>, found {{window.begin}}; correct the placeholder",
    ],
  },
  {
    title: "an unknown placeholder in header and body",
    edits: [
      [
        "path: /contacts",
        'method: POST\n      path: /contacts\n      headers: {X-A: "{{now}}"}\n      body: {a: [{b: "{{then}}"}]}',
      ],
    ],
    problems: [
      "tidemark.yml:18 syncs.contacts.request.body.a[0].b: expected one of window.start, window.end, page.token, page.number, page.offset, page.size, keyset.key, keyset.watermark or vars.<name>, found {{then}}; correct the placeholder",
      "tidemark.yml:17 syncs.contacts.request.headers.X-A: expected one of window.start, window.end, page.token, page.number, page.offset, page.size, keyset.key, keyset.watermark or vars.<name>, found {{now}}; correct the placeholder",
    ],
  },
  {
    title: "an unclosed placeholder",
    edits: [["{{window.start}}", "{{window.start"]],
    problems: [
      "tidemark.yml:19 syncs.contacts.filter.start: expected {{window.start}} or {{keyset.watermark}} in the request, found none; add it where the API wants it",
      "tidemark.yml:16 syncs.contacts.request.query.from: expected `}}` after `{{`, found none; correct the placeholder",
    ],
  },
  {
    title: "placeholders that the declared paging never sets",
    edits: [
      [
        "path: /contacts",
        "path: /contacts/{{page.offset}}/{{page.number}}/{{keyset.key}}/{{keyset.watermark}}/{{page.size}}",
      ],
    ],
    problems: [
      "tidemark.yml:15 syncs.contacts.request.path: expected a filter and pages.keyset with watermark for {{keyset.watermark}}, found none; declare it or remove the placeholder",
      "tidemark.yml:15 syncs.contacts.request.path: expected pages.keyset with key for {{keyset.key}}, found none; declare it or remove the placeholder",
      "tidemark.yml:15 syncs.contacts.request.path: expected pages.size for {{page.size}}, found none; declare it or remove the placeholder",
      "tidemark.yml:15 syncs.contacts.request.path: expected pages.type offset for {{page.offset}}, found none; declare it or remove the placeholder",
      "tidemark.yml:15 syncs.contacts.request.path: expected pages.type page for {{page.number}}, found none; declare it or remove the placeholder",
    ],
  },
  {
    title: "a page token with page numbers",
    edits: [
      ["{type: token, next: body:/next}", "{type: page}\n    order: {by: created}"],
      [
        '{from: "{{window.start}}", to: "{{window.end}}", after: "{{page.token}}"}',
        '{from: "{{window.start}}", n: "{{page.number}}", t: "{{page.token}}"}',
      ],
      [", end: exclusive", ""],
    ],
    problems: [
      "tidemark.yml:16 syncs.contacts.request.query.t: expected pages.type token for {{page.token}}, found none; declare it or remove the placeholder",
    ],
  },
  {
    title: "bounds without filter",
    edits: [["filter: {start: inclusive, end: exclusive}", "filter: none"]],
    problems: [
      "tidemark.yml:16 syncs.contacts.request.query.from: expected a filter for {{window.start}}, found none; declare it or remove the placeholder",
      "tidemark.yml:16 syncs.contacts.request.query.to: expected filter.end for {{window.end}}, found none; declare it or remove the placeholder",
    ],
  },
  {
    title: "an end bound that the filter does not declare",
    edits: [[", end: exclusive", ""]],
    problems: [
      "tidemark.yml:16 syncs.contacts.request.query.to: expected filter.end for {{window.end}}, found none; declare it or remove the placeholder",
    ],
  },
  {
    title: "bounds that are not sent",
    edits: [
      [
        '{from: "{{window.start}}", to: "{{window.end}}", after: "{{page.token}}"}',
        '{after: "{{page.token}}"}',
      ],
    ],
    problems: [
      "tidemark.yml:19 syncs.contacts.filter.end: expected {{window.end}} in the request, found none; add it where the API wants it",
      "tidemark.yml:19 syncs.contacts.filter.start: expected {{window.start}} or {{keyset.watermark}} in the request, found none; add it where the API wants it",
    ],
  },
  {
    title: "a token that is not sent",
    edits: [
      [
        '{from: "{{window.start}}", to: "{{window.end}}", after: "{{page.token}}"}',
        '{from: "{{window.start}}", to: "{{window.end}}"}',
      ],
    ],
    problems: [
      "tidemark.yml:20 syncs.contacts.pages.type: expected {{page.token}} in the request, found none; add it where the API wants it",
    ],
  },
  {
    title: "keyset values that are not sent",
    edits: [
      [
        "{type: token, next: body:/next}",
        '{keyset: [watermark, key], seed: "0"}\n    order: {by: watermark, then: key}',
      ],
      [
        '{from: "{{window.start}}", to: "{{window.end}}", after: "{{page.token}}"}',
        '{from: "{{window.start}}", to: "{{window.end}}"}',
      ],
    ],
    problems: [
      "tidemark.yml:20 syncs.contacts.pages.keyset: expected {{keyset.key}} in the request, found none; add it where the API wants it",
      "tidemark.yml:20 syncs.contacts.pages.keyset: expected {{keyset.watermark}} in the request, found none; add it where the API wants it",
    ],
  },
  {
    title: "a token inside longer text",
    edits: [["{{page.token}}", "after:{{page.token}}"]],
    problems: [
      "tidemark.yml:16 syncs.contacts.request.query.after: expected {{page.token}} alone, found it inside longer text; give it a value of its own, which is left out on the first page",
    ],
  },
  {
    title: "a var that nobody set",
    edits: [["path: /contacts", "path: /{{vars.team}}/contacts"]],
    problems: [
      "tidemark.yml:15 syncs.contacts.request.path: expected an entry of vars for {{vars.team}}, found none; declare it or remove the placeholder",
    ],
  },
  {
    title: "a placeholder in a name",
    edits: [["{from:", '{"{{window.end}}": 1, from:']],
    problems: [
      'tidemark.yml:16 syncs.contacts.request.query.{{window.end}}: expected no placeholder in a name, found "{{"; write the value itself',
    ],
  },
  {
    title: "a placeholder where none can stand",
    edits: [["path: /updatedAt", 'path: "/{{vars.field}}"']],
    problems: [
      'tidemark.yml:18 syncs.contacts.watermark.path: expected no placeholder here, found "{{"; write the value itself',
    ],
  },
  {
    title: "a placeholder in a list of names",
    edits: [["key: /id\n", 'key: /id\n    first_only: ["{{page.token}}"]\n']],
    problems: [
      "tidemark.yml:18 syncs.contacts.first_only[0]: expected a name of query or of the body's top level, found another; correct it",
      'tidemark.yml:18 syncs.contacts.first_only[0]: expected no placeholder here, found "{{"; write the value itself',
    ],
  },
  {
    title: "a placeholder inside a var",
    edits: [["key: /id\n", 'key: /id\n    vars: {team: "{{vars.other}}"}\n']],
    problems: [
      'tidemark.yml:18 syncs.contacts.vars.team: expected no placeholder here, found "{{"; write the value itself',
    ],
  },
  {
    title: "a sync's header that Tidemark sets",
    edits: [["path: /contacts", "path: /contacts\n      headers: {Accept-Encoding: zstd}"]],
    problems: [
      "tidemark.yml:16 syncs.contacts.request.headers.Accept-Encoding: expected another header, found one that Tidemark sets itself; remove it (credentials belong to auth)",
    ],
  },
  {
    title: "a sync's header with a var that no header can carry",
    edits: [
      ["path: /contacts", 'path: /contacts\n      headers: {X-Team: "{{vars.team}}"}'],
      ["key: /id\n", "key: /id\n    vars: {team: Zürich}\n"],
    ],
    problems: [
      "tidemark.yml:16 syncs.contacts.request.headers.X-Team: expected visible ASCII and inner spaces, found other characters; change the value",
    ],
  },
  {
    title: "a sync's var with a space in its name",
    edits: [["key: /id\n", "key: /id\n    vars: {a b: x}\n"]],
    problems: [
      "tidemark.yml:18 syncs.contacts.vars.a b: expected a name of letters, digits, _ and -, found other characters; rename it",
    ],
  },
  {
    title: "a path with parameters",
    edits: [["path: /contacts", "path: /contacts?limit=100"]],
    problems: [
      "tidemark.yml:15 syncs.contacts.request.path: expected a path without ? # \\ and spaces, found one; put parameters under query",
    ],
  },
  {
    title: "a path with a dot segment",
    edits: [["path: /contacts", "path: /a/../contacts"]],
    problems: [
      "tidemark.yml:15 syncs.contacts.request.path: expected no segment . or .., found one; write the path without it",
    ],
  },
  {
    title: "a path with a dot segment by way of a var",
    edits: [
      ["path: /contacts", 'path: "/{{vars.team}}/contacts"'],
      ["key: /id\n", 'key: /id\n    vars: {team: ".."}\n'],
    ],
    problems: [
      "tidemark.yml:15 syncs.contacts.request.path: expected no segment . or .., found one; write the path without it",
    ],
  },
  {
    title: "a body with GET",
    edits: [["path: /contacts", "path: /contacts\n      body: {a: 1}"]],
    problems: [
      "tidemark.yml:16 syncs.contacts.request.body: expected no body with GET, found one; write method: POST",
    ],
  },
  {
    title: "first_only of what is not sent",
    edits: [["key: /id\n", "key: /id\n    first_only: [since]\n"]],
    problems: [
      "tidemark.yml:18 syncs.contacts.first_only[0]: expected a name of query or of the body's top level, found another; correct it",
    ],
  },
];
