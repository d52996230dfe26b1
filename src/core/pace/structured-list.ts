// Structured lists (RFC 9651 section 4.2.1) as far as `RateLimit` needs them: every member is checked against the
// whole grammar, only its integer parameters are kept. Written here because core imports no package and the rate
// headers are judged in core; one pass, one character of look-ahead, no backtracking (P26).

/** The integer parameters of one member; all others were parsed and skipped. */
export type ListMember = ReadonlyMap<string, number>;

/** The members of a list, or undefined when any part of it is malformed: a list counts whole or not (P28). */
export function parseStructuredList(text: string): readonly ListMember[] | undefined {
  const input: Input = { text: trimSpaces(text), at: 0 };
  const members: ListMember[] = [];
  while (input.at < input.text.length) {
    if (members.length > 0 && !(skipComma(input) && input.at < input.text.length)) return undefined;
    if (!readValue(input)) return undefined;
    const parameters = readParameters(input);
    if (parameters === undefined) return undefined;
    members.push(parameters);
  }
  return members;
}

/** The text and how far it was read. */
interface Input {
  readonly text: string;
  at: number;
}

function trimSpaces(text: string): string {
  let start = 0;
  let end = text.length;
  while (text[start] === " ") start += 1;
  while (end > start && text[end - 1] === " ") end -= 1;
  return text.slice(start, end);
}

function skipComma(input: Input): boolean {
  skip(input, " \t");
  if (!take(input, ",")) return false;
  skip(input, " \t");
  return true;
}

/** An item or an inner list, without its parameters. */
function readValue(input: Input): boolean {
  return input.text[input.at] === "(" ? readInnerList(input) : readBareItem(input) !== undefined;
}

function readInnerList(input: Input): boolean {
  input.at += 1;
  for (;;) {
    const before = input.at;
    skip(input, " ");
    if (take(input, ")")) return true;
    const first = input.text[before - 1] === "(";
    if (!first && before === input.at) return false;
    if (readBareItem(input) === undefined || readParameters(input) === undefined) return false;
  }
}

function readParameters(input: Input): Map<string, number> | undefined {
  const parameters = new Map<string, number>();
  while (take(input, ";")) {
    skip(input, " ");
    const key = match(input, /[a-z*][a-z0-9_.*-]*/y);
    if (key === undefined) return undefined;
    const value = take(input, "=") ? readBareItem(input) : "other";
    if (value === undefined) return undefined;
    // The last of several parameters of one name counts, also when it is no integer.
    if (value === "other") parameters.delete(key);
    else parameters.set(key, value);
  }
  return parameters;
}

/** An integer as its number, any other valid bare item as `other`. */
function readBareItem(input: Input): number | "other" | undefined {
  const number = match(input, /-?\d+(?:\.\d+)?/y);
  if (number !== undefined) return numberOf(number);
  const other =
    match(input, /"(?:[ !#-[\]-~]|\\["\\])*"/y) ??
    match(input, /[A-Za-z*][A-Za-z0-9!#$%&'*+.^_`|~:/-]*/y) ??
    match(input, /:[A-Za-z0-9+/]*={0,2}:/y) ??
    match(input, /\?[01]/y) ??
    match(input, /@-?\d{1,15}(?![.\d])/y) ??
    match(input, /%"(?:[ !#$&-~]|%[0-9a-f]{2})*"/y);
  return other === undefined ? undefined : "other";
}

function numberOf(text: string): number | "other" | undefined {
  const [whole = "", fraction] = text.replace("-", "").split(".");
  if (fraction === undefined) return whole.length <= 15 ? Number(text) : undefined;
  return whole.length <= 12 && fraction.length <= 3 ? "other" : undefined;
}

function match(input: Input, pattern: RegExp): string | undefined {
  pattern.lastIndex = input.at;
  const found = pattern.exec(input.text)?.[0];
  if (found !== undefined) input.at += found.length;
  return found;
}

function take(input: Input, character: string): boolean {
  if (input.text[input.at] !== character) return false;
  input.at += 1;
  return true;
}

function skip(input: Input, characters: string): void {
  while (input.at < input.text.length && characters.includes(input.text.charAt(input.at))) {
    input.at += 1;
  }
}
