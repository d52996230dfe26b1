// JSON Pointers (RFC 6901): the only way into a document. Only own members are read.

import type { Pointer } from "../sync/sync-spec.ts";
import { ExactNumber } from "./exact-number.ts";

/** Parses a pointer; undefined when it is malformed or would touch `__proto__` (S23). */
export function parsePointer(text: string): Pointer | undefined {
  if (text === "") return [];
  if (!text.startsWith("/") || /~(?![01])/.test(text)) return undefined;
  const tokens = text
    .slice(1)
    .split("/")
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
  return tokens.includes("__proto__") ? undefined : tokens;
}

/** Writes a pointer as it is written in configurations and records. */
export function formatPointer(pointer: Pointer): string {
  return pointer.map((token) => `/${token.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** The value at a pointer, or undefined when nothing is there. */
export function readPointer(document: unknown, pointer: Pointer): unknown {
  let value = document;
  for (const token of pointer) {
    if (value === null || typeof value !== "object" || value instanceof ExactNumber)
      return undefined;
    if (Array.isArray(value) && !/^(0|[1-9]\d*)$/.test(token)) return undefined;
    if (!Object.hasOwn(value, token)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[token];
  }
  return value;
}
