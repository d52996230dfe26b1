// What response headers say about the rate (P26 to P29, S77 to S82), for step 3 FETCH. Every header is parsed in
// linear time and never lets anything go sooner. Whether the answer was a refusal is classify.ts.

import { parseHttpDate } from "../source/http-date.ts";
import { timeReader } from "../source/watermark-text.ts";
import { type Instant, msOf } from "../time/instant.ts";
import { parseStructuredList } from "./structured-list.ts";

/** What a server asked for: a pause, or a bound on what may still be sent. With neither: slow down (P28). */
export interface Hint {
  /** Nothing is sent before this many ms after the answer was received. */
  readonly pauseMs: number | undefined;
  /** At most `requests`, less those in flight, may be sent until `forMs` after the answer (P28). */
  readonly atMost: { readonly requests: number; readonly forMs: number } | undefined;
}

/** The answer whose headers are read. */
interface Received {
  /** Header names in lower case; several values of one name in the order received. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly signals: "auto" | "none";
  /** Epoch ms at receipt; dates count from it when the answer has no `Date`. */
  readonly wallMs: number;
  readonly status: number;
}

/**
 * What the answer's headers ask for, or undefined. The first level that gives a wait decides: `Retry-After`, then
 * `RateLimit`, then the older trio (P26, S77); `none` heeds only the first. An answer with an `Age` says nothing:
 * a cache kept it, so its distances have shrunk by an unknown part.
 */
export function readHint(received: Received): Hint | undefined {
  const age = listOf(received, "age").map(Number);
  if (age.some((seconds) => seconds > 0)) return undefined;
  const nowMs = dateOf(received) ?? received.wallMs;
  const retryAfterMs = longest(
    listOf(received, "retry-after").map(
      (value) => secondsIn(value) ?? distanceTo(parseHttpDate(value), nowMs),
    ),
  );
  if (received.signals === "none") return hintOf({ pauseMs: retryAfterMs });
  const structured = readStructured(received);
  const pauseMs = retryAfterMs ?? structured?.pauseMs ?? readTrios(received, nowMs);
  if (structured === undefined) return hintOf({ pauseMs });
  return { pauseMs, atMost: structured.atMost };
}

const valueLengthMax = 1024;

/** A year: longer pauses are never waited (S76) and would overflow instants. */
const pauseMsMax = 31_536_000_000;

function valuesOf(received: Received, name: string): readonly string[] {
  const values = received.headers.get(name) ?? [];
  return values.map((value) => value.trim()).filter((value) => value.length <= valueLengthMax);
}

/** Each value by itself, also where a transport joined repeated headers to one line. */
function listOf(received: Received, name: string): readonly string[] {
  return valuesOf(received, name).flatMap(splitValues);
}

function dateOf(received: Received): number | undefined {
  const date = parseHttpDate(valuesOf(received, "date")[0] ?? "");
  return date === undefined ? undefined : msOf(date);
}

const weekday = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}$/;

/** The comma behind the name of a weekday belongs to its date. */
function splitValues(value: string): readonly string[] {
  const parts: string[] = [];
  for (const part of value.split(",")) {
    const last = parts.at(-1);
    if (last !== undefined && weekday.test(last)) {
      parts[parts.length - 1] = `${last}, ${part.trim()}`;
    } else {
      parts.push(part.trim());
    }
  }
  return parts;
}

/** RFC 9110 has whole seconds; `2.0` is in use. A sign, an exponent or a unit is not a number of seconds (P27). */
function secondsIn(value: string): number | undefined {
  return /^\d+(?:\.\d+)?$/.test(value) ? Number(value) * 1000 : undefined;
}

function distanceTo(at: Instant | undefined, nowMs: number): number | undefined {
  return at === undefined ? undefined : at / 1000 - nowMs;
}

/** The longest wait above zero: `0` and what has passed are no hint, never "at once" (P27). */
function longest(waits: readonly (number | undefined)[]): number | undefined {
  const real = waits.filter((wait) => wait !== undefined && wait > 0) as number[];
  return real.length === 0 ? undefined : Math.min(Math.max(...real), pauseMsMax);
}

function hintOf(found: { readonly pauseMs: number | undefined }): Hint | undefined {
  return found.pauseMs === undefined ? undefined : { pauseMs: found.pauseMs, atMost: undefined };
}

/** `RateLimit`: the member that allows least (P28, S79). Undefined when it says nothing. */
function readStructured(received: Received): Hint | undefined {
  const text = valuesOf(received, "ratelimit").join(", ");
  if (text.length > valueLengthMax) return undefined;
  const allowances = (parseStructuredList(text) ?? []).flatMap((member) => {
    const remaining = member.get("r");
    const seconds = member.get("t");
    if (remaining === undefined || remaining < 0) return [];
    return [{ remaining, waitMs: longest([seconds === undefined ? undefined : seconds * 1000]) }];
  });
  const empty = allowances.filter((allowance) => allowance.remaining === 0);
  if (empty.length > 0) {
    return { pauseMs: longest(empty.map((allowance) => allowance.waitMs)), atMost: undefined };
  }
  const least = Math.min(...allowances.flatMap((a) => (a.waitMs === undefined ? [] : a.remaining)));
  const forMs = longest(allowances.map((a) => (a.remaining === least ? a.waitMs : undefined)));
  if (forMs === undefined) return undefined;
  return { pauseMs: undefined, atMost: { requests: least, forMs } };
}

/**
 * The older trio and its `X-` forms (S80), each with its own remaining; they give a wait with nothing remaining,
 * or with a refusal that does not state it, since many servers send a reset with every answer (S77).
 */
function readTrios(received: Received, nowMs: number): number | undefined {
  const trios = ["ratelimit-", "x-ratelimit-", "x-rate-limit-"].map((prefix) => ({
    remaining: listOf(received, `${prefix}remaining`),
    waits: [
      ...listOf(received, `${prefix}reset`).map((value) => resetWait(value, nowMs)),
      ...listOf(received, `${prefix}reset-after`).map(secondsIn),
    ],
  }));
  const dictionary = new Map(
    listOf(received, "ratelimit").flatMap((part) => dictionaryEntry(part)),
  );
  trios.push({
    remaining: [dictionary.get("remaining") ?? ""],
    waits: [secondsIn(dictionary.get("reset") ?? "")],
  });
  return longest(
    trios.flatMap((trio) => (mayWait(trio.remaining, received.status) ? trio.waits : [])),
  );
}

/** `limit=100, remaining=0, reset=5`, the form of earlier drafts, which is no structured list (S79). */
function dictionaryEntry(part: string): readonly (readonly [string, string])[] {
  const entry = /^(limit|remaining|reset)=(\d{1,15})$/.exec(part);
  return entry === null ? [] : [[entry[1] ?? "", entry[2] ?? ""]];
}

/** What is unreadable changes nothing (S82), so it counts as not stated. */
function mayWait(remaining: readonly string[], status: number): boolean {
  const counts = remaining.filter((value) => /^-?\d+(?:\.\d+)?$/.test(value)).map(Number);
  return counts.length === 0 ? status >= 400 : Math.min(...counts) <= 0;
}

/** Jira's form; its seconds are unknown, so the minute's end counts: never sooner than the server means (P21). */
const wholeMinute = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)Z$/;
const readRfc3339 = timeReader({ kind: "rfc3339" }, undefined);
const goDuration =
  /^(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,8})m(?!s))?(?:(\d{1,10}(?:\.\d{1,9})?)s)?(?:(\d{1,12}(?:\.\d{1,9})?)ms)?$/;

/** The wait until a reset whose unit is guessed from its form and size (P29, S80). */
function resetWait(value: string, nowMs: number): number | undefined {
  if (/^\d+(?:\.\d+)?$/.test(value)) {
    const number = Number(value);
    if (number >= 1e12) return number - nowMs;
    return number >= 1e9 ? number * 1000 - nowMs : number * 1000;
  }
  const duration = goDuration.exec(value);
  if (duration !== null) {
    const [days = 0, hours = 0, minutes = 0, seconds = 0, ms = 0] = duration
      .slice(1)
      .map((part) => Number(part ?? 0));
    return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 + ms;
  }
  const reading = readRfc3339(value.replace(wholeMinute, "$1:59Z"));
  const at = reading.kind === "instant" ? reading.at : parseHttpDate(value);
  return distanceTo(at, nowMs);
}
