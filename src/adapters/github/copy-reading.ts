// Reads what the published copy is derived from: at first what came with the query of the tip, later by a query of its
// own. Serves the commit step. Reads only.

import { object, unknown } from "valibot";

import type { CallOptions, GithubAnswer, GithubClient } from "./client.ts";
import {
  copyFields,
  parseCopyState,
  type CopyNames,
  type CopyState,
  type Entries,
} from "./copy-state.ts";
import { parsedAnswer } from "./parsed-answer.ts";
import type { TipRider } from "./tip-query.ts";

/** Everything that the next step depends on. */
export interface CopyReading {
  readonly state: CopyState;
  /** What the ledger branch holds at its newest known commit. */
  readonly ledger: Entries;
}

/** Rides along with the query of the tip (G4) and keeps its newest answer until that is used. */
export interface CopyRider extends TipRider {
  /** The newest answer, once: after the copy has moved it is history. */
  take(): CopyState | undefined;
}

/** The rider of the published copy; the store takes it along, the publisher takes it up. */
export function copyRider(names: CopyNames): CopyRider {
  let newest: CopyState | undefined;
  const { fields, variables } = copyFields(names, false);
  return {
    fields,
    variables: Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [name, { type: "String!", value }]),
    ),
    note(repository) {
      newest = parsedState(repository, names);
    },
    take() {
      const taken = newest;
      newest = undefined;
      return taken;
    },
  };
}

/** Reads all of it anew, the ledger branch too: another run may have committed and published since. */
export async function readCopy(
  client: GithubClient,
  names: CopyNames,
  options: Omit<CallOptions, "isRead">,
): Promise<GithubAnswer<CopyReading>> {
  const { document, variables } = copyQuery(names);
  const answer = await client.graphql(
    document,
    { ...variables, owner: client.owner, name: client.name },
    { ...options, isRead: true },
  );
  const read = parsedAnswer(answer, "the published copy", object({ repository: unknown() }));
  if (!read.ok) return read;
  const state = parsedState(read.data.repository, names);
  if (state?.ledger !== undefined)
    return { ok: true, data: { state, ledger: state.ledger.entries } };
  return {
    ok: false,
    error: {
      kind: "missing",
      status: undefined,
      type: undefined,
      message: `the ledger branch ${names.ledgerBranch} was not found`,
    },
  };
}

/** The query of readCopy, on its own so that it can be held against the published schema (G32). */
export function copyQuery(names: CopyNames): {
  readonly document: string;
  readonly variables: Readonly<Record<string, string>>;
} {
  const { fields, variables } = copyFields(names, true);
  const declared = ["owner", "name", ...Object.keys(variables)].map((name) => `$${name}: String!`);
  const document = `query PublishedCopy(${declared.join(", ")}) {\nrepository(owner: $owner, name: $name) {\n${fields}\n}\n}`;
  return { document, variables };
}

// What GitHub did not answer as described counts as not read.
function parsedState(repository: unknown, names: CopyNames): CopyState | undefined {
  try {
    return parseCopyState(repository, names);
  } catch {
    return undefined;
  }
}
