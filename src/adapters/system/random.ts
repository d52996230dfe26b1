// Real chance, behind the port `random`: backoff and nonces that nobody can guess.

import { randomBytes, randomInt } from "node:crypto";

import type { Random } from "../../ports/random.ts";

/** One more than the largest number that randomInt draws. */
const steps = 2 ** 48 - 1;

/** The system's source of chance. */
export function systemRandom(): Random {
  return {
    next: () => randomInt(steps) / steps,
    hex: (digits) =>
      randomBytes(Math.ceil(digits / 2))
        .toString("hex")
        .slice(0, digits),
  };
}
