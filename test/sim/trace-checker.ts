// The oracle of every pacing test (pacing.md section 9): judges what was sent, and when, by the rules alone. It shares
// no code with the pacer and replays none of its decisions but f. One pass per check over events in order of time.

import type { TraceBounds, TraceEntry, TraceEvent } from "./trace.ts";

type Trace = readonly TraceEvent[];
type Findings = readonly string[];

/** What was wrong, each named by the number of its check; empty when the trace conforms. */
export function checkTrace(events: Trace, bounds: TraceBounds): Findings {
  const found = bounds.entries.flatMap((entry) => {
    const sends = crowded(entry, events, "sent");
    if (entry.mode === "fast") return sends;
    const left = leaving(entry, events, bounds.timeoutMs);
    return [...sends, ...crowded(entry, events, "counted"), ...anchored(entry, events, left)];
  });
  for (const run of Map.groupBy(events, (event) => event.run).values()) {
    found.push(...paced(run, bounds), ...quiet(run), ...bounded(run, bounds), ...ended(run));
  }
  return [...found, ...apart(events)];
}

const epsilon = 1e-4;
const nameOf = (event: TraceEvent): string => `${event.run}/${event.request}.${event.try}`;
const pauseEnd = (event: TraceEvent): number => event.at + (event.pauseMs ?? 0);

function crowded(entry: TraceEntry, events: Trace, kind: TraceEvent["kind"]): Findings {
  const at = events.filter((event) => event.kind === kind).map((event) => event.at);
  const over = at.find(
    (last, i) => last - (at[i - entry.requests] ?? -Infinity) < entry.perMs - epsilon,
  );
  return over === undefined ? [] : [`2: more than ${entry.requests} ${kind} at ${over}`];
}

/** When each try leaves R, in order; one that ended without a response counts until its timeout (P8). */
function leaving(entry: TraceEntry, events: Trace, timeoutMs: number): readonly number[] {
  const silentUntil = new Map<string, number>();
  const left: number[] = [];
  for (const event of events) {
    const name = nameOf(event);
    if (event.kind === "sent") silentUntil.set(name, event.at + timeoutMs);
    if (event.kind !== "answered") continue;
    const least = event.class === "no_response" ? (silentUntil.get(name) ?? 0) : 0;
    left.push(Math.max(event.at, least) + entry.perMs * 1.0001 + 1);
  }
  return left.toSorted((a, b) => a - b);
}

function anchored(entry: TraceEntry, events: Trace, left: readonly number[]): Findings {
  const full = events
    .filter((event) => event.kind === "sent")
    .find(
      (event, i) => i >= entry.requests && !((left[i - entry.requests] ?? Infinity) <= event.at),
    );
  return full === undefined ? [] : [`3: ${nameOf(full)} was one too many`];
}

/**
 * Check 1, GCRA with f, so that sends after a pause are T/f apart too; and of check 6 that every send came within the
 * slack of the instant at which somebody waited and all bounds allowed it.
 */
function paced(run: Trace, { entries, concurrency, timeoutMs, slackMs }: TraceBounds): Findings {
  const laws = entries.map((entry) => {
    const tau = Math.min(5, entry.perMs / 200);
    const t = (entry.perMs + tau) / (entry.requests - entry.burst + 1);
    const left = entry.mode === "safe" ? leaving(entry, run, timeoutMs) : [];
    return { t, l: (entry.burst - 1) * t + tau, due: -Infinity, left, entry };
  });
  const growth = Math.max(1000, Math.min(...entries.map((entry) => entry.perMs)) / 60);
  const since = new Map<string, number>();
  let [f, lowered, grown, busy, sends, free] = [1, -Infinity, 0, 0, 0, -Infinity];
  for (const event of run) {
    const begun = since.get(nameOf(event)) ?? -Infinity;
    if (event.kind === "asked") since.set(nameOf(event), event.at);
    if (event.kind === "pause") free = Math.max(free, pauseEnd(event));
    for (const law of laws) if (event.kind === "pause") law.due = Math.max(law.due, free + law.l);
    if (event.kind === "sent") {
      const rates = laws.map((law) => law.due - law.l);
      if (rates.some((at) => event.at < at - epsilon)) return [`1: ${nameOf(event)} came early`];
      const anchors = laws.map((law) => law.left[sends - law.entry.requests] ?? -Infinity);
      if (event.at > Math.max(begun, free, ...rates, ...anchors) + slackMs)
        return [`6: ${nameOf(event)} idled`];
      for (const law of laws) law.due = Math.max(law.due, event.at) + law.t / f;
      [busy, sends] = [busy + 1, sends + 1];
      since.set(nameOf(event), event.at);
    }
    if (event.kind !== "answered") continue;
    if (busy === concurrency) free = Math.max(free, event.at);
    busy -= 1;
    if (event.class === "throttle" && begun > lowered)
      [f, lowered] = [Math.max(0.02, f * 0.85), event.at];
    if (event.class !== "ok") continue;
    f = Math.min(1, f + (0.01 * Math.min(event.at - grown, growth)) / growth);
    grown = event.at;
  }
  return [];
}

function quiet(run: Trace): Findings {
  let until = -Infinity;
  const gone = new Set<number>();
  for (const event of run) {
    if (event.kind === "pause") until = Math.max(until, pauseEnd(event));
    if (event.kind === "abort") gone.add(event.request);
    if (event.kind !== "sent") continue;
    if (event.at < until) return [`4: ${nameOf(event)} was sent inside a pause`];
    if (gone.has(event.request)) return [`4: ${nameOf(event)} was sent after its abort`];
  }
  return [];
}

function bounded(run: Trace, { concurrency, triesMax }: TraceBounds): Findings {
  let [inFlight, firsts, retries] = [0, 0, 0];
  for (const event of run) {
    if (event.kind === "answered") inFlight -= 1;
    if (event.kind !== "sent") continue;
    inFlight += 1;
    if (event.try === 1) firsts += 1;
    else retries += 1;
    if (inFlight > concurrency) return [`5: ${nameOf(event)} made ${inFlight} in flight`];
    if (event.try > triesMax) return [`5: ${nameOf(event)} was a try too many`];
    if (retries > 10 + 0.2 * firsts) return [`5: ${nameOf(event)} was a retry too many`];
  }
  return [];
}

/** No two runs between first and last try at once (check 5, P13). */
function apart(events: Trace): Findings {
  const tries = events.filter((event) => event.kind === "sent" || event.kind === "answered");
  const turns = tries.filter((event, i) => event.run !== tries[i - 1]?.run);
  const seen = new Set<string>();
  const back = turns.find((event) => seen.size === seen.add(event.run).size);
  return back === undefined ? [] : [`5: ${back.run} used the source together with another run`];
}

function ended(run: Trace): Findings {
  const asked = new Map<string, { readonly order: number; story: string }>();
  let served = -1;
  for (const event of run) {
    if (event.kind === "asked") asked.set(nameOf(event), { order: asked.size, story: "" });
    const one = asked.get(nameOf(event));
    if (one === undefined || ["asked", "counted", "pause"].includes(event.kind)) continue;
    one.story += `${event.kind} `;
    if (event.kind === "sent" && one.order < served) return [`6: ${nameOf(event)} was overtaken`];
    if (event.kind === "sent") served = one.order;
  }
  const open = [...asked].find(([, one]) => !/^(sent answered|released|abort) $/.test(one.story));
  return open === undefined ? [] : [`6: ${open[0]} did not end once`];
}
