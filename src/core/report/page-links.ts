// Links of a page to the run and the commit that it speaks of. A run's address comes from a record, which strangers may
// have written: it is followed only where it is one of a run of this very repository (github.md section 16).

import type { PagePlace } from "./action-result.ts";
import { code, link } from "./markdown.ts";

/** Where links of a page begin. */
export type LinkBase = Pick<PagePlace, "repositoryUrl">;

/** The text, leading to the run that a record names if that is one of this repository. `text` is Markdown. */
export function runLink(
  text: string,
  runUrl: string | undefined,
  { repositoryUrl }: LinkBase,
): string {
  const runs = `${repositoryUrl ?? ""}/actions/runs/`;
  if (repositoryUrl === undefined || runUrl?.startsWith(runs) !== true) return text;
  const isRun = /^\d{1,20}\/attempts\/\d{1,9}$/.test(runUrl.slice(runs.length));
  return isRun ? link(text, runUrl) : text;
}

/** A commit by its short id, leading to its page where there is one. */
export function commitLink(commit: string, { repositoryUrl }: LinkBase): string {
  const short = code(commit.slice(0, 10));
  return repositoryUrl === undefined ? short : link(short, `${repositoryUrl}/commit/${commit}`);
}
