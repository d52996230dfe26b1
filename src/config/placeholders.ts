// Where placeholders stand in a written configuration, and `vars` filled in where the value is fixed (S11, S17).

import { splitTemplate } from "../core/source/template.ts";
import type { Template } from "../core/sync/sync-spec.ts";
import type { Path } from "./problem.ts";

/** One string of a template, and where it stands. */
export interface PlacedText {
  readonly path: Path;
  readonly text: string;
}

/** The text with the values of `vars` in it; what has no value stays as written. */
export function fillVars(text: string, vars: Readonly<Record<string, string>>): string {
  return splitTemplate(text)
    .map((part) => {
      if (part.kind === "text") return part.text;
      const name = part.name.startsWith("vars.") ? part.name.slice(5) : "";
      return Object.hasOwn(vars, name) ? vars[name] : `{{${part.name}}}`;
    })
    .join("");
}

/** All strings inside a value, keys apart. */
export function textsIn(value: Template | undefined, path: Path): readonly PlacedText[] {
  if (typeof value === "string") return [{ path, text: value }];
  if (typeof value !== "object" || value === null) return [];
  const items: readonly (readonly [string | number, Template])[] = isList(value)
    ? value.map((item, index) => [index, item] as const)
    : Object.entries(value);
  return items.flatMap(([key, item]) => textsIn(item, [...path, key]));
}

/** Whether the text is one placeholder and nothing else (S12). */
export function isLone(text: string): boolean {
  const parts = splitTemplate(text);
  return parts.length === 1 && parts[0]?.kind === "placeholder";
}

function isList(value: object): value is readonly Template[] {
  return Array.isArray(value);
}
