// Port `ledger` over any store: which files to read, and which to write. An ordinary read takes fold.json, orders and
// record files and never the monthly ones (contract 3.5). It decides nothing about windows.

import { LedgerError } from "../../core/failure/errors.ts";
import type { Order } from "../../core/plan/order-record.ts";
import type { Fold } from "../../core/record/fold-record.ts";
import { monthOf } from "../../core/record/fold.ts";
import type { RunRecord } from "../../core/record/run-record.ts";
import type { Digest } from "../../ports/digest.ts";
import type { LedgerStore, Tip, TreeEntry } from "../../ports/ledger-store.ts";
import type {
  Ledger,
  LedgerChange,
  LedgerProblem,
  LedgerSnapshot,
  SyncLedger,
} from "../../ports/ledger.ts";
import { applyChange, changedPath, changedSync, contentOf } from "./change-files.ts";
import { foldFiles } from "./fold-files.ts";
import { foldBytesMax, readFoldFile } from "./fold-json.ts";
import { fileBytesMax, type Reading, refuse } from "./json-text.ts";
import { readMonthFile } from "./month-file.ts";
import { readOrderFile } from "./order-json.ts";
import { formatRecord, parseRecordText, readRecordFile } from "./record-json.ts";
import { makeSafe, safeChange } from "./safe-record.ts";
import {
  emptyFolder,
  entryProblem,
  kindOf,
  type SyncFolder,
  syncIdOf,
  viewOf,
} from "./sync-folder.ts";

type Parsed =
  | { readonly kind: "record"; readonly reading: Reading<RunRecord> }
  | { readonly kind: "order"; readonly reading: Reading<Order> }
  | { readonly kind: "fold"; readonly reading: Reading<Fold> };

/** What the functions below share: where the ledger is, and what was parsed of it. */
interface Opened {
  readonly store: LedgerStore;
  readonly digest: Digest;
  /** The ledger folder with a slash at its end. */
  readonly root: string;
  /** What stands behind each view that was handed out. */
  readonly folders: WeakMap<SyncLedger, SyncFolder>;
  /** By path and object id, of the newest read only. */
  parsed: Map<string, Parsed>;
}

interface Listed {
  readonly entry: TreeEntry;
  /** Relative to the ledger folder. */
  readonly path: string;
}

/**
 * The ledger in a folder of a store. One instance remembers what it parsed, by path and object id. `secrets` are hidden
 * in all that it writes.
 */
export function openLedger(
  store: LedgerStore,
  options: { readonly path: string; readonly digest: Digest; readonly secrets?: readonly string[] },
): Ledger {
  const { digest } = options;
  const root = `${options.path.replace(/\/+$/, "")}/`;
  const opened: Opened = { store, digest, root, folders: new WeakMap(), parsed: new Map() };
  const safe = makeSafe(options.secrets ?? []);
  const safeChanges = (changes: readonly LedgerChange[]): readonly LedgerChange[] =>
    changes.map((change) => safeChange(change, safe));
  return {
    read: (tip) => read(opened, tip),
    apply: (snapshot, changes, tip) => apply(opened, snapshot, safeChanges(changes), tip),
    folded: (tip, sync, months) => folded(opened, tip, sync, months),
    filesOf: (changes) =>
      safeChanges(changes).map((change) => ({
        path: root + changedPath(change),
        content: contentOf(change),
      })),
    foldChanges: async (tip, sync, records, now) => {
      const months = [...new Set(records.map((record) => monthOf(record.window)))];
      const { records: lines, problems } = await folded(opened, tip, sync, months);
      const [problem] = problems;
      if (problem !== undefined) throw new LedgerError(`${problem.path}: ${problem.reason}`);
      const files = foldFiles({ sync, lines, records, now, digest });
      return files.map(({ path, content }) => ({ path: `${root}${sync.id}/${path}`, content }));
    },
    formatRecord: (record) => formatRecord(safe(record)),
    parseRecord: (text) => {
      const record = parseRecordText(text);
      return record.ok ? record.value : undefined;
    },
  };
}

async function read(opened: Opened, tip: Tip): Promise<LedgerSnapshot> {
  const { store, root } = opened;
  const listed = (await store.files(tip).list(root.slice(0, -1))).map((entry) => ({
    entry,
    path: entry.path.slice(root.length),
  }));
  await parseNew(opened, tip, listed);
  const syncs = new Map<string, SyncLedger>();
  for (const [id, own] of Map.groupBy(listed, ({ path }) => syncIdOf(path))) {
    if (id === undefined) continue;
    const folder = folderOf(opened, id, own);
    if (folder.oids.size > 0 || folder.problems.length > 0) syncs.set(id, view(opened, folder));
  }
  return { tip, syncs };
}

function view(opened: Opened, folder: SyncFolder): SyncLedger {
  const sync = viewOf(folder, opened.root);
  opened.folders.set(sync, folder);
  return sync;
}

// Everything that is not known yet comes with one call of the store.
async function parseNew(opened: Opened, tip: Tip, listed: readonly Listed[]): Promise<void> {
  const before = opened.parsed;
  const parsed = new Map<string, Parsed>();
  const missing: Listed[] = [];
  for (const { entry, path } of listed) {
    const kind = syncIdOf(path) === undefined ? undefined : kindOf(path);
    if (kind === undefined || kind === "month" || entryProblem(entry, path) !== undefined) continue;
    const known = before.get(keyOf(entry));
    if (known !== undefined) parsed.set(keyOf(entry), known);
    else if (entry.bytes > (kind === "fold" ? foldBytesMax : fileBytesMax))
      parsed.set(keyOf(entry), tooLarge(kind, entry.bytes));
    else missing.push({ entry, path });
  }
  const paths = missing.map(({ entry }) => entry.path);
  const files = await opened.store.files(tip).readMany(paths);
  for (const { entry, path } of missing) {
    const bytes = files.get(entry.path);
    if (bytes === undefined)
      throw new LedgerError(`${entry.path}: expected the file that was listed, found none`);
    parsed.set(keyOf(entry), parseFile(path, bytes));
  }
  opened.parsed = parsed;
}

function folderOf(opened: Opened, id: string, own: readonly Listed[]): SyncFolder {
  const oids = new Map<string, string>();
  const records = new Map<string, RunRecord>();
  const orders = new Map<string, Order>();
  const problems: LedgerProblem[] = [];
  let { fold } = emptyFolder(id);
  for (const { entry, path } of own) {
    const odd = entryProblem(entry, path);
    if (odd !== undefined) problems.push({ path: entry.path, reason: odd });
    if (odd === undefined && (!path.includes("/") || kindOf(path) === undefined)) continue;
    oids.set(path, entry.oid);
    const file = opened.parsed.get(keyOf(entry));
    if (file === undefined || odd !== undefined) continue;
    if (!file.reading.ok) problems.push({ path: entry.path, reason: file.reading.reason });
    else if (file.kind === "record") records.set(path, file.reading.value);
    else if (file.kind === "order") orders.set(path, file.reading.value);
    else fold = file.reading.value;
  }
  return { id, oids, records, orders, fold, problems };
}

async function apply(
  opened: Opened,
  snapshot: LedgerSnapshot,
  changes: readonly LedgerChange[],
  tip: Tip,
): Promise<LedgerSnapshot> {
  const syncs = new Map(snapshot.syncs);
  const blobId = (content: string): string => opened.store.blobId(content);
  for (const [id, own] of Map.groupBy(changes, changedSync)) {
    const sync = syncs.get(id);
    const folder = sync === undefined ? emptyFolder(id) : opened.folders.get(sync);
    // A snapshot of another instance: nothing is remembered of it.
    if (folder === undefined) return read(opened, tip);
    const changed = own.reduce((next, change) => applyChange(next, change, blobId), folder);
    if (changed.oids.size > 0) syncs.set(id, view(opened, changed));
    else syncs.delete(id);
  }
  return { tip, syncs };
}

async function folded(
  opened: Opened,
  tip: Tip,
  sync: SyncLedger,
  months: readonly string[] | "all",
): ReturnType<Ledger["folded"]> {
  const { store, digest, root } = opened;
  const records: RunRecord[] = [];
  const problems: LedgerProblem[] = [];
  for (const { month, sha256 } of sync.fold.months) {
    if (months !== "all" && !months.includes(month)) continue;
    const path = `${root}${sync.id}/${month}.jsonl`;
    const bytes = await store.files(tip).read(path);
    const file =
      bytes === undefined
        ? refuse("expected the month that fold.json names, found no file; restore it from git")
        : readMonthFile(bytes, { syncId: sync.id, month, sha256, digest });
    if (file.ok) for (const record of file.value) records.push(record);
    else problems.push({ path, reason: file.reason });
  }
  return { records, problems };
}

function keyOf(entry: TreeEntry): string {
  return `${entry.path}\0${entry.oid}`;
}

function parseFile(path: string, bytes: Uint8Array): Parsed {
  const kind = kindOf(path);
  if (kind === "order")
    return { kind, reading: readOrderFile(path.slice(path.lastIndexOf("/") + 1), bytes) };
  if (kind === "fold") return { kind, reading: readFoldFile(bytes) };
  return { kind: "record", reading: readRecordFile(path, bytes) };
}

function tooLarge(kind: Parsed["kind"], bytes: number): Parsed {
  const max = kind === "fold" ? foldBytesMax : fileBytesMax;
  return {
    kind,
    reading: refuse(`expected at most ${max / 1024} KiB (L12), found ${bytes} bytes`),
  };
}
