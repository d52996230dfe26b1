// The written shape of a destination (contract 5).

import * as v from "valibot";

import { httpEntries } from "./schema-source.ts";
import {
  elapsedPositive,
  filled,
  header,
  json,
  locator,
  mapping,
  mappingOf,
  may,
  must,
  pointer,
  predicate,
  type SchemaOf,
  size,
  text,
  whole,
} from "./schema-values.ts";
import type { WrittenDestination } from "./written-source.ts";

const path = must("The file or folder; relative paths start at the repository's root.", filled);
const batch = may("Rows in one statement or request.", whole(1));

const effect = mapping({
  method: must("The HTTP method.", v.picklist(["POST", "PUT", "PATCH", "DELETE"])),
  path: must("Appended to base_url.", filled),
  body: may("Sent as JSON.", json),
});

/** A destination. */
export const destinationSchema: SchemaOf<WrittenDestination> = v.variant("type", [
  mapping({ type: v.literal("sqlite"), path }),
  mapping({
    type: v.literal("files"),
    path,
    format: may("How rows are written.", v.picklist(["ndjson", "csv"])),
    buckets: may("Files that one table is spread over.", whole(1, 100)),
    max_size: may("The largest table, at most 40MB.", size),
  }),
  mapping({
    type: v.literal("postgres"),
    env: must("Variable that holds the connection URL.", text),
    schema: may("The schema of all tables.", filled),
    batch,
    statement_timeout: may("The longest statement.", elapsedPositive),
  }),
  mapping({
    type: v.literal("http"),
    ...httpEntries,
    batch,
    upsert: must("The request that writes rows.", effect),
    results: may(
      "How a batch answers per item.",
      mapping({
        at: must("Where the list of results is found.", locator(["body"])),
        key: must("Pointer to the key in a result.", pointer),
        ok: must("The test of an accepted item.", predicate),
        error: may("Pointer to the message of a refused item.", pointer),
      }),
    ),
    delete: may("The request that deletes a row.", effect),
    idempotency_header: may("Header that carries an idempotency key.", header),
  }),
  mapping({
    type: v.literal("module"),
    path,
    options: may("Handed to the module.", mappingOf(json)),
  }),
]);
