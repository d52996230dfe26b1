// Text for the log of a step. The runner takes lines that begin with `::`, and `##[` anywhere in a line, for commands;
// text from outside must give none: it could end a group, fake an error or stop the masking of a secret.

/** The same lines, none of which is a command to the runner. */
export function commandSafe(text: string): string {
  return text
    .split(/(\r\n|\r|\n)/)
    .map((line) => line.replace(/^(\s*):(?=:)/u, "$1: ").replaceAll("##[", "## ["))
    .join("");
}
