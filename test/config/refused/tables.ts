// Refused configurations. Columns, shared tables, places of destinations.

import type { RefusedCase } from "./refused-case.ts";

export const tablesCases: readonly RefusedCase[] = [
  {
    title: "a column of ours",
    edits: [["key: /id\n", "key: /id\n    columns: {_Tidemark_run_id: {path: /a, type: text}}\n"]],
    problems: [
      'tidemark.yml:18 syncs.contacts.columns._Tidemark_run_id: expected a column that does not begin with _tidemark_, found "_Tidemark_run_id"; rename it',
    ],
  },
  {
    title: "a column beyond 63 bytes",
    edits: [
      [
        "key: /id\n",
        "key: /id\n    columns: {üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü: {path: /a, type: text}}\n",
      ],
    ],
    problems: [
      'tidemark.yml:18 syncs.contacts.columns.üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü: expected the name of a column of 1 to 63 bytes without control characters, found "üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü"; rename it',
    ],
  },
  {
    title: "a key column without name",
    edits: [["key: /id", "key: /"]],
    problems: [
      'tidemark.yml:12 syncs.contacts.key_column: expected the name of a column of 1 to 63 bytes without control characters, found ""; rename it',
    ],
  },
  {
    title: "a column named as the key",
    edits: [["key: /id\n", "key: /id\n    columns: {ID: {path: /a, type: text}}\n"]],
    problems: [
      'tidemark.yml:18 syncs.contacts.columns.ID: expected a name that key_column and the other columns do not have, in any case, found "ID"; rename it',
    ],
  },
  {
    title: "a key column named as the record",
    edits: [["key: /id\n", "key: /data\n"]],
    problems: [
      "tidemark.yml:12 syncs.contacts.key_column: expected another name than data, where records go without columns, found data; set key_column",
    ],
  },
  {
    title: "a column of an unknown type",
    edits: [["key: /id\n", "key: /id\n    columns: {a: {path: /a, type: varchar}}\n"]],
    problems: [
      'tidemark.yml:18 syncs.contacts.columns.a.type: expected one of text integer bigint numeric boolean date timestamptz jsonb, found "varchar"; write one of these',
    ],
  },
  {
    title: "a table that SQLite keeps for itself",
    edits: [["destination: local", "destination: local\n    table: sqlite_contacts"]],
    problems: [
      'tidemark.yml:23 syncs.contacts.table: expected a table that does not begin with sqlite_, found "sqlite_contacts"; rename it',
    ],
  },
  {
    title: "one table with two shapes",
    edits: [
      [
        "    destination: local\n",
        '    destination: local\n  people:\n    id: people\n    source: crm\n    request: {path: /people, query: {from: "{{window.start}}", to: "{{window.end}}"}}\n    key: /id\n    watermark: {path: /updatedAt, format: rfc3339, precision: 1ms}\n    filter: {start: inclusive, end: exclusive}\n    window: {start: 2026-01-01, step: 1d}\n    destination: local\n    table: contacts\n    key_column: email\n    on_delete: hard\n    columns: {name: {path: /name, type: text}}\n',
      ],
    ],
    problems: [
      "tidemark.yml:35 syncs.people.columns: expected the same columns as sync contacts, which shares table contacts, found another; make them equal or set table",
      "tidemark.yml:33 syncs.people.key_column: expected the same key_column as sync contacts, which shares table contacts, found another; make them equal or set table",
      "tidemark.yml:34 syncs.people.on_delete: expected the same on_delete as sync contacts, which shares table contacts, found another; make them equal or set table",
    ],
  },
  {
    title: "a database in memory",
    edits: [["path: .tidemark/tidemark.db", 'path: ":memory:"']],
    problems: [
      'tidemark.yml:10 destinations.local.path: expected the path of a file, plainly written, found ":memory:"; write for example .tidemark/tidemark.db',
    ],
  },
  {
    title: "a database in the git folder",
    edits: [["path: .tidemark/tidemark.db", "path: .git/tidemark.db"]],
    problems: [
      'tidemark.yml:10 destinations.local.path: expected the path of a file, plainly written, found ".git/tidemark.db"; write for example .tidemark/tidemark.db',
    ],
  },
  {
    title: "a database path with two ways to write it",
    edits: [["path: .tidemark/tidemark.db", "path: .tidemark//tidemark.db"]],
    problems: [
      'tidemark.yml:10 destinations.local.path: expected the path of a file, plainly written, found ".tidemark//tidemark.db"; write for example .tidemark/tidemark.db',
    ],
  },
  {
    title: "a database inside the ledger",
    edits: [["path: .tidemark/tidemark.db", "path: ledger/tidemark.db"]],
    problems: [
      'tidemark.yml:10 destinations.local.path: expected a place outside the ledger\'s folder, ledger, found "ledger/tidemark.db"; choose another',
    ],
  },
  {
    title: "files outside the repository",
    edits: [["{type: sqlite, path: .tidemark/tidemark.db}", "{type: files, path: /srv/data}"]],
    problems: [
      'tidemark.yml:10 destinations.local.path: expected a relative path inside the repository, found "/srv/data"; write for example data',
    ],
  },
  {
    title: "files among the workflows",
    edits: [
      [
        "{type: sqlite, path: .tidemark/tidemark.db}",
        "{type: files, path: .github/workflows/data}",
      ],
    ],
    problems: [
      'tidemark.yml:10 destinations.local.path: expected a relative path inside the repository, found ".github/workflows/data"; write for example data',
    ],
  },
  {
    title: "files below .github (G8)",
    edits: [["{type: sqlite, path: .tidemark/tidemark.db}", "{type: files, path: .GitHub/data}"]],
    problems: [
      'tidemark.yml:10 destinations.local.path: expected a relative path inside the repository, found ".GitHub/data"; write for example data',
    ],
  },
  {
    title: "files inside the ledger",
    edits: [
      ["{type: sqlite, path: .tidemark/tidemark.db}", "{type: files, path: ledger/contacts}"],
    ],
    problems: [
      'tidemark.yml:10 destinations.local.path: expected a place outside the ledger\'s folder, ledger, found "ledger/contacts"; choose another',
    ],
  },
  {
    title: "files that git cannot hold",
    edits: [
      ["{type: sqlite, path: .tidemark/tidemark.db}", "{type: files, path: data, max_size: 41MB}"],
    ],
    problems: [
      "tidemark.yml:10 destinations.local.max_size: expected at most 40MB, found more; use sqlite for larger tables",
    ],
  },
  {
    title: "more buckets than two digits count",
    edits: [
      ["{type: sqlite, path: .tidemark/tidemark.db}", "{type: files, path: data, buckets: 101}"],
    ],
    problems: [
      "tidemark.yml:10 destinations.local.buckets: expected a whole number from 1 to 100, found 101; change it",
    ],
  },
];
