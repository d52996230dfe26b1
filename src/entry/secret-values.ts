// Which values of the environment are secrets: whatever a configuration may name as one is hidden in all that is
// written or printed, known to this call or not (contract 2, proof.md section 14).

/** Names of tokens that the platform hands out; the action's own comes as an input. */
const tokenNames: ReadonlySet<string> = new Set(["GITHUB_TOKEN", "INPUT_TOKEN"]);

/** Secrets as they are sent: without the line end that files and `echo` add. `envAllow` names further variables. */
export function secretValues(
  variables: Readonly<Record<string, string | undefined>>,
  envAllow: readonly string[] = [],
): readonly string[] {
  const isSecret = (name: string): boolean =>
    (name.startsWith("TIDEMARK_") && name !== "TIDEMARK_NOW") ||
    tokenNames.has(name) ||
    envAllow.includes(name);
  const values = Object.entries(variables).flatMap(([name, value]) => {
    const sent = isSecret(name) ? (value?.replace(/\r?\n$/, "") ?? "") : "";
    return sent.length > 3 ? [sent] : [];
  });
  return [...new Set(values)];
}

/**
 * Those of a step of the action, its input `env-allow` included as it was written: known before the inputs are judged,
 * since what is said of a wrong one must not show what another one hides.
 */
export function stepSecrets(
  variables: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const allowed = (variables["INPUT_ENV-ALLOW"] ?? "").split(/[,\s]+/);
  return secretValues(variables, allowed);
}
