// GitHub's answers have dozens of required fields that nobody here reads. What the fake models is given; the rest gets
// the plainest value that the description allows, so that the whole answer can be judged.

import { alternativesOf, resolved, type Schema } from "./openapi.ts";

/** The value with every required field that it lacks. */
export function fillAnswer(schema: Schema, value: unknown): unknown {
  const parts = alternativesOf(schema);
  if (value === undefined) return plainest(schema);
  if (Array.isArray(value)) {
    const items = parts.find((part) => part["items"] !== undefined)?.["items"] as
      | Schema
      | undefined;
    return items === undefined ? value : value.map((entry) => fillAnswer(items, entry));
  }
  if (typeof value !== "object" || value === null) return value;
  const filled: Record<string, unknown> = { ...value };
  for (const part of parts) {
    const properties = (part["properties"] ?? {}) as Readonly<Record<string, Schema>>;
    const required = (part["required"] ?? []) as readonly string[];
    for (const [name, property] of Object.entries(properties))
      if (name in filled || required.includes(name))
        filled[name] = fillAnswer(property, filled[name]);
  }
  return filled;
}

function plainest(schema: Schema): unknown {
  const own = resolved(schema) as Schema;
  const alternatives = (own["anyOf"] ?? own["oneOf"] ?? []) as readonly Schema[];
  const types = [own["type"]].flat();
  if (
    types.includes("null") ||
    alternatives.some((part) => (resolved(part) as Schema)["type"] === "null")
  )
    return null;
  if (own["enum"] !== undefined) return (own["enum"] as readonly unknown[])[0];
  const [first] = alternatives;
  if (first !== undefined) return plainest(first);
  switch (types[0]) {
    case "string":
      return plainestText(own["format"]);
    case "integer":
    case "number":
      return 0;
    case "boolean":
      return false;
    case "array":
      return [];
    default:
      return fillAnswer(own, {});
  }
}

function plainestText(format: unknown): string {
  if (format === "date-time") return "2026-01-01T00:00:00Z";
  return format === "uri" ? "https://github.example/" : "";
}
