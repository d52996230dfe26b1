// `tidemark verify`: reads a whole ledger at a tip, folded months included, and audits it; with a base also against that.
// Asks no source and no destination, and writes nothing.

import { ConfigError } from "../../core/failure/errors.ts";
import { isParked } from "../../core/plan/standing.ts";
import { auditAgainst } from "../../core/record/audit-base.ts";
import { auditSync } from "../../core/record/audit.ts";
import type { AuditedLaw, AuditedSync, Finding } from "../../core/record/audited-sync.ts";
import { emptyFold } from "../../core/record/fold-record.ts";
import { monthOf } from "../../core/record/fold.ts";
import { parseRecordPath, runIdOf, type RunId } from "../../core/record/run-id.ts";
import type { VerifyView } from "../../core/report/verify-view.ts";
import type { LedgerStore, Tip } from "../../ports/ledger-store.ts";
import type { LedgerChange, LedgerProblem, SyncLedger } from "../../ports/ledger.ts";
import { nowOf } from "../run-context.ts";
import { type CommandInput, namedSyncs } from "./open-command.ts";

/** Audits the named syncs, or every folder of the ledger; ConfigError when `base` is no commit of the clone. */
export async function verifyCommand(
  input: CommandInput,
  request: { readonly syncs: readonly string[]; readonly base: string | undefined },
): Promise<VerifyView> {
  const { store } = input.ports;
  const named = namedSyncs(input.project, request.syncs);
  const only = request.syncs.length === 0 ? undefined : new Set(named.map((sync) => sync.id));
  const base = request.base === undefined ? undefined : await baseTip(store, request.base);
  const synced = await readAll(input, await store.tip(), only);
  const before = base === undefined ? emptyBase : await readBase(input, base, { only, synced });
  const now = nowOf(input);
  const findings = [...new Set([...synced.keys(), ...before.keys()])].toSorted().flatMap((id) => {
    const tip = synced.get(id) ?? emptySync(input, id);
    const older = before.get(id);
    const against =
      older === undefined
        ? []
        : auditAgainst(older, tip, (record) => input.ports.ledger.formatRecord(record));
    return [...auditSync(tip, now), ...against];
  });
  const all = [...synced.values()];
  const count = (of: (sync: AuditedSync) => number): number =>
    all.reduce((sum, sync) => sum + of(sync), 0);
  return {
    findings,
    notes: notesOf(input, synced),
    syncs: all.length,
    records: count((sync) => sync.records.length),
    folded: count((sync) => sync.folded.length),
    orders: count((sync) => sync.orders.length),
  };
}

async function baseTip(store: LedgerStore, ref: string): Promise<Tip> {
  const tip = await store.resolve(ref);
  if (tip === undefined)
    throw new ConfigError([
      `--base: expected a commit, branch or tag of this clone, found none of that name; fetch it or name another`,
    ]);
  return tip;
}

const emptyBase: ReadonlyMap<string, AuditedSync> = new Map();

// The base was the tip once and is not judged; only what it held is compared. A month of the same sha256 is not read
// twice: most of a ledger never changes.
async function readBase(
  input: CommandInput,
  tip: Tip,
  known: {
    readonly only: ReadonlySet<string> | undefined;
    readonly synced: ReadonlyMap<string, AuditedSync>;
  },
): Promise<ReadonlyMap<string, AuditedSync>> {
  const snapshot = await input.ports.ledger.read(tip);
  const all = new Map<string, AuditedSync>();
  for (const [id, sync] of snapshot.syncs) {
    if (known.only !== undefined && !known.only.has(id)) continue;
    const { records, fold, orders } = sync;
    const newer = known.synced.get(id) ?? emptySync(input, id);
    const shas = new Set(newer.fold.months.map(({ sha256 }) => sha256));
    const same = new Set(fold.months.filter((one) => shas.has(one.sha256)).map((one) => one.month));
    const changed = fold.months.map(({ month }) => month).filter((month) => !same.has(month));
    const read = await input.ports.ledger.folded(tip, sync, changed);
    const kept = newer.folded.filter((record) => same.has(monthOf(record.window)));
    const folded = [...kept, ...read.records];
    all.set(id, { ...emptySync(input, id), records, folded, fold, orders });
  }
  return all;
}

async function readAll(
  input: CommandInput,
  tip: Tip,
  only: ReadonlySet<string> | undefined,
): Promise<ReadonlyMap<string, AuditedSync>> {
  const snapshot = await input.ports.ledger.read(tip);
  const all = new Map<string, AuditedSync>();
  for (const [id, ledger] of snapshot.syncs)
    if (only === undefined || only.has(id)) all.set(id, await readSync(input, tip, ledger));
  return all;
}

async function readSync(input: CommandInput, tip: Tip, sync: SyncLedger): Promise<AuditedSync> {
  const { ledger } = input.ports;
  const { path } = emptySync(input, sync.id);
  const { records: folded, problems } = await ledger.folded(tip, sync, "all");
  const unread = [
    ...[...sync.problems, ...problems].map((problem) => unreadFinding(input, problem)),
    ...(await strayMonths(input, tip, sync)),
    ...(await uncanonical(input, tip, sync)),
  ];
  return { path, records: sync.records, folded, fold: sync.fold, orders: sync.orders, unread };
}

function emptySync(input: CommandInput, id: string): AuditedSync {
  const path = `${input.project.ledger.path.replace(/\/+$/, "")}/${id}`;
  return { path, records: [], folded: [], fold: emptyFold, orders: [], unread: [] };
}

// Whoever reads a file names the law it breaks in brackets; one that cannot be read at all breaks L11.
function unreadFinding(input: CommandInput, problem: LedgerProblem): Finding {
  const named = /\((L\d+)\)/.exec(problem.reason)?.[1];
  const law = auditedLaws.find((one) => one === named) ?? "L11";
  return {
    path: problem.path,
    runId: runIdAt(input, problem.path),
    law,
    message: problem.reason,
  };
}

const auditedLaws: readonly AuditedLaw[] = ["L1", "L2", "L7", "L8", "L9", "L11", "L12"];

function runIdAt(input: CommandInput, path: string): RunId | undefined {
  const parts = parseRecordPath(
    path.slice(`${input.project.ledger.path.replace(/\/+$/, "")}/`.length),
  );
  return parts === undefined ? undefined : runIdOf(parts.syncId, parts.window);
}

// A month that fold.json does not name is read by nobody: what it covers would be lost.
async function strayMonths(
  input: CommandInput,
  tip: Tip,
  sync: SyncLedger,
): Promise<readonly Finding[]> {
  const { path: folder } = emptySync(input, sync.id);
  const known = new Set(sync.fold.months.map(({ month }) => `${folder}/${month}.jsonl`));
  const entries = await input.ports.store.files(tip).list(folder);
  return entries
    .filter(
      ({ path }) => /^\/\d{4}-\d{2}\.jsonl$/.test(path.slice(folder.length)) && !known.has(path),
    )
    .map(({ path }) => ({
      path,
      runId: undefined,
      law: "L2",
      message:
        "expected a month that fold.json names, found one that it does not; restore both files from one commit",
    }));
}

// One form for one content, so that a diff shows what changed and nothing else.
async function uncanonical(
  input: CommandInput,
  tip: Tip,
  sync: SyncLedger,
): Promise<readonly Finding[]> {
  const { ledger, store } = input.ports;
  const changes: readonly LedgerChange[] = [
    ...sync.records.map((record) => ({ kind: "put_record" as const, record })),
    ...sync.orders.map((order) => ({ kind: "put_order" as const, syncId: sync.id, order })),
  ];
  const written = ledger.filesOf(changes);
  const found = await store.files(tip).readMany(written.map(({ path }) => path));
  const decoder = new TextDecoder();
  return written
    .filter(({ path, content }) => decoder.decode(found.get(path)) !== content)
    .map(({ path }) => ({
      path,
      runId: runIdAt(input, path),
      law: "L11",
      message:
        "expected the form in which Tidemark writes this file, found another; restore it from git",
    }));
}

function notesOf(input: CommandInput, synced: ReadonlyMap<string, AuditedSync>): readonly string[] {
  return input.project.syncs.flatMap((spec) =>
    (synced.get(spec.id)?.records ?? [])
      .filter((record) => isParked(record, spec))
      .map((record) => `${record.runId} is parked; tidemark status names the remedy`),
  );
}
