import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { schemaText } from "../../src/entry/schema-text.ts";

test("the command prints the schema that is checked in, byte by byte", () => {
  const file = new URL("../../action/tidemark.schema.json", import.meta.url);
  expect(schemaText()).toBe(readFileSync(file, "utf8"));
});
