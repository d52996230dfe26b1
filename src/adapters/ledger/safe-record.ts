// The sink of the ledger: every text that may come from outside passes here before a record is written, be it to a
// commit, a window row or a rescue file (contract 3.1). Serves 6 COMMIT. What an operator wrote stays as it is.

import { makeMask, makeRedactor } from "../../core/failure/redact.ts";
import type { RunRecord, SeenItem } from "../../core/record/run-record.ts";
import type { LedgerChange } from "../../ports/ledger.ts";

/** Makes records safe to write: messages redacted and shortened, secrets hidden in keys too. */
export function makeSafe(secrets: readonly string[]): (record: RunRecord) => RunRecord {
  const redact = makeRedactor(secrets);
  const mask = makeMask(secrets);
  const seen = (item: SeenItem | undefined): SeenItem | undefined =>
    item === undefined ? undefined : { ...item, key: mask(item.key) };
  return (record) => {
    const safe = {
      ...record,
      firstSeen: seen(record.firstSeen),
      lastSeen: seen(record.lastSeen),
      failedItems: record.failedItems.map((item) => ({
        ...item,
        key: mask(item.key),
        message: redact(item.message),
      })),
      warnings: record.warnings.map((warning) => ({
        ...warning,
        message: redact(warning.message),
      })),
    };
    return safe.status === "failed"
      ? { ...safe, error: { ...safe.error, message: redact(safe.error.message) } }
      : safe;
  };
}

/** The same of a change that puts a record. */
export function safeChange(
  change: LedgerChange,
  safe: (record: RunRecord) => RunRecord,
): LedgerChange {
  return change.kind === "put_record" ? { ...change, record: safe(change.record) } : change;
}
