// What the demo proves at its end, from the files, the rows and the CRM's own log; Tidemark's word is never taken for
// it. Each proof is a sentence with its figures and whether it holds.

import type { RequestSeen } from "./crm-api.ts";
import type { Contact } from "./crm-contacts.ts";
import { timeText } from "./demo-days.ts";
import type { WrittenRecord } from "./demo-repository.ts";
import { listOf, member } from "./json-member.ts";

export interface Proof {
  readonly title: string;
  readonly figures: string;
  readonly holds: boolean;
}

/** A row of the destination as SQLite gives it. */
export type Row = Readonly<Record<string, unknown>>;

/** The windows of the ledger lie end to end from one instant to the other, and all of them succeeded. */
export function proveCoverage(
  records: readonly WrittenRecord[],
  range: { readonly from: string; readonly to: string },
): Proof {
  const windows = records.toSorted((a, b) => (a.window_start < b.window_start ? -1 : 1));
  const edges = [range.from, ...windows.map((window) => window.window_end)];
  const isWhole =
    edges.at(-1) === range.to && windows.every((window, at) => window.window_start === edges[at]);
  const open = windows.filter((window) => window.status !== "succeeded").length;
  return {
    title: "no gap and no overlap",
    figures: `${windows.length} windows lie end to end from ${range.from} to ${range.to}, ${open} of them unfinished`,
    holds: isWhole && open === 0,
  };
}

/** What Tidemark itself says with --json: nothing due, no gap, no finding. */
export function proveNothingLeft(said: {
  readonly plan: unknown;
  readonly status: unknown;
  readonly verify: unknown;
}): Proof {
  const due = listOf(member(said.plan, "windows")).length;
  const syncs = listOf(member(said.status, "syncs"));
  const gaps = syncs.flatMap((sync) => listOf(member(sync, "gaps"))).length;
  const findings = listOf(said.verify).length;
  const hasSaidAll = member(said.plan, "remaining") === 0 && Array.isArray(said.verify);
  return {
    title: "nothing left to do",
    figures: `"tidemark plan" lists ${due} windows, "status" ${gaps} gaps, "verify" ${findings} findings`,
    holds: hasSaidAll && syncs.length === 1 && due + gaps + findings === 0,
  };
}

/** Each run of the catch-up began with the newest day and took no more windows than it may. */
export function proveSteps(
  steps: readonly { readonly newest: string; readonly settled: readonly string[] }[],
  windowsMax: number,
): Proof {
  const most = Math.max(...steps.map(({ settled }) => settled.length));
  const newestFirst = steps.filter(({ newest, settled }) => settled[0] === newest).length;
  return {
    title: "caught up in bounded steps",
    figures: `${steps.length} runs of at most ${most} windows, ${newestFirst} of them served the newest day first`,
    holds: most <= windowsMax && newestFirst === steps.length,
  };
}

/** The destination holds the CRM's contacts: the same keys, times and columns. */
export function proveEqual(rows: readonly Row[], contacts: ReadonlyMap<bigint, Contact>): Proof {
  const expected = new Set([...contacts.values()].map((contact) => contactLine(contact)));
  const found = new Set(rows.map((row) => rowLine(row)));
  const missing = [...expected.difference(found)].length;
  const foreign = [...found.difference(expected)].length;
  return {
    title: "the same as the CRM",
    figures: `${contacts.size} contacts there, ${rows.length} rows here, ${missing} missing or different, ${foreign} too many`,
    holds: missing === 0 && foreign === 0 && rows.length === contacts.size,
  };
}

function contactLine({ id, name, stage, origin, revision, updatedAt }: Contact): string {
  return JSON.stringify([`${id}`, name, stage, origin, `${revision}`, timeText(updatedAt)]);
}

function rowLine(row: Row): string {
  const { id, name, stage, origin, revision, _tidemark_watermark: watermark } = row;
  return JSON.stringify([String(id), name, stage, origin, String(revision), watermark]);
}

/** One row a key, although ids are beyond what a JavaScript number can tell apart. */
export function proveOnce(rows: readonly Row[], imported: number): Proof {
  const keys = new Set(rows.map((row) => String(row["id"])));
  const asNumbers = new Set(rows.map((row) => Number(row["id"])));
  const together = rows.filter((row) => row["origin"] === "import").length;
  return {
    title: "nothing twice",
    figures: `${rows.length} rows with ${keys.size} ids (as JavaScript numbers only ${asNumbers.size} would differ), ${together} of them imported in one second`,
    holds: keys.size === rows.length && together === imported,
  };
}

/** Windows succeeded as often as they were asked for: once, and once more for a rerun. */
export function proveAttempts(
  records: ReadonlyMap<string, WrittenRecord>,
  expected: { readonly rerun: string; readonly killed: string },
): Proof {
  const entries = [...records.values()];
  const doneTwice = entries.filter((record) => record.history.some(hasSucceeded));
  const lost = entries.filter((record) => record.history.some(({ code }) => code === "lost"));
  return {
    title: "each window once",
    figures: `${entries.length} succeeded, ${doneTwice.length} of them twice (the rerun), ${lost.length} after an attempt that was lost (the killed process)`,
    holds: isOnly(doneTwice, expected.rerun) && isOnly(lost, expected.killed),
  };
}

function isOnly(found: readonly WrittenRecord[], start: string): boolean {
  return found.length === 1 && found[0]?.window_start === start;
}

function hasSucceeded({ status }: { readonly status: string }): boolean {
  return status === "succeeded";
}

/** The ledger names every request that the CRM saw; those of the killed process it can only presume. */
export function proveRequests(
  records: readonly WrittenRecord[],
  crm: { readonly seen: number; readonly killed: number },
): Proof {
  const attempts = records.flatMap(({ requests, history }) => [{ requests, code: "" }, ...history]);
  const told = attempts
    .filter(({ code }) => code !== "lost")
    .reduce((sum, { requests }) => sum + requests.sent, 0);
  return {
    title: "every request accounted for",
    figures: `the CRM saw ${crm.seen}; the ledger tells ${told}, and ${crm.killed} were the killed process's`,
    holds: told + crm.killed === crm.seen && crm.killed > 0,
  };
}

/** After every 429 the next request came no earlier than its Retry-After said; each refusal was asked again. */
export function proveWaiting(log: readonly RequestSeen[]): Proof {
  const limited = log.flatMap((seen, at) => {
    const next = log[at + 1];
    return seen.retryAfterS === undefined || next === undefined
      ? []
      : [{ seen, next, waitMs: next.at - seen.at - seen.retryAfterS * 1000 }];
  });
  const refused = log.filter(({ status }) => status === 429).length;
  const outages = log.filter(({ status }) => status === 503).length;
  const early = limited.filter(({ waitMs }) => waitMs < 0).length;
  const dropped = log.filter(
    ({ status, asked }, at) => (status === 429 || status === 503) && log[at + 1]?.asked !== asked,
  ).length;
  const least = Math.min(...limited.map(({ waitMs }) => waitMs));
  return {
    title: "every 429 answered by waiting",
    figures: `${refused} times 429, next request at the earliest ${Math.floor(least)} ms after Retry-After had passed, ${early} too early; ${outages} times 503; ${dropped} of them not asked again`,
    holds: refused > 0 && limited.length === refused && outages > 0 && early === 0 && dropped === 0,
  };
}
