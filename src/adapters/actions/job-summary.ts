// The job summary of this step: the file that the runner names. The page is made and clamped by core/report/summary.ts,
// since the runner drops a file of more than 1 MiB whole (G29); nothing is put into it here.

import { appendFile } from "node:fs/promises";

/** Adds the page to the summary. A runner without job summaries names no file: then there is none. */
export async function writeJobSummary(
  markdown: string,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const file = variables["GITHUB_STEP_SUMMARY"] ?? "";
  if (file !== "") await appendFile(file, markdown);
}
