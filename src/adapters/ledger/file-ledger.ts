// Port `ledger` over any store: which files to read, and which to write. An ordinary read takes fold.json, orders and
// record files and never the monthly ones (contract 3.5). It decides nothing about windows.

import { LedgerError } from "../../core/failure/errors.ts";
import type { Order } from "../../core/plan/order-record.ts";
import type { Fold } from "../../core/record/fold-record.ts";
import { parseRunId, recordPath, type RunId } from "../../core/record/run-id.ts";
import type { RunRecord } from "../../core/record/run-record.ts";
import type { Instant } from "../../core/time/instant.ts";
import type { Digest } from "../../ports/digest.ts";
import type { FileChange, LedgerStore, Tip, TreeEntry } from "../../ports/ledger-store.ts";
import type {
  Ledger,
  LedgerChange,
  LedgerProblem,
  LedgerSnapshot,
  SyncLedger,
} from "../../ports/ledger.ts";
import { foldFiles } from "./fold-files.ts";
import { foldBytesMax, readFoldFile } from "./fold-json.ts";
import { fileBytesMax, type Reading, refuse } from "./json-text.ts";
import { readMonthFile } from "./month-file.ts";
import { formatOrder, readOrderFile } from "./order-json.ts";
import { formatRecord, parseRecordText, readRecordFile } from "./record-json.ts";
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

/** The ledger in a folder of a store. One instance remembers what it parsed, by path and object id. */
export function openLedger(
  store: LedgerStore,
  options: { readonly path: string; readonly digest: Digest },
): Ledger {
  const { digest } = options;
  const root = `${options.path.replace(/\/+$/, "")}/`;
  const folders = new WeakMap<SyncLedger, SyncFolder>();
  let parsed = new Map<string, Parsed>();

  function view(folder: SyncFolder): SyncLedger {
    const sync = viewOf(folder, digest, root);
    folders.set(sync, folder);
    return sync;
  }

  async function read(tip: Tip): Promise<LedgerSnapshot> {
    const entries = (await store.files(tip).list(root.slice(0, -1))).map((entry) => ({
      entry,
      path: entry.path.slice(root.length),
    }));
    await parseNew(tip, entries);
    const bySync = Map.groupBy(entries, ({ path }) => syncIdOf(path));
    const syncs = new Map<string, SyncLedger>();
    for (const [id, own] of bySync) {
      if (id === undefined) continue;
      const folder = folderOf(id, own);
      if (folder.oids.size > 0 || folder.problems.length > 0) syncs.set(id, view(folder));
    }
    return { tip, syncs };
  }

  // Everything that is not known yet comes with one call of the store.
  async function parseNew(
    tip: Tip,
    entries: readonly { readonly entry: TreeEntry; readonly path: string }[],
  ): Promise<void> {
    const before = parsed;
    parsed = new Map();
    const missing: { entry: TreeEntry; path: string }[] = [];
    for (const { entry, path } of entries) {
      const kind = syncIdOf(path) === undefined ? undefined : kindOf(path);
      if (kind === undefined || kind === "month" || entryProblem(entry, path) !== undefined)
        continue;
      const known = before.get(keyOf(entry));
      if (known !== undefined) parsed.set(keyOf(entry), known);
      else if (entry.bytes > (kind === "fold" ? foldBytesMax : fileBytesMax))
        parsed.set(keyOf(entry), tooLarge(kind, entry.bytes));
      else missing.push({ entry, path });
    }
    const files = await store.readMany(
      tip,
      missing.map(({ entry }) => entry.path),
    );
    for (const { entry, path } of missing) {
      const bytes = files.get(entry.path);
      if (bytes === undefined)
        throw new LedgerError(`${entry.path}: expected the file that was listed, found none`);
      parsed.set(keyOf(entry), parseFile(path, bytes));
    }
  }

  function folderOf(
    id: string,
    own: readonly { readonly entry: TreeEntry; readonly path: string }[],
  ): SyncFolder {
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
      const file = parsed.get(keyOf(entry));
      if (file === undefined || odd !== undefined) continue;
      if (!file.reading.ok) problems.push({ path: entry.path, reason: file.reading.reason });
      else if (file.kind === "record") records.set(path, file.reading.value);
      else if (file.kind === "order") orders.set(path, file.reading.value);
      else fold = file.reading.value;
    }
    return { id, oids, records, orders, fold, problems };
  }

  async function apply(
    snapshot: LedgerSnapshot,
    changes: readonly LedgerChange[],
    tip: Tip,
  ): Promise<LedgerSnapshot> {
    const syncs = new Map(snapshot.syncs);
    for (const [id, own] of Map.groupBy(changes, changedSync)) {
      const sync = syncs.get(id);
      const folder = sync === undefined ? emptyFolder(id) : folders.get(sync);
      // A snapshot of another instance: nothing is remembered of it.
      if (folder === undefined) return read(tip);
      const changed = own.reduce((next, change) => applyChange(next, change, store.blobId), folder);
      if (changed.oids.size > 0) syncs.set(id, view(changed));
      else syncs.delete(id);
    }
    return { tip, syncs };
  }

  async function folded(
    tip: Tip,
    sync: SyncLedger,
    months: readonly string[] | "all",
  ): ReturnType<Ledger["folded"]> {
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

  return {
    read,
    apply,
    folded,
    filesOf: (changes) =>
      changes.map((change) => ({ path: root + changedPath(change), content: contentOf(change) })),
    foldChanges: async (tip, sync, records, now) => {
      const months = [...new Set(records.map((record) => monthName(record)))];
      const { records: lines, problems } = await folded(tip, sync, months);
      const [problem] = problems;
      if (problem !== undefined) throw new LedgerError(`${problem.path}: ${problem.reason}`);
      const files = foldFiles({ sync, lines, records, now, digest });
      return files.map(({ path, content }) => ({ path: `${root}${sync.id}/${path}`, content }));
    },
    writtenAt: async (tip, runIds) => {
      const written = new Map<RunId, Instant>();
      for (const runId of runIds) {
        const paths = [root + pathOf(runId)];
        const [newest] = await store.history(tip, { paths, since: undefined, limit: 1 });
        if (newest !== undefined) written.set(runId, newest.committedAt);
      }
      return written;
    },
    formatRecord,
    parseRecord: (text) => {
      const record = parseRecordText(text);
      return record.ok ? record.value : undefined;
    },
  };
}

function keyOf(entry: TreeEntry): string {
  return `${entry.path}\0${entry.oid}`;
}

function monthName(record: RunRecord): string {
  return pathOf(record.runId).split("/").slice(1, 3).join("-");
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
  return { kind, reading: refuse(`expected at most ${max / 1024} KiB, found ${bytes} bytes`) };
}

function changedSync(change: LedgerChange): string {
  switch (change.kind) {
    case "put_record":
      return syncIdOf(change.record.runId) ?? "";
    case "remove_record":
      return syncIdOf(change.runId) ?? "";
    case "put_order":
    case "remove_order":
      return change.syncId;
  }
}

function pathOf(runId: RunId): string {
  const parts = parseRunId(runId);
  if (parts === undefined) throw new LedgerError(`expected a run id, found ${runId}`);
  return recordPath(parts.syncId, parts.window);
}

function changedPath(change: LedgerChange): string {
  switch (change.kind) {
    case "put_record":
      return pathOf(change.record.runId);
    case "remove_record":
      return pathOf(change.runId);
    case "put_order":
      return `${change.syncId}/orders/${change.order.id}.json`;
    case "remove_order":
      return `${change.syncId}/orders/${change.orderId}.json`;
  }
}

function contentOf(change: LedgerChange): FileChange["content"] {
  if (change.kind === "put_record") return formatRecord(change.record);
  return change.kind === "put_order" ? formatOrder(change.order) : undefined;
}

function applyChange(
  folder: SyncFolder,
  change: LedgerChange,
  blobId: (content: string) => string,
): SyncFolder {
  const path = changedPath(change);
  const content = contentOf(change);
  const oids = new Map(folder.oids);
  const records = new Map(folder.records);
  const orders = new Map(folder.orders);
  if (content === undefined) oids.delete(path);
  else oids.set(path, blobId(content));
  if (change.kind === "put_record") records.set(path, change.record);
  else if (change.kind === "put_order") orders.set(path, change.order);
  else if (change.kind === "remove_record") records.delete(path);
  else orders.delete(path);
  return { ...folder, oids, records, orders };
}
