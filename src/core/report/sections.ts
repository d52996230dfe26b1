// Sections of a page within a limit (G29): every section is named, rows are kept as long as they fit, and what is left
// out is counted where it is missing. It knows nothing of what the rows say.

import { counted } from "./words.ts";

/** A part of a page: the head and the tail always stay, rows are left out from the end. */
export interface Section {
  readonly head: readonly string[];
  readonly rows: readonly string[];
  readonly tail: readonly string[];
  /** What one row is, as `counted` takes it. */
  readonly noun: string;
}

/** How long a page may be, and in what that is counted. */
export interface PageLimit {
  readonly max: number;
  readonly sizeOf: (text: string) => number;
  /** The limit in words. */
  readonly text: string;
}

/** A job summary: GitHub drops a file of more than 1 MiB whole (G29). */
export const summaryLimit: PageLimit = {
  max: 900 * 1024,
  sizeOf: (text) => new TextEncoder().encode(text).length,
  text: "900 KiB of a job summary",
};

/** The body of a pull request or an issue: GitHub is reported to fail above it (G29). */
export const bodyLimit: PageLimit = {
  max: 30_000,
  sizeOf: (text) => text.length,
  text: "30,000 characters of a description",
};

/** A part without rows. */
export function paragraph(...lines: readonly string[]): Section {
  return { head: lines, rows: [], tail: [], noun: "line" };
}

/** The page, cut at a row where it would be longer than the limit, with a sentence wherever something is left out. */
export function fitSections(sections: readonly Section[], limit: PageLimit): string {
  const used = sections.filter(({ head, rows }) => head.length + rows.length > 0);
  // Frames first, so that a long table never pushes out the name of a later one.
  let left = used.reduce((rest, section) => rest - frameSize(section, limit), limit.max);
  const blocks = used.map((section) => {
    let fitting = 0;
    for (const row of section.rows) {
      const size = limit.sizeOf(row) + 1;
      if (size > left) break;
      left -= size;
      fitting += 1;
    }
    return blockOf(section, fitting, limit);
  });
  return `${blocks.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function frameSize(section: Section, limit: PageLimit): number {
  const said = section.rows.length === 0 ? [] : ["", omission(section, 0, limit)];
  const frame = [...section.head, ...section.tail, ...said].join("\n");
  // The line end, and the empty line before the next block.
  return limit.sizeOf(frame) + 2;
}

function blockOf(section: Section, fitting: number, limit: PageLimit): readonly string[] {
  const kept = [...section.head, ...section.rows.slice(0, fitting), ...section.tail];
  const isWhole = fitting === section.rows.length;
  return isWhole ? kept : [...kept, "", omission(section, fitting, limit)];
}

function omission({ rows, noun }: Section, fitting: number, limit: PageLimit): string {
  return `${counted(rows.length - fitting, `more ${noun}`)} left out: the page would be longer than the ${limit.text}.`;
}
