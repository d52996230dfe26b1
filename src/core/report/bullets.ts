// Sentences as a list on a page, each made harmless. Serves the sections of every page.

import { plain } from "./markdown.ts";
import type { Section } from "./sections.ts";

/** A section with one line for each text; none without a text. */
export function bullets(title: string, texts: readonly string[], noun: string): readonly Section[] {
  if (texts.length === 0) return [];
  return [{ head: [title, ""], rows: texts.map((text) => `- ${plain(text)}`), tail: [], noun }];
}
