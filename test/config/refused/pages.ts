// Refused configurations. Order and pages (S52, S64 to S66).

import type { RefusedCase } from "./refused-case.ts";

export const pagesCases: readonly RefusedCase[] = [
  {
    title: "a walk by key without order and seed",
    edits: [
      ["{type: token, next: body:/next}", "{keyset: key, size: 10}"],
      [
        '{from: "{{window.start}}", to: "{{window.end}}", after: "{{page.token}}"}',
        '{from: "{{window.start}}", to: "{{window.end}}", after: "{{keyset.key}}"}',
      ],
    ],
    problems: [
      "tidemark.yml:12 syncs.contacts.order: expected {by: key, dir: asc}, as keyset key requires, found another order; sort the request so and declare it",
      'tidemark.yml:20 syncs.contacts.pages.seed: expected a value below every key, as keyset key requires, found nothing; add for example seed: "0"',
    ],
  },
  {
    title: "a walk by key over tokens",
    edits: [
      [
        "{type: token, next: body:/next}",
        '{keyset: key, type: token, next: body:/next, seed: "0"}\n    order: {by: key}',
      ],
      [
        '{from: "{{window.start}}", to: "{{window.end}}", after: "{{page.token}}"}',
        '{from: "{{window.start}}", to: "{{window.end}}", after: "{{keyset.key}}", t: "{{page.token}}"}',
      ],
    ],
    problems: [
      'tidemark.yml:20 syncs.contacts.pages.type: expected none, as keyset key requires, found "token"; remove type; the engine continues by itself',
    ],
  },
  {
    title: "a walk by watermark and key without ties in order",
    edits: [
      [
        "{type: token, next: body:/next}",
        '{keyset: [watermark, key], seed: "0"}\n    order: {by: watermark}',
      ],
      [
        '{from: "{{window.start}}", to: "{{window.end}}", after: "{{page.token}}"}',
        '{from: "{{keyset.watermark}}", to: "{{window.end}}", after: "{{keyset.key}}"}',
      ],
    ],
    problems: [
      "tidemark.yml:21 syncs.contacts.order: expected {by: watermark, dir: asc, then: key}, as keyset [watermark, key] requires, found another order; sort the request so and declare it",
    ],
  },
  {
    title: "a walk by watermark and key over coarse bounds",
    edits: [
      [
        "{type: token, next: body:/next}",
        '{keyset: [watermark, key], seed: "0"}\n    order: {by: watermark, then: key}',
      ],
      [
        '{from: "{{window.start}}", to: "{{window.end}}", after: "{{page.token}}"}',
        '{from: "{{keyset.watermark}}", to: "{{window.end}}", after: "{{keyset.key}}"}',
      ],
      ["end: exclusive", "end: exclusive, granularity: 1s"],
    ],
    problems: [
      "tidemark.yml:19 syncs.contacts.filter.granularity: expected at most the precision, as keyset [watermark, key] requires, found a coarser one; use keyset: watermark or key",
    ],
  },
  {
    title: "a walk by watermark downwards",
    edits: [
      [
        "{type: token, next: body:/next}",
        "{type: token, next: body:/next, keyset: watermark}\n    order: {by: watermark, dir: desc}",
      ],
      ["{{window.start}}", "{{keyset.watermark}}"],
    ],
    problems: [
      "tidemark.yml:21 syncs.contacts.order: expected {by: watermark, dir: asc}, as keyset watermark requires, found another order; sort the request so and declare it",
    ],
  },
  {
    title: "a seed without keyset",
    edits: [["next: body:/next", 'next: body:/next, seed: "0"']],
    problems: [
      "tidemark.yml:20 syncs.contacts.pages.seed: expected no seed without keyset, found one; remove it or declare keyset",
    ],
  },
  {
    title: "tokens without next",
    edits: [["next: body:/next", "size: 10"]],
    problems: [
      "tidemark.yml:20 syncs.contacts.pages.next: expected where the next position is, found nothing; add for example body:/next",
    ],
  },
  {
    title: "links without next",
    edits: [
      ["{type: token, next: body:/next}", "{type: link}\n    order: {by: created}"],
      [
        '{from: "{{window.start}}", to: "{{window.end}}", after: "{{page.token}}"}',
        '{from: "{{window.start}}", to: "{{window.end}}"}',
      ],
      ["filter: {start: inclusive, end: exclusive}", "filter: {start: inclusive, end: exclusive}"],
      ["precision: 1ms", "precision: 1ms, kind: created"],
    ],
    problems: [
      "tidemark.yml:20 syncs.contacts.pages.next: expected where the next position is, found nothing; add for example header:Link",
    ],
  },
  {
    title: "a link in the last record",
    edits: [
      [
        "{type: token, next: body:/next}",
        "{type: link, next: last_record:/url}\n    order: {by: created}",
      ],
      [
        '{from: "{{window.start}}", to: "{{window.end}}", after: "{{page.token}}"}',
        '{from: "{{window.start}}", to: "{{window.end}}"}',
      ],
      ["precision: 1ms", "precision: 1ms, kind: created"],
    ],
    problems: [
      "tidemark.yml:20 syncs.contacts.pages.next: expected a URL in body: or header:, found last_record:; write for example header:Link",
    ],
  },
  {
    title: "next with page numbers",
    edits: [
      ["{type: token, next: body:/next}", "{type: page, next: body:/next}"],
      ["{{page.token}}", "{{page.number}}"],
      ["precision: 1ms", "precision: 1ms, kind: created"],
    ],
    problems: [
      "tidemark.yml:20 syncs.contacts.pages.next: expected no next with type page, found one; remove it",
    ],
  },
  {
    title: "proofs of a last page where there is but one",
    edits: [
      [
        "{type: token, next: body:/next}",
        "{more: body:/more, done: {path: /end, equals: true}, total: body:/total}",
      ],
      [
        '{from: "{{window.start}}", to: "{{window.end}}", after: "{{page.token}}"}',
        '{from: "{{window.start}}", to: "{{window.end}}"}',
      ],
    ],
    problems: [
      "tidemark.yml:20 syncs.contacts.pages.done: expected no done with type none, found one; declare how pages continue or remove it",
      "tidemark.yml:20 syncs.contacts.pages.more: expected no more with type none, found one; declare how pages continue or remove it",
      "tidemark.yml:20 syncs.contacts.pages.total: expected no total with type none, found one; declare how pages continue or remove it",
    ],
  },
  {
    title: "page numbers that claim not to count",
    edits: [
      ["{type: token, next: body:/next}", "{type: page, positional: false}"],
      ["{{page.token}}", "{{page.number}}"],
    ],
    problems: [
      "tidemark.yml:20 syncs.contacts.pages.positional: expected true with type page, found false; remove it, or see pages.unsafe",
    ],
  },
  {
    title: "a skipping rule beside tokens",
    edits: [["limits: {", "limits: {responses: [{when: {status: 500}, then: skip}], "]],
    problems: [
      'tidemark.yml:20 syncs.contacts.pages.type: expected page or offset, since source crm has a response rule that skips, found "token"; change the rule',
    ],
  },
  {
    title: "page numbers with both bounds",
    edits: [
      ["{type: token, next: body:/next}", "{type: page}"],
      ["{{page.token}}", "{{page.number}}"],
    ],
    problems: [
      "tidemark.yml:20 syncs.contacts.pages: expected pages that do not count rows, found type page with filter.end and order by none, where a change hides other rows; declare keyset: key, [watermark, key] or watermark, else no filter.end and an order by key or created",
    ],
  },
  {
    title: "offsets in ascending order of the watermark",
    edits: [
      ["{type: token, next: body:/next}", "{type: offset}\n    order: {by: watermark}"],
      ["{{page.token}}", "{{page.offset}}"],
      [', to: "{{window.end}}"', ""],
      [", end: exclusive", ""],
    ],
    problems: [
      "tidemark.yml:20 syncs.contacts.pages: expected pages that do not count rows, found type offset with order by watermark asc, where a change hides other rows; declare keyset: key, [watermark, key] or watermark, else no filter.end and an order by key or created",
    ],
  },
  {
    title: "unsafe pages that break another rule",
    edits: [
      ["{type: token, next: body:/next}", "{type: page, unsafe: true, positional: false}"],
      ["{{page.token}}", "{{page.number}}"],
    ],
    problems: [
      "tidemark.yml:20 syncs.contacts.pages.positional: expected true with type page, found false; remove it, or see pages.unsafe",
    ],
  },
];
