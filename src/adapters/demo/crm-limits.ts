// When the demo's CRM refuses: a token bucket that other programs of the same account drain now and then, and outages
// of a moment. Its own code, so that Tidemark's pacer is not judged by itself.

import { seededChance, wholeBetween } from "./seeded-chance.ts";

/** Answer, answer 503, or answer 429 with a `Retry-After` of whole seconds. */
export type LimitVerdict =
  | { readonly kind: "answer" }
  | { readonly kind: "unavailable" }
  | { readonly kind: "limited"; readonly retryAfterS: number };

/** Judges requests in the order of their arrival; `now` is epoch ms of the CRM's clock. */
export function openLimits(bucket: {
  readonly capacity: number;
  readonly perSecond: number;
}): (now: number) => LimitVerdict {
  const chance = seededChance(503);
  const next = (): number => wholeBetween(chance, 8, 16);
  let tokens = bucket.capacity;
  let filledAt = 0;
  let untilDrained = next();
  let untilOutage = next();
  return (now) => {
    tokens = Math.min(bucket.capacity, tokens + ((now - filledAt) / 1000) * bucket.perSecond);
    filledAt = now;
    untilDrained -= 1;
    untilOutage -= 1;
    if (untilDrained <= 0) {
      tokens = 0;
      untilDrained = next();
    }
    if (tokens < 1)
      return {
        kind: "limited",
        retryAfterS: Math.ceil((1 - tokens) / bucket.perSecond),
      };
    tokens -= 1;
    if (untilOutage > 0) return { kind: "answer" };
    untilOutage = next();
    return { kind: "unavailable" };
  };
}
