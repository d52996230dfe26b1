// Assertions stay on in production: a broken invariant ends the run with exit 70 rather than write a wrong record.

import { InvariantError } from "./errors.ts";

/** Throws InvariantError unless the condition holds; the text names the invariant. */
export function invariant(condition: boolean, text: string): asserts condition {
  if (!condition) throw new InvariantError(text);
}

/** For the default branch of an exhaustive switch. */
export function unreachable(value: never): never {
  throw new InvariantError(`unexpected case ${JSON.stringify(value)}`);
}
