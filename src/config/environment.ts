// The variables that a configuration names, checked before anything is claimed and all at once (S7). Values are
// looked at and never kept, returned or shown.

import { secretNameOf } from "../core/sync/secret-name.ts";
import type { ProjectSpec } from "../core/sync/sync-spec.ts";

/** One problem for each source whose variable is missing, empty or cannot be sent; empty when all are well. */
export function environmentProblems(
  project: ProjectSpec,
  variables: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  return [...project.sources.values()].flatMap(({ name, auth }) => {
    const env = secretNameOf(auth);
    const problem = env === undefined ? undefined : variableProblem(variables[env]);
    if (problem === undefined) return [];
    const key = auth.type === "github_token" ? "auth" : "auth.env";
    return [`sources.${name}.${key}: expected variable ${env} ${problem}`];
  });
}

function variableProblem(value: string | undefined): string | undefined {
  if (value === undefined)
    return "to be set, found it missing; set it in the environment of the run";
  // Files and editors end a secret with a newline; one is cut, as where it is sent.
  const secret = value.replace(/\r?\n$/, "");
  if (secret === "") return "to hold a secret, found it empty; check that the secret exists";
  if (/^[\x21-\x7e]+( +[\x21-\x7e]+)*$/.test(secret)) return undefined;
  return "to hold visible ASCII, found control or other characters; paste the secret again";
}
