// What a change of the ledger does to files, and to what was read of a sync's folder.

import { LedgerError } from "../../core/failure/errors.ts";
import { parseRunId, recordPath, type RunId } from "../../core/record/run-id.ts";
import type { FileChange } from "../../ports/ledger-store.ts";
import type { LedgerChange } from "../../ports/ledger.ts";
import { formatOrder } from "./order-json.ts";
import { formatRecord } from "./record-json.ts";
import { type SyncFolder, syncIdOf } from "./sync-folder.ts";

export function changedSync(change: LedgerChange): string {
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

export function changedPath(change: LedgerChange): string {
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

export function contentOf(change: LedgerChange): FileChange["content"] {
  if (change.kind === "put_record") return formatRecord(change.record);
  return change.kind === "put_order" ? formatOrder(change.order) : undefined;
}

export function applyChange(
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
