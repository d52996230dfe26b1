// Fetch: the target of a `Link` header whose relation includes `next` (RFC 8288 section 3). One linear pass.

/** The first target with `rel` next, or undefined. Commas inside `<>` and quotes do not separate (S48). */
export function nextInLinkHeader(values: readonly string[]): string | undefined {
  const text = values.join(", ");
  let at = 0;
  for (;;) {
    const open = text.indexOf("<", at);
    const close = open === -1 ? -1 : text.indexOf(">", open + 1);
    if (close === -1) return undefined;
    const end = endOfParameters(text, close + 1);
    if (hasRelNext(text.slice(close + 1, end))) return text.slice(open + 1, close).trim();
    at = end;
  }
}

function endOfParameters(text: string, from: number): number {
  let isQuoted = false;
  for (let index = from; index < text.length; index += 1) {
    const character = text[index];
    if (isQuoted && character === "\\") index += 1;
    else if (character === '"') isQuoted = !isQuoted;
    else if (character === "," && !isQuoted) return index;
  }
  return text.length;
}

const parameter = /;\s*([^=;\s"]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^;"]*)))?/g;

// Only the first `rel` counts (RFC 8288 section 3.3); quoted values are passed over as a whole.
function hasRelNext(parameters: string): boolean {
  for (const [, name, quoted, plain] of parameters.matchAll(parameter)) {
    if (name?.toLowerCase() !== "rel") continue;
    return (quoted ?? plain ?? "").toLowerCase().trim().split(/\s+/).includes("next");
  }
  return false;
}
