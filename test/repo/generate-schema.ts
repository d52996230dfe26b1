// Renders the JSON Schema that editors use, from the valibot schema that the program uses, so that the two
// cannot disagree. Run it to write action/tidemark.schema.json; schema.test.ts compares.

import { writeFileSync } from "node:fs";

import { toJsonSchema } from "@valibot/to-json-schema";

import { projectSchema } from "../../src/config/schema.ts";

/** Where the rendered schema is checked in. */
export const schemaFile: URL = new URL("../../action/tidemark.schema.json", import.meta.url);

/** The text of the JSON Schema. */
export function renderSchema(): string {
  const schema = toJsonSchema(projectSchema, {
    // What is in the file, before anything is made of it.
    typeMode: "output",
    ignoreActions: ["check"],
    // JSON Schema has no word for "any JSON that YAML can write" but the empty schema.
    overrideSchema: ({ valibotSchema }) => (valibotSchema.type === "custom" ? {} : undefined),
  });
  const titled = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Tidemark configuration",
    ...schema,
  };
  return `${JSON.stringify(titled, undefined, 2)}\n`;
}

if (import.meta.main) writeFileSync(schemaFile, renderSchema());
