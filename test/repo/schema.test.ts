import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { renderSchema, schemaFile } from "./generate-schema.ts";

test("the checked-in JSON Schema is the one that the configuration's schema renders", () => {
  expect(readFileSync(schemaFile, "utf8")).toBe(renderSchema());
});

test("every key of the JSON Schema says what it is for", () => {
  const silent: string[] = [];
  collectSilent(JSON.parse(renderSchema()), "", silent);
  expect(silent).toEqual([]);
});

function collectSilent(schema: unknown, path: string, silent: string[]): void {
  if (typeof schema !== "object" || schema === null) return;
  for (const [key, value] of Object.entries(schema)) {
    if (key === "properties")
      for (const [name, property] of Object.entries(value as Record<string, object>)) {
        const says = "description" in property || "const" in property;
        if (!says) silent.push(`${path}/${name}`);
      }
    collectSilent(value, `${path}/${key}`, silent);
  }
}
