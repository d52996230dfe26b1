// What the tests of fetch share: a session around a scripted source on virtual time, and a read collected to its end.

import { createPacer } from "../../src/app/pacer.ts";
import { openSession, type SourceSession } from "../../src/app/source-session.ts";
import {
  type FetchedPage,
  type FetchEnd,
  type FetchInput,
  fetchPages,
} from "../../src/app/steps/fetch.ts";
import type { LimitsSpec, PagesSpec, SyncSpec } from "../../src/core/sync/sync-spec.ts";
import type { Window } from "../../src/core/window/window.ts";
import type { Answer, SourceRequest } from "../../src/ports/source.ts";
import { at, limitsOf, sourceOf, syncOf, windowOf } from "./builders.ts";
import { createFakeClock, type FakeClock } from "./fake-clock.ts";
import { scriptedSource, type ScriptedSource } from "./scripted-source.ts";
import { seededRandom } from "./seeded-random.ts";

export interface Harness {
  readonly clock: FakeClock;
  readonly source: ScriptedSource;
  readonly session: SourceSession;
  read(sync: SyncSpec, input?: Partial<FetchInput>): Promise<CollectedRead>;
}

interface CollectedRead {
  readonly pages: readonly FetchedPage[];
  readonly end: FetchEnd;
  /** Keys of all delivered items, in order. */
  readonly keys: readonly string[];
}

const day: Window = windowOf("2026-11-23", "2026-11-24");

export function harness(
  script: (request: SourceRequest, index: number) => Answer | Promise<Answer>,
  options: { readonly limits?: Partial<LimitsSpec>; readonly wall?: string } = {},
): Harness {
  const clock = createFakeClock({ wall: at(options.wall ?? "2026-11-25T06:00:00Z") / 1000 });
  const source = scriptedSource(script);
  const limits = limitsOf(options.limits);
  const spec = sourceOf({ baseUrl: "https://api.test/v1", limits });
  const session = openSession(spec, source, createPacer(limits, { clock }));
  return {
    clock,
    source,
    session,
    read: async (sync, input = {}) => await clock.run(collect(session, clock, sync, input)),
  };
}

async function collect(
  session: SourceSession,
  clock: FakeClock,
  sync: SyncSpec,
  input: Partial<FetchInput>,
): Promise<CollectedRead> {
  const pages: FetchedPage[] = [];
  const reading = fetchPages(
    session,
    {
      sync,
      window: day,
      newest: false,
      readAt: at("2026-11-25T06:00:00Z"),
      retentionEdge: undefined,
      stop: new AbortController().signal,
      deadlineAt: 86_400_000,
      leaseUntil: at("2026-12-25"),
      ...input,
    },
    { clock, random: seededRandom(7) },
  );
  for (;;) {
    const step = await reading.next();
    if (step.done === true) return { pages, end: step.value, keys: keysOf(pages) };
    pages.push(step.value);
  }
}

function keysOf(pages: readonly FetchedPage[]): readonly string[] {
  return pages.flatMap((page) => page.delivered.map((item) => item.key));
}

/** A sync of the small API; parameters name what the request sends. */
export function apiSync(
  query: Readonly<Record<string, string>>,
  overrides: Omit<Partial<SyncSpec>, "pages"> & { readonly pages?: Partial<PagesSpec> } = {},
): SyncSpec {
  const plain = syncOf();
  return syncOf({
    records: ["items"],
    request: { method: "GET", path: "/rows", query, headers: {}, body: undefined },
    window: { ...plain.window, lookbackMicros: 0 },
    ...overrides,
    pages: { ...plain.pages, ...overrides.pages },
  });
}

/** The parameters of every request, in order. */
export function queriesOf(source: ScriptedSource): readonly Record<string, string>[] {
  return source.sent.map((request) => Object.fromEntries(new URL(request.url).searchParams));
}
