import { expect, test } from "vitest";

import {
  parseRecordPath,
  parseRunId,
  recordPath,
  runIdOf,
} from "../../../src/core/record/run-id.ts";
import { windowOf } from "../../support/builders.ts";

test.for([
  [
    "contacts",
    "2026-11-23",
    "2026-11-24",
    "contacts/2026/11/20261123T000000Z--20261124T000000Z.json",
  ],
  [
    "a_b-1",
    "2026-01-31T23:59:59.123Z",
    "2026-02-01T00:00:00.000001Z",
    "a_b-1/2026/01/20260131T235959.123Z--20260201T000000.000001Z.json",
  ],
  ["c", "1999-12-31", "2000-02-29", "c/1999/12/19991231T000000Z--20000229T000000Z.json"],
] as const)(
  "%s, %s to %s is written as run id and path, and read back",
  ([syncId, start, end, path]) => {
    const window = windowOf(start, end);
    const runId = runIdOf(syncId, window);
    expect([recordPath(syncId, window), parseRecordPath(path), parseRunId(runId)]).toEqual([
      path,
      { syncId, window },
      { syncId, window },
    ]);
    expect(runId).toBe(`${syncId}/${path.split("/")[3]!.replace(".json", "")}`);
  },
);

test.each([
  "",
  "contacts",
  "contacts/20261123T000000Z",
  "20261123T000000Z--20261124T000000Z",
  "contacts/20261123T000000Z-20261124T000000Z",
  "contacts/20261124T000000Z--20261123T000000Z",
  "contacts/20261123T000000Z--20261123T000000Z",
  "contacts/20261123T000000.000Z--20261124T000000Z",
  "contacts/20261123--20261124",
  "contacts/2026-11-23T00:00:00Z--2026-11-24T00:00:00Z",
  "contacts/20261323T000000Z--20261124T000000Z",
  "Contacts/20261123T000000Z--20261124T000000Z",
  "_contacts/20261123T000000Z--20261124T000000Z",
  "../contacts/20261123T000000Z--20261124T000000Z",
  `${"a".repeat(64)}/20261123T000000Z--20261124T000000Z`,
  "contacts/20261123T000000Z--20261124T000000Z\n",
])("%j is not a run id", (text) => {
  expect(parseRunId(text)).toBeUndefined();
});

test.each([
  "contacts/20261123T000000Z--20261124T000000Z.json",
  "contacts/2026/12/20261123T000000Z--20261124T000000Z.json",
  "contacts/2025/11/20261123T000000Z--20261124T000000Z.json",
  "contacts/2026/11/20261123T000000Z--20261124T000000Z.JSON",
  "contacts/2026/11/20261123T000000Z--20261124T000000Z.json.orig",
  "contacts/2026/11/x/20261123T000000Z--20261124T000000Z.json",
  "/contacts/2026/11/20261123T000000Z--20261124T000000Z.json",
  "contacts/orders/20261123T000000Z-0a1b.json",
  "contacts/fold.json",
  "contacts/2026-11.jsonl",
])("%s is not the path of a record", (path) => {
  expect(parseRecordPath(path)).toBeUndefined();
});
