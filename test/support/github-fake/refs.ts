// The refs with their past, so that a replica can lag: what a request sees, and every move with what follows from it.

import { type BareRepository, zeroOid } from "./bare-repository.ts";

/** What one request sees of the refs. */
export interface View {
  /** The commit that a full ref name stands for; undefined when it does not exist as far as this request can see. */
  ref(name: string): string | undefined;
}

/** How far behind a request is: the tip before the last one, or all that happened within the last `ms`. */
export type Lag = { readonly tips: number } | { readonly ms: number };

interface Moved {
  readonly at: number;
  readonly oid: string | undefined;
}

const beforeAll = Number.NEGATIVE_INFINITY;

export class Refs {
  readonly #repository: BareRepository;
  readonly #now: () => number;
  readonly #past = new Map<string, Moved[]>();
  /** Called after a ref moved, whoever moved it. */
  readonly #follow: (ref: string) => void;

  constructor(repository: BareRepository, now: () => number, follow: (ref: string) => void) {
    this.#repository = repository;
    this.#now = now;
    this.#follow = follow;
  }

  /** Takes notice of what others did to the repository by git itself. */
  observe(): void {
    const current = this.#repository.refs();
    const isFirst = this.#past.size === 0;
    for (const ref of new Set([...this.#past.keys(), ...current.keys()])) {
      // What was there first is never unseen; a branch that came later is, to a replica that lags.
      const past = this.#past.get(ref) ?? (isFirst ? [] : [{ at: beforeAll, oid: undefined }]);
      const oid = current.get(ref);
      if (past.at(-1)?.oid === oid) continue;
      past.push({ at: isFirst ? beforeAll : this.#now(), oid });
      this.#past.set(ref, past);
      this.#follow(ref);
    }
  }

  now(ref: string): string | undefined {
    return this.#past.get(ref)?.at(-1)?.oid;
  }

  view(lag: Lag | undefined): View {
    return { ref: (name) => (lag === undefined ? this.now(name) : this.#seenLate(name, lag)) };
  }

  /** The swap; false when the ref is not at `before`. `undefined` forces; zeros: there must be none. */
  move(ref: string, before: string | undefined, after: string): boolean {
    const isDone =
      after === zeroOid && before === undefined && this.#repository.refs().get(ref) === undefined
        ? false
        : this.#repository.swap(ref, before, after);
    this.observe();
    return isDone;
  }

  #seenLate(name: string, lag: Lag): string | undefined {
    const past = this.#past.get(name) ?? [];
    const seen =
      "tips" in lag
        ? past[Math.max(0, past.length - 1 - lag.tips)]
        : past.findLast(({ at }) => at <= this.#now() - lag.ms);
    return seen?.oid;
  }
}
