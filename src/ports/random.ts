// Chance as the program knows it.

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** That many lower-case hex digits that nobody can guess or repeat; for nonces. */
  hex(digits: number): string;
}
