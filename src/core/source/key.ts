// Fetch: the key of an item as text (S29). Never a JavaScript number, so that long ids stay what they are.

import type { Pointer } from "../sync/sync-spec.ts";
import { ExactNumber } from "./exact-number.ts";
import { readPointer } from "./pointer.ts";

/** The longest key, in bytes of UTF-8 (S29). */
const keyBytesMax = 1024;

/** The key of an item, or undefined when it has none that may be one (S29). */
export function readKey(item: unknown, pointers: readonly Pointer[]): string | undefined {
  const [only] = pointers;
  if (pointers.length === 1 && only !== undefined) return checked(keyText(readPointer(item, only)));
  const parts: string[] = [];
  for (const pointer of pointers) {
    const part = keyText(readPointer(item, pointer));
    if (part === undefined || part === "") return undefined;
    parts.push(part.replaceAll(/[\\|]/g, String.raw`\$&`));
  }
  return checked(parts.join("|"));
}

// A double of up to 1e21 prints in plain digits, and those of a parsed response are exact (S22).
function keyText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "number")
    return Number.isInteger(value) && Math.abs(value) < 1e21 ? String(value) : undefined;
  if (value instanceof ExactNumber) return /^-?\d+$/.test(value.text) ? value.text : undefined;
  return undefined;
}

function checked(key: string | undefined): string | undefined {
  if (key === undefined || key === "" || key.length > keyBytesMax) return undefined;
  if (key.includes("\0") || !key.isWellFormed()) return undefined;
  return key.length * 3 > keyBytesMax && utf8Bytes(key) > keyBytesMax ? undefined : key;
}

function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x1_0000 ? 3 : 4;
  }
  return bytes;
}
