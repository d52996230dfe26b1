// Refused configurations. The text: YAML, sizes, nesting.

import type { RefusedCase } from "./refused-case.ts";

export const textCases: readonly RefusedCase[] = [
  {
    title: "an empty file",
    edits: "",
    problems: [
      "tidemark.yml: expected a mapping, found nothing; write it as lines of `key: value`",
    ],
  },
  {
    title: "a list in place of the file",
    edits: "- a\n",
    problems: [
      "tidemark.yml:1: expected a mapping, found a list; write it as lines of `key: value`",
    ],
  },
  {
    title: "a key written twice",
    edits: [["syncs:\n", "sources: {}\nsyncs:\n"]],
    problems: ["tidemark.yml:11: expected every key once, found one twice; remove one of them"],
  },
  {
    title: "a placeholder without quotes",
    edits: [['"{{window.start}}"', "{{window.start}}"]],
    problems: [
      "tidemark.yml:16: expected text as key, found a list or mapping; put {{placeholders}} in quotes",
    ],
  },
  {
    title: "a tab",
    edits: [["  crm:", "\tcrm:"]],
    problems: ["tidemark.yml:4: expected spaces, found a tab; indent with spaces"],
  },
  {
    title: "a tag",
    edits: [["path: /contacts", "path: !secret /contacts"]],
    problems: ["tidemark.yml:15: expected plain YAML, found a tag; remove it"],
  },
  {
    title: "two documents",
    edits: [["syncs:\n", "---\nsyncs:\n"]],
    problems: ["tidemark.yml:11: expected one document, found several; remove the line ---"],
  },
  {
    title: "an unclosed list",
    edits: [["[{requests: 4, per: 1s}]", "[{requests: 4, per: 1s}"]],
    problems: [
      "tidemark.yml:8: expected YAML 1.2, found what is none (bad_indent); check indentation, quotes and brackets",
    ],
  },
  {
    title: "an alias",
    edits: [
      [
        "auth: {type: bearer, env: TIDEMARK_CRM_TOKEN}",
        "auth: &a {type: bearer, env: TIDEMARK_CRM_TOKEN}\n    headers: *a",
      ],
    ],
    problems: [
      "tidemark.yml:8 sources.crm.headers: expected a value, found an alias; write the value out",
    ],
  },
  {
    title: "a name that objects have already",
    edits: [["key: /id\n", "key: /id\n    vars: {__proto__: x}\n"]],
    problems: [
      "tidemark.yml:18 syncs.contacts.vars.__proto__: expected another name, found __proto__; JavaScript objects use it themselves",
    ],
  },
  {
    title: "a number that a double rounds",
    edits: [['after: "{{page.token}}"', 'after: "{{page.token}}", list: 12345678901234567890']],
    problems: [
      "tidemark.yml:16 syncs.contacts.request.query.list: expected a number that a double holds exactly, found a longer one; put it in quotes",
    ],
  },
  {
    title: "a fraction that a double rounds",
    edits: [['after: "{{page.token}}"', 'after: "{{page.token}}", list: 0.12345678901234567']],
    problems: [
      "tidemark.yml:16 syncs.contacts.request.query.list: expected a number that a double holds exactly, found a longer one; put it in quotes",
    ],
  },
  {
    title: "a text nested without end",
    edits: `a: ${"[".repeat(20_000)}`,
    problems: [
      "tidemark.yml:1: expected lists and mappings nested less deeply, found too many levels; write it flatter",
    ],
  },
  {
    title: "a text of more than a megabyte",
    edits: "#".repeat(1_000_001),
    problems: ["tidemark.yml: expected at most 1 MB, found more; make the file smaller"],
  },
];
