// Fetch: what of the last items of a read was seen already (S27). Bounded, whatever the window holds.

/** How many different items are remembered. */
const itemsRemembered = 100_000;

/** The memory of one read. */
export interface ItemMemory {
  /** Whether the item is remembered; remembers it if not. */
  seen(identity: string): boolean;
  /** A place in the read, for forgetSince. */
  mark(): number;
  /** Forgets what came after a mark: the items of an abandoned query (S55, S58). */
  forgetSince(mark: number): void;
}

/** A ring of the last `size` identities; each stands in it once, so that forgetting has one place to clear. */
export function itemMemory(size: number = itemsRemembered): ItemMemory {
  const ring: (string | undefined)[] = [];
  const held = new Set<string>();
  let next = 0;
  const clear = (slot: number): void => {
    const old = ring[slot];
    if (old !== undefined) held.delete(old);
    ring[slot] = undefined;
  };
  return {
    seen(identity) {
      if (held.has(identity)) return true;
      clear(next % size);
      ring[next % size] = identity;
      held.add(identity);
      next += 1;
      return false;
    },
    mark: () => next,
    forgetSince(mark) {
      for (let index = Math.max(mark, next - size); index < next; index += 1) clear(index % size);
      next = mark;
    },
  };
}
