// Reads what Tidemark printed with --json, without trusting its shape.

/** A member of a JSON object, or undefined. */
export function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? new Map(Object.entries(value)).get(name)
    : undefined;
}

/** A list, or an empty one when it is none. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
