// Fetch: the order of the response, verified on the wire (S47, S48). A server that breaks its promise would make
// early stops and keysets lose rows, so the window ends instead.

import { compareKeys } from "../row/key-order.ts";
import type { ReadingOrder } from "../sync/sync-spec.ts";
import type { Instant } from "../time/instant.ts";

/** Watches one query, or with K1 and K2 the whole read (S53). */
export interface OrderWatch {
  /** Takes the next item that is no duplicate; false when it violates the order. */
  follows(key: string | undefined, watermark: Instant | undefined): boolean;
  /** A new query begins. */
  reset(): void;
}

/** A watch for the declared order; `created` and `none` promise nothing that can be seen (S48). */
export function orderWatch(order: ReadingOrder): OrderWatch {
  let lastKey: string | undefined;
  let lastAt: Instant | undefined;
  const sign = order.dir === "asc" ? 1 : -1;
  const advances = (key: string | undefined, direction: number): boolean => {
    if (key === undefined) return true;
    const compared = compareInOrder(key, lastKey, order.compare);
    lastKey = key;
    return compared !== undefined && (compared === "first" || compared * direction > 0);
  };
  const byWatermark = (key: string | undefined, at: Instant | undefined): boolean => {
    if (at === undefined) return true;
    const step = lastAt === undefined ? 1 : (at - lastAt) * sign;
    if (step < 0) return false;
    lastAt = at;
    if (!order.thenKey) return true;
    if (step > 0) lastKey = undefined;
    // Ties are in ascending order of keys, whatever the direction of the watermark is.
    return advances(key, 1);
  };
  return {
    follows(key, at) {
      if (order.by === "key") return advances(key, sign);
      return order.by === "watermark" ? byWatermark(key, at) : true;
    },
    reset() {
      lastKey = undefined;
      lastAt = undefined;
    },
  };
}

/** Orders keys as the server does; undefined when `numeric` meets a key that is no integer (S48). */
export function compareAs(
  a: string,
  b: string,
  compare: ReadingOrder["compare"],
): number | undefined {
  if (compare === "bytes") return compareKeys(a, b);
  if (!integerPattern.test(a) || !integerPattern.test(b)) return undefined;
  if (a.length < 16 && b.length < 16) return Number(a) - Number(b);
  const difference = BigInt(a) - BigInt(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

const integerPattern = /^-?\d+$/;

function compareInOrder(
  key: string,
  last: string | undefined,
  compare: ReadingOrder["compare"],
): number | "first" | undefined {
  if (last !== undefined) return compareAs(key, last, compare);
  return compare === "numeric" && !integerPattern.test(key) ? undefined : "first";
}
