// The primary rate limit: points an hour, counted apart for REST and GraphQL, and the headers that tell of it.

export type Bucket = "core" | "graphql";

const limit = 1000;
const hourMs = 3_600_000;

export class Points {
  /** Off, as on a server of one's own: no headers, no limit. */
  isOff = false;
  readonly remaining: Record<Bucket, number> = { core: limit, graphql: limit };
  /** Epoch ms. */
  resetAt: number;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
    this.resetAt = now() + hourMs;
  }

  /** Takes one point; false when none is left. */
  take(bucket: Bucket): boolean {
    if (this.isOff) return true;
    if (this.#now() >= this.resetAt) {
      this.resetAt = this.#now() + hourMs;
      this.remaining.core = limit;
      this.remaining.graphql = limit;
    }
    if (this.remaining[bucket] <= 0) return false;
    this.remaining[bucket] -= 1;
    return true;
  }

  headers(bucket: Bucket): Readonly<Record<string, string>> {
    if (this.isOff) return {};
    const remaining = this.remaining[bucket];
    return {
      "x-ratelimit-limit": String(limit),
      "x-ratelimit-remaining": String(remaining),
      "x-ratelimit-used": String(limit - remaining),
      "x-ratelimit-reset": String(Math.ceil(this.resetAt / 1000)),
      "x-ratelimit-resource": bucket,
    };
  }

  /** The `rateLimit` of GraphQL; null where limits are off. */
  rateLimit(): Readonly<Record<string, unknown>> | null {
    if (this.isOff) return null;
    const remaining = this.remaining.graphql;
    return {
      limit,
      remaining,
      used: limit - remaining,
      cost: 1,
      nodeCount: 0,
      resetAt: new Date(this.resetAt).toISOString().replace(/\.\d+Z$/u, "Z"),
    };
  }
}
