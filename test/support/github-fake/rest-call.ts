// What the handlers of REST operations are given, and what they give back.

import type { View } from "./refs.ts";
import type { World } from "./world.ts";

export interface RestCall {
  readonly world: World;
  readonly view: View;
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** As described: it was checked before. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Base of links in the answer. */
  readonly url: string;
  /** Happens after a write looked at the branch and before it writes. */
  readonly between: () => Promise<void>;
}

export interface RestAnswer {
  readonly status: number;
  /** What is modelled; the rest is filled in. Undefined: no body. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type RestHandler = (call: RestCall) => RestAnswer | Promise<RestAnswer>;

/** Page of a list with GitHub's Link header. */
export function page(call: RestCall, path: string, items: readonly unknown[]): RestAnswer {
  const size = Number(call.query["per_page"] ?? 30);
  const number = Number(call.query["page"] ?? 1);
  const last = Math.max(1, Math.ceil(items.length / size));
  const link = (to: number, rel: string) => {
    const query = new URLSearchParams({ ...call.query, page: String(to) });
    return `<${call.url}${path}?${query.toString()}>; rel="${rel}"`;
  };
  const links = number < last ? [link(number + 1, "next"), link(last, "last")] : [];
  return {
    status: 200,
    body: items.slice((number - 1) * size, number * size),
    ...(links.length === 0 ? {} : { headers: { link: links.join(", ") } }),
  };
}
