// The contacts of the demo's CRM: two months of office life that happen as its clock goes on, the same on every run.
// Serves no step; it knows neither HTTP nor Tidemark.

import { type Chance, seededChance, wholeBetween } from "./seeded-chance.ts";

export interface Contact {
  /** Beyond 2^53, two neighbours apart by one: read as JavaScript numbers many would fall together. */
  readonly id: bigint;
  readonly name: string;
  readonly stage: string;
  readonly origin: "form" | "import";
  readonly revision: number;
  /** Epoch ms of the last change, whole seconds. */
  readonly updatedAt: number;
}

/** What a page is asked for: both bounds inclusive, after a position in the order of time and id. */
export interface ContactQuery {
  readonly from: number;
  readonly to: number;
  readonly after: { readonly updatedAt: number; readonly id: bigint };
}

export interface Contacts {
  /** Lets everything happen that is due at that instant. */
  advance(now: number): void;
  /** All contacts that match, by time, then id. */
  select(query: ContactQuery): readonly Contact[];
  /** Somebody changes the contact now. */
  change(id: bigint, now: number): void;
  /** Every contact by id, as it is now. */
  all(): ReadonlyMap<bigint, Contact>;
}

/** The days that the CRM lives through: new and changed contacts of each, and one big import. */
export interface OfficeLife {
  /** Midnights, in order. */
  readonly days: readonly {
    readonly at: number;
    readonly added: number;
    readonly changed: number;
  }[];
  readonly imported: { readonly at: number; readonly contacts: number };
}

const dayMs = 86_400_000;
const firstId = 9_007_199_254_740_993n;
const names = ["Ada", "Blaise", "Carl", "Dorothy", "Emmy", "Fibonacci", "Grace", "Hypatia"];
const stages = ["lead", "talking", "offer", "customer", "lost"];

/** A CRM at the beginning of its first day. */
export function openContacts(life: OfficeLife): Contacts {
  const chance = seededChance(2026);
  const future = eventsOf(life, chance).toReversed();
  const contacts = new Map<bigint, Contact>();
  const change = (id: bigint, now: number): void => {
    const found = contacts.get(id);
    if (found === undefined) return;
    const stage = stages[found.revision % stages.length] ?? "lead";
    const updatedAt = Math.floor(now / 1000) * 1000;
    contacts.set(id, { ...found, stage, revision: found.revision + 1, updatedAt });
  };
  const add = (origin: Contact["origin"], at: number): void => {
    const id = firstId + BigInt(contacts.size);
    const name = `${names[contacts.size % names.length]} ${contacts.size}`;
    contacts.set(id, { id, name, stage: "lead", origin, revision: 1, updatedAt: at });
  };
  return {
    advance: (now) => {
      for (let next = future.at(-1); next !== undefined && next.at <= now; next = future.at(-1)) {
        future.pop();
        if (next.kind === "change")
          change(firstId + BigInt(Math.floor(next.share * contacts.size)), next.at);
        else add(next.kind, next.at);
      }
    },
    select: ({ from, to, after }) =>
      [...contacts.values()]
        .filter(
          ({ updatedAt, id }) =>
            updatedAt >= from && updatedAt <= to && isAfter({ updatedAt, id }, after),
        )
        .toSorted((a, b) => a.updatedAt - b.updatedAt || (a.id < b.id ? -1 : 1)),
    change,
    all: () => contacts,
  };
}

type OfficeEvent =
  | { readonly kind: Contact["origin"]; readonly at: number }
  | { readonly kind: "change"; readonly at: number; readonly share: number };

function eventsOf(life: OfficeLife, chance: Chance): readonly OfficeEvent[] {
  const events: OfficeEvent[] = [];
  for (const { at, added, changed } of life.days) {
    // The first of each day comes at midnight sharp: on the boundary of two windows.
    for (let count = 0; count < added; count += 1)
      events.push({ kind: "form", at: count === 0 ? at : secondOf(at, chance) });
    for (let count = 0; count < changed; count += 1)
      events.push({ kind: "change", at: secondOf(at, chance), share: chance() });
  }
  for (let count = 0; count < life.imported.contacts; count += 1)
    events.push({ kind: "import", at: life.imported.at });
  return events.toSorted((a, b) => a.at - b.at);
}

function secondOf(day: number, chance: Chance): number {
  return day + wholeBetween(chance, 0, dayMs / 1000) * 1000;
}

function isAfter(
  { updatedAt, id }: ContactQuery["after"],
  position: ContactQuery["after"],
): boolean {
  return updatedAt > position.updatedAt || (updatedAt === position.updatedAt && id > position.id);
}
