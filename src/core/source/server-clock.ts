// Fetch: may the window be read yet on the server's clock (S44)? The runner's own clock was asked by the planner.

import type { Instant } from "../time/instant.ts";
import type { ResponseHeaders } from "./answer.ts";
import { parseHttpDate } from "./http-date.ts";

/** `early`: the server is `waitMs` before the instant. `astray`: its clock is not to be believed. */
export type ServerClock =
  | { readonly kind: "fine" | "astray" }
  | { readonly kind: "early"; readonly waitMs: number };

const hourMs = 3_600_000;

/** Compares the `Date` of a response with the instant from which the window may be read (S44). */
export function judgeServerClock(
  headers: ResponseHeaders,
  wallMs: number,
  readableAt: Instant,
): ServerClock {
  const [age] = headers.get("age") ?? [];
  if (age !== undefined && Number(age) > 0) return { kind: "fine" };
  const date = parseHttpDate(headers.get("date")?.[0]?.trim() ?? "");
  if (date === undefined) return { kind: "fine" };
  if (Math.abs(date / 1000 - wallMs) > hourMs) return { kind: "astray" };
  return date >= readableAt
    ? { kind: "fine" }
    : { kind: "early", waitMs: Math.ceil((readableAt - date) / 1000) };
}
