// Text for the log of a step. The runner takes lines that begin with `::`, and `##[` anywhere in a line, for commands;
// text from outside must give none: it could end a group, fake an error or stop the masking of a secret.

/** The same lines without invisible characters, which the runner may skip when it compares; none of them a command. */
export function commandSafe(text: string): string {
  return text
    .split(/\r\n|\r|\n/)
    .map((line) =>
      line
        .replaceAll(/[[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]--[\t]]/gv, "")
        .replace(/^(\s*):(?=:)/u, "$1: ")
        .replaceAll("##[", "## ["),
    )
    .join("\n");
}
