// The job summary of this step: the file that the runner names. The page is made and clamped by core/report/summary.ts,
// since the runner drops a file of more than 1 MiB whole (G29); nothing is put into it here.

import { appendFile } from "node:fs/promises";

/**
 * Adds the page to the summary. A runner without job summaries names no file: then there is none. What was done is
 * done, so a file that cannot be written is a sentence and no error.
 */
export async function writeJobSummary(
  markdown: string,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  const file = variables["GITHUB_STEP_SUMMARY"] ?? "";
  if (file === "") return undefined;
  try {
    await appendFile(file, markdown);
    return undefined;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "an error";
    return `job summary: expected its file to be writable, found ${code}; look at the disk of the runner`;
  }
}
