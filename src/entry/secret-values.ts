// Which values of the environment are secrets: whatever a configuration may name as one is hidden in all that is
// written or printed, known to this call or not (contract 2, proof.md section 14).

/** Secrets as they are sent: without the line end that files and `echo` add. */
export function secretValues(
  variables: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  return Object.entries(variables).flatMap(([name, value]) => {
    if (!name.startsWith("TIDEMARK_") || name === "TIDEMARK_NOW") return [];
    const sent = value?.replace(/\r?\n$/, "") ?? "";
    return sent.length > 3 ? [sent] : [];
  });
}
