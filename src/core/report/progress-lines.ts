// What a run says while it works, as lines; adapters/terminal decides where they go.

import type { RunRecord } from "../record/run-record.ts";
import { counted, windowText } from "./words.ts";

/** One line for a settled or released window: what came of it, and what it took. */
export function settledLine(record: RunRecord): string {
  const name = `${record.sync} ${windowText(record.window)}`;
  const { itemCounts: counts, requests } = record;
  const sent = counted(requests.sent, "request");
  const retried = requests.retried > 0 ? `, ${requests.retried} of them retries` : "";
  switch (record.status) {
    case "succeeded": {
      const parts = [
        counts.inserted > 0 ? `${counts.inserted} inserted` : "",
        counts.updated > 0 ? `${counts.updated} updated` : "",
        counts.unchanged > 0 ? `${counts.unchanged} unchanged` : "",
        counts.older > 0 ? `${counts.older} older` : "",
        counts.deleted > 0 ? `${counts.deleted} deleted` : "",
        counts.failed > 0 ? `${counts.failed} failed` : "",
      ].filter((part) => part !== "");
      const what = parts.length === 0 ? "" : ` (${parts.join(", ")})`;
      return `${name} succeeded: ${counted(counts.processed, "record")}${what}, ${sent}${retried}`;
    }
    case "failed":
      return `${name} failed, ${record.error.code}: ${record.error.message}`;
    case "pending":
      return `${name} released: nothing was read; the next run takes it up`;
    case "running":
      return `${name} is running`;
  }
}
