// The written shape of a sync: where records come from and how a window reads them (sources.md 1), where they go
// and when (contract 2). Which keys go together is decided by the rules, not here.

import * as v from "valibot";

import {
  boundFormat,
  calendar,
  elapsed,
  elapsedPositive,
  filled,
  flag,
  json,
  locator,
  mapping,
  mappingOf,
  may,
  must,
  name,
  noList,
  pointer,
  precision,
  predicate,
  type SchemaOf,
  scalars,
  startInstant,
  text,
  textLike,
  textThat,
  vars,
  watermarkFormat,
  whole,
  zone,
} from "./schema-values.ts";
import type {
  WrittenDeletes,
  WrittenFilter,
  WrittenOrder,
  WrittenPages,
  WrittenRequest,
  WrittenSync,
  WrittenSyncRun,
  WrittenWatermark,
  WrittenWindow,
} from "./written.ts";

const request: SchemaOf<WrittenRequest> = mapping({
  method: may("A POST here is by declaration a read and is retried.", v.picklist(["GET", "POST"])),
  path: must(
    "Appended to base_url.",
    textThat("a path that begins with /; write for example /contacts", (t) => t.startsWith("/")),
  ),
  query: may("Parameters; a list repeats the parameter.", mappingOf(scalars)),
  headers: may("Sent with every request of the sync.", vars),
  body: may("Sent as JSON; POST only.", json),
});

const firstOnly = v.array(filled);

const key: SchemaOf<string | string[]> = v.union(
  [pointer, v.pipe(v.array(pointer), v.minLength(1, "a list with a pointer in it; add one"))],
  "a JSON Pointer or a list of pointers; write for example /id",
);

const watermark: SchemaOf<WrittenWatermark> = mapping({
  path: must("Pointer to the timestamp that decides the window.", pointer),
  format: must("How it is written: a known format or a pattern with YYYY.", watermarkFormat),
  precision: must("The unit that the API really keeps.", precision),
  timezone: may("Zone of values without an offset.", zone),
  missing: may("What a record without watermark becomes.", v.picklist(["fail", "skip"])),
  kind: may("Does a change move the record to a later window?", v.picklist(["updated", "created"])),
});

const bound = v.picklist(["inclusive", "exclusive", "unknown"]);

const filter: SchemaOf<WrittenFilter> = mapping({
  start: must("What the server does with the start bound.", bound),
  end: may("What it does with the end bound; absent: it has none.", bound),
  granularity: may(
    "The unit that the server really compares in; default: the precision.",
    precision,
  ),
  format: may("How bounds are written; default: as the watermark.", boundFormat),
  timezone: may(
    "Zone of bounds without offset, or account: a zone we do not know.",
    v.union(
      [v.literal("account"), zone],
      "an IANA time zone or account; write for example UTC or Europe/Berlin",
    ),
  ),
  overshoot: may(
    "What the newest window does with later records.",
    v.picklist(["deliver", "drop"]),
  ),
});

const order: SchemaOf<WrittenOrder> = noList(
  mapping({
    by: may("What the response is sorted by.", v.picklist(["watermark", "key", "created", "none"])),
    dir: may("Its direction.", v.picklist(["asc", "desc"])),
    // oxlint-disable-next-line unicorn/no-thenable -- the key is the contract's; nothing awaits a schema
    then: may("key: ties are in key order.", v.picklist(["key", "none"])),
    compare: may("How the server orders keys.", v.picklist(["bytes", "numeric"])),
  }),
);

const pages: SchemaOf<WrittenPages> = noList(
  mapping({
    type: may("How pages continue.", v.picklist(["token", "link", "page", "offset", "none"])),
    size: may("The value of {{page.size}}.", whole(1)),
    start: may("The first {{page.number}} or {{page.offset}}.", whole(0)),
    next: may("Where the next position is found.", locator(["body", "header", "last_record"])),
    more: may("A boolean that is true when pages follow.", locator(["body"])),
    done: may("A test that holds on the last page.", predicate),
    total: may("Where the number of rows of the query is found.", locator(["body", "header"])),
    keyset: may(
      "Continue from the last record: key, watermark, or [watermark, key].",
      v.union(
        [
          v.picklist(["key", "watermark"]),
          v.strictTuple([v.literal("watermark"), v.literal("key")]),
        ],
        "key, watermark or [watermark, key]; write one of these",
      ),
    ),
    seed: may(
      "A value below every key, for the first request.",
      v.union([v.string(), v.number()], "text or a number; write one value"),
    ),
    cap: may("Rows that one query can reach.", whole(1)),
    incomplete_when: may("A test that tells a silently cut answer.", predicate),
    positional: may("Whether a row that leaves the set shifts later ones.", flag),
    max: may("Requests of one read.", whole(1)),
    unsafe: may("Admits positional paging that can lose rows.", flag),
  }),
);

const deletes: SchemaOf<WrittenDeletes> = noList(
  mapping({
    flag: may("A test on the item; matching ones are deletes.", predicate),
    sync: may("The sync whose records are deletes in this table.", name),
    snapshot: may(
      "A full list of keys, now and then.",
      mapping({
        every: must("How often.", calendar),
        guard: may(
          "More deletes than these are withheld.",
          noList(
            mapping({
              items: may("Rows.", whole(0)),
              percent: may("Percent of the rows.", whole(0, 100)),
            }),
          ),
        ),
        request: may("The request; default: the sync's.", request),
        first_only: may("As in the sync.", firstOnly),
        records: may("As in the sync.", pointer),
        key: may("As in the sync.", key),
        order: may("As in the sync.", order),
        pages: may("As in the sync.", pages),
      }),
    ),
  }),
);

const window: SchemaOf<WrittenWindow> = mapping({
  start: must("The first instant that the sync is responsible for.", startInstant),
  step: must("The length of a window: 1d is a calendar day, 24h elapsed time.", calendar),
  timezone: may("Zone of the grid.", zone),
  delay: may("How long after its end a window waits.", elapsed),
  lookback: may("How far before its start a read begins.", elapsed),
  retention: may("How far back the source can still answer.", elapsedPositive),
});

const run: SchemaOf<WrittenSyncRun> = noList(
  mapping({
    every: may("Expected cadence.", calendar),
    max_windows: may("Windows of this sync in one run.", whole(1, 10_000)),
    catch_up: may("Which missed windows come first.", v.picklist(["oldest", "newest"])),
    max_attempts: may("Counted failures until a window is parked.", whole(1)),
    concurrency: may("Windows of this sync in flight at once.", whole(1)),
    reread: may(
      "Read the last stretch again, now and then.",
      mapping({
        every: must("How often.", calendar),
        last: must("How much.", calendar),
      }),
    ),
  }),
);

const column = mapping({
  path: must("Pointer into the record.", pointer),
  type: must(
    "Type of the column.",
    v.picklist(["text", "integer", "bigint", "numeric", "boolean", "date", "timestamptz", "jsonb"]),
  ),
});

const percentPattern = /^(100|\d{1,2})(\.\d{1,3})?%$/;

const failedWords = "a whole number or a percentage; write for example 5 or 2%";
const failedItems = v.union(
  [whole(0, Number.MAX_SAFE_INTEGER, failedWords), textLike(failedWords, percentPattern)],
  failedWords,
);

const alerts = noList(
  mapping({
    zero: may("What a window without records means.", v.picklist(["confirm", "fail", "allow"])),
    anomaly: may("What an unusual count means.", v.picklist(["warn", "fail", "off"])),
    issue: may("Keep an issue open while the sync fails.", flag),
    heartbeat: may(
      "Requested after each run that is not failed.",
      mapping({ env: must("Variable that holds the URL.", text) }),
    ),
  }),
);

/** A sync. */
export const syncSchema: SchemaOf<WrittenSync> = mapping({
  id: may("Names the ledger folder and run ids; keep it when renaming.", name),
  source: must("The name of a source.", name),
  vars: may("Text for {{vars.name}}, before the source's.", vars),
  request: must("The request of a page.", request),
  first_only: may("Parameters sent with the first page of a query only.", firstOnly),
  records: may("Pointer to the list of items.", pointer),
  key: must("Pointer, or list of pointers, to the durable id of an item.", key),
  emit: may("Pointer to the part of the item that is delivered.", pointer),
  watermark: must("The timestamp that decides the window.", watermark),
  filter: must(
    "What the server does with bounds; none: it has no time filter.",
    v.union([v.literal("none"), filter], "a mapping with start, or none; write one of these"),
  ),
  order: may("The order of the response.", order),
  pages: may("How pages continue.", pages),
  deletes: may(
    "How deletes are noticed.",
    v.union([v.literal("none"), deletes], "none, or a mapping with flag; write one of these"),
  ),
  window: must("The grid of windows.", window),
  run: may("How often, and how much at once.", run),
  destination: may("The name of a destination.", name),
  table: may("The table; default: the sync's name with - as _.", name),
  key_column: may("The column of the key; default: the last token of key.", text),
  columns: may("Typed columns; without them the record as JSON in data.", mappingOf(column)),
  transform: may("A file whose default export maps each record.", filled),
  on_delete: may("Mark deleted rows or remove them.", v.picklist(["soft", "hard"])),
  approve: may("Review before effect.", v.picklist(["none", "pull_request"])),
  tolerate: may(
    "Failures that a window may have and still succeed.",
    noList(mapping({ failed_items: may("A count or a percentage.", failedItems) })),
  ),
  alerts: may("What deserves attention.", alerts),
});
