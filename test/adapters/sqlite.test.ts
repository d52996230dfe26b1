// The sqlite destination: its contract, and what only a file in SQLite can do.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { openSqlite } from "../../src/adapters/sqlite/sqlite-destination.ts";
import { quoteIdentifier } from "../../src/core/row/identifier.ts";
import { tableShape } from "../../src/core/row/table.ts";
import type { SyncSpec } from "../../src/core/sync/sync-spec.ts";
import {
  type DestinationFixture,
  destinationContract,
  type SeenRow,
} from "../contracts/destination.contract.ts";
import { memoryTip } from "../support/memory-tip.ts";

async function fixture(): Promise<DestinationFixture> {
  const root = mkdtempSync(join(tmpdir(), "tidemark-sqlite-"));
  const path = ".tidemark/tidemark.db";
  const destination = openSqlite({ name: "local", type: "sqlite", path }, { root });
  const tip = memoryTip();
  const read = (sql: string): Record<string, unknown>[] => {
    const database = new DatabaseSync(join(root, path));
    const statement = database.prepare(sql);
    statement.setReadBigInts(true);
    const rows = statement.all();
    database.close();
    return rows;
  };
  return {
    destination,
    tip: () => tip.tip(),
    commit: (changes) => tip.commit(changes),
    rows: async (sync) =>
      read(
        `SELECT * FROM ${quoteIdentifier(sync.table)} ORDER BY ${quoteIdentifier(sync.keyColumn)}`,
      ).map((each) => seenRow(each, sync)),
    bytes: async (sync) => {
      const rows = read(`SELECT * FROM ${quoteIdentifier(sync.table)} ORDER BY 1`);
      const deleted = read(`SELECT * FROM _tidemark_deleted ORDER BY 1, 2`);
      return JSON.stringify([rows, deleted], (_, value: unknown) =>
        typeof value === "bigint" ? `${value}n` : value,
      );
    },
    close: async () => {
      await destination.close();
      rmSync(root, { recursive: true });
    },
  };
}

function seenRow(row: Record<string, unknown>, sync: SyncSpec): SeenRow {
  const types = new Map(tableShape(sync).cells.map((column) => [column.name, column.type]));
  const cells = Object.entries(row)
    .filter(([name]) => name !== sync.keyColumn && !name.startsWith("_tidemark_"))
    .map(([name, value]) => {
      const text = value === null ? null : `${value as string | bigint}`;
      const isFlag = types.get(name) === "boolean" && text !== null;
      return [name, isFlag ? String(text === "1") : text] as const;
    });
  return {
    key: String(row[sync.keyColumn]),
    watermark: row["_tidemark_watermark"] as string | null,
    deleted: row["_tidemark_deleted_at"] !== null,
    cells: Object.fromEntries(cells),
  };
}

destinationContract("sqlite", fixture, { windowRows: true });
