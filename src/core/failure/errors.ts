// What may be thrown, named after what happens next. Everything expected is an Outcome instead.

/** The configuration or the call is wrong: fix it. Exit 2. Each problem is `path: expected, found; remedy`. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly string[];
  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(problems.join("\n"), options);
    this.problems = problems;
  }
}

/** The ledger cannot be read or written. Exit 3. */
export class LedgerError extends Error {
  override readonly name = "LedgerError";
}

/** A signal asked the run to stop: settle or release, then exit 130. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
}

/** A bug in Tidemark. Exit 70. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}
