// Errors that an edge writes by itself, without an attempt that could tell why (contract 3.2: lose, expire).

import type { RecordError } from "./run-record.ts";

/** What edge *lose* writes. */
export const lostError: RecordError = {
  code: "lost",
  message:
    "the run that held this window ended without a word; expected it to settle by the end of its lease; it is tried again",
  mostCommon: undefined,
  retryable: true,
  resumeAfter: undefined,
};

/** What edge *expire* writes (S45). */
export const retentionError: RecordError = {
  code: "retention",
  message:
    "the source can no longer answer for this window: it ends before now - window.retention; raise retention if the source keeps more, or waive it",
  mostCommon: undefined,
  retryable: false,
  resumeAfter: undefined,
};
