// Connections: pages of nodes, with the bounds that GitHub insists on.

import type { Referee } from "./referee.ts";
import { Refusal } from "./refusal.ts";

export interface PageArguments {
  readonly first?: number | null;
  readonly last?: number | null;
  readonly after?: string | null;
  readonly before?: string | null;
}

/** Refuses a page without a size, or one larger than 100. */
export function checkPage(field: string, page: PageArguments, referee: Referee): number {
  const size = page.first ?? page.last ?? undefined;
  if (size === undefined) {
    referee.violation(`${field} is asked for without \`first\` or \`last\``);
    throw new Refusal(
      `You must provide a \`first\` or \`last\` value to properly paginate the \`${field}\` connection.`,
      { status: 200, type: "MISSING_PAGINATION_BOUNDARIES" },
    );
  }
  if (size < 1 || size > 100) {
    referee.violation(`${field} is asked for ${size} at once`);
    throw new Refusal(
      `Requesting ${size} records on the \`${field}\` connection exceeds the \`first\` limit of 100 records.`,
      { status: 200, type: "EXCESSIVE_PAGINATION" },
    );
  }
  return size;
}

/** A page of nodes that are known at once; the cursor is the place in the list. */
export function connection(
  field: string,
  nodes: readonly unknown[],
  page: PageArguments,
  referee: Referee,
): Readonly<Record<string, unknown>> {
  const size = checkPage(field, page, referee);
  const start = page.after === undefined || page.after === null ? 0 : Number(page.after) + 1;
  const isLast = page.first === undefined || page.first === null;
  const from = isLast ? Math.max(0, nodes.length - size) : start;
  const shown = nodes.slice(from, from + size);
  return {
    totalCount: nodes.length,
    nodes: shown,
    edges: shown.map((node, index) => ({ node, cursor: String(from + index) })),
    pageInfo: {
      hasNextPage: from + size < nodes.length,
      hasPreviousPage: from > 0,
      startCursor: shown.length === 0 ? null : String(from),
      endCursor: shown.length === 0 ? null : String(from + shown.length - 1),
    },
  };
}
