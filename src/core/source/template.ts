// Fetch: the placeholders of request templates, their names, and how text is split at them (S11, S17). Config asks
// placeholdersIn; render-request.ts fills them in.

import type { ExactNumber } from "./exact-number.ts";

/** What a placeholder becomes; a key keeps type and digits of the record's key (S18). */
export type PlaceholderValue = string | number | ExactNumber;

/** Values by name, as `window.start` or `vars.team`; an absent name is unset. */
export type PlaceholderValues = ReadonlyMap<string, PlaceholderValue>;

/** Every placeholder but `vars.<name>`. */
const placeholderNames = [
  "window.start",
  "window.end",
  "page.token",
  "page.number",
  "page.offset",
  "page.size",
  "keyset.key",
  "keyset.watermark",
] as const;

/** One stretch of a template. */
export type TemplatePart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "placeholder"; readonly name: string };

const known: ReadonlySet<string> = new Set(placeholderNames);
const varName = /^vars\.[A-Za-z0-9_-]{1,63}$/;

/** The names of the placeholders in a text, in order; a problem for an unclosed or unknown one. `}}` alone is text (S17). */
export function placeholdersIn(
  text: string,
):
  | { readonly ok: true; readonly names: readonly string[] }
  | { readonly ok: false; readonly problem: string } {
  const names: string[] = [];
  for (const part of splitTemplate(text)) {
    if (part.kind === "text") {
      if (part.text.includes("{{"))
        return { ok: false, problem: "expected `}}` after `{{`, found none" };
      continue;
    }
    if (!known.has(part.name) && !varName.test(part.name))
      return {
        ok: false,
        problem: `expected one of ${placeholderNames.join(", ")} or vars.<name>, found {{${part.name.slice(0, 64)}}}`,
      };
    names.push(part.name);
  }
  return { ok: true, names };
}

/** Text and placeholders in order; empty stretches are left out, an unclosed `{{` stays in the text. */
export function splitTemplate(template: string): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  let from = 0;
  for (;;) {
    const open = template.indexOf("{{", from);
    const close = open === -1 ? -1 : template.indexOf("}}", open + 2);
    if (close === -1) break;
    if (open > from) parts.push({ kind: "text", text: template.slice(from, open) });
    parts.push({ kind: "placeholder", name: template.slice(open + 2, close) });
    from = close + 2;
  }
  if (from < template.length) parts.push({ kind: "text", text: template.slice(from) });
  return parts;
}
