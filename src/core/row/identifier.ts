// Names in SQL. Serves upsert: every name is quoted, none is trusted, and none is cut off silently.

/** Postgres cuts names beyond this silently; no database of ours gets a longer one. */
const identifierBytesMax = 63;

/** A name as a quoted SQL identifier; reserved words, blanks and quotes are names like others. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** What is wrong with a name, or undefined (contract 5: identifiers are checked at 63 bytes). */
export function identifierProblem(name: string): string | undefined {
  if (name === "") return "expected a name, found none";
  if (name.includes("\0") || !name.isWellFormed())
    return "expected well-formed text without NUL, found another";
  const bytes = utf8Bytes(name);
  return bytes > identifierBytesMax
    ? `expected at most ${identifierBytesMax} bytes, found ${bytes}`
    : undefined;
}

function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return bytes;
}
