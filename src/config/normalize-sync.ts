// A written sync, resolved (contract 2, sources.md 1). All defaults of a sync are here; the grid's are in
// resolveWindow and resolveRun.

import type {
  ColumnSpec,
  FilterSpec,
  PagesSpec,
  ReadingOrder,
  RequestSpec,
  SyncRunSpec,
  SyncSpec,
  Tolerance,
  WatermarkSpec,
  WindowSpec,
} from "../core/sync/sync-spec.ts";
import { type Duration, longestMicros, shortestMicros } from "../core/time/duration.ts";
import { type Instant, instantMin, parseInstant } from "../core/time/instant.ts";
import { instantFromLocal } from "../core/time/zone.ts";
import {
  durationOf,
  formatOf,
  locatorOf,
  microsOf,
  pointerOf,
  predicateOf,
} from "./normalize-values.ts";
import { dayPattern } from "./schema-values.ts";
import type {
  WrittenColumn,
  WrittenFilter,
  WrittenOrder,
  WrittenPages,
  WrittenRequest,
  WrittenSync,
  WrittenSyncRun,
  WrittenWatermark,
  WrittenWindow,
} from "./written.ts";

/** A sync with its defaults. */
export function resolveSync(name: string, written: WrittenSync): SyncSpec {
  const key = (typeof written.key === "string" ? [written.key] : written.key).map(pointerOf);
  const watermark = resolveWatermark(written.watermark);
  const window = resolveWindow(written.window);
  const { deletes = "none" } = written;
  return {
    name,
    id: written.id ?? name,
    source: written.source,
    destination: written.destination ?? "",
    vars: written.vars ?? {},
    request: resolveRequest(written.request),
    firstOnly: written.first_only ?? [],
    records: pointerOf(written.records ?? ""),
    key,
    watermark,
    filter: written.filter === "none" ? undefined : resolveFilter(written.filter, watermark),
    readingOrder: resolveOrder(written.order),
    pages: resolvePages(written.pages),
    deletes:
      deletes === "none" || deletes.flag === undefined
        ? { kind: "none" }
        : { kind: "flag", predicate: predicateOf(deletes.flag) },
    window,
    run: resolveRun(written.run, window.step),
    table: written.table ?? name.replaceAll("-", "_"),
    keyColumn: written.key_column ?? (key.length > 1 ? "key" : (key[0]?.at(-1) ?? "")),
    columns: resolveColumns(written.columns),
    onDelete: written.on_delete ?? "soft",
    tolerate: resolveTolerance(written.tolerate?.failed_items),
    alerts: { zero: written.alerts?.zero ?? "confirm", issue: written.alerts?.issue ?? false },
  };
}

function resolveRequest(written: WrittenRequest): RequestSpec {
  return {
    method: written.method ?? "GET",
    path: written.path,
    query: written.query ?? {},
    headers: written.headers ?? {},
    body: written.body,
  };
}

function resolveWatermark(written: WrittenWatermark): WatermarkSpec {
  return {
    pointer: pointerOf(written.path),
    format: formatOf(written.format),
    precisionMicros: microsOf(written.precision),
    timezone: written.timezone,
    missing: written.missing ?? "fail",
    kind: written.kind ?? "updated",
  };
}

function resolveFilter(written: WrittenFilter, watermark: WatermarkSpec): FilterSpec {
  const { granularity, format } = written;
  return {
    start: written.start,
    end: written.end,
    granularityMicros:
      granularity === undefined ? watermark.precisionMicros : microsOf(granularity),
    format: format === undefined ? watermark.format : formatOf(format),
    timezone: written.timezone ?? "UTC",
    overshoot: written.overshoot ?? "deliver",
  };
}

function resolveOrder(written: WrittenOrder = {}): ReadingOrder {
  return {
    by: written.by ?? "none",
    dir: written.dir ?? "asc",
    thenKey: written.then === "key",
    compare: written.compare ?? "bytes",
  };
}

function resolvePages(written: WrittenPages = {}): PagesSpec {
  const { type = "none", keyset } = written;
  return {
    type,
    size: written.size,
    start: written.start ?? (type === "offset" ? 0 : 1),
    next: written.next === undefined ? undefined : locatorOf(written.next),
    more: written.more === undefined ? undefined : locatorOf(written.more),
    done: written.done === undefined ? undefined : predicateOf(written.done),
    total: written.total === undefined ? undefined : locatorOf(written.total),
    keyset: typeof keyset === "object" ? "watermark_key" : keyset,
    seed: written.seed,
    positional: written.positional ?? (type === "page" || type === "offset" || type === "link"),
    max: written.max ?? 100_000,
    unsafe: written.unsafe ?? false,
  };
}

function resolveWindow(written: WrittenWindow): WindowSpec {
  const timezone = written.timezone ?? "UTC";
  return {
    start: startOf(written.start, timezone),
    step: durationOf(written.step),
    timezone,
    delayMicros: microsOf(written.delay ?? "5m"),
    lookbackMicros: microsOf(written.lookback ?? "15m"),
    retentionMicros: written.retention === undefined ? undefined : microsOf(written.retention),
  };
}

// A date is midnight in the zone of the window (contract 9); where clocks skip midnight, the first instant after.
function startOf(written: string, zone: string): Instant {
  if (!dayPattern.test(written)) return parseInstant(written) ?? instantMin;
  const [year = 0, month = 0, day = 0] = written.split("-").map(Number);
  return instantFromLocal(zone, { year, month, day, hour: 0, minute: 0, second: 0, micro: 0 });
}

const maxWindowsLeast = 5;

function resolveRun(written: WrittenSyncRun = {}, step: Duration): SyncRunSpec {
  const every = durationOf(written.every ?? "1d");
  return {
    every,
    concurrency: written.concurrency ?? 1,
    maxWindows: written.max_windows ?? Math.max(maxWindowsLeast, 2 * windowsPerRun(every, step)),
    catchUp: written.catch_up ?? "oldest",
    maxAttempts: written.max_attempts ?? 5,
  };
}

/** `ceil(every / step)`: windows that fall due between two runs, at most. */
export function windowsPerRun(every: Duration, step: Duration): number {
  return Math.ceil(longestMicros(every) / shortestMicros(step));
}

function resolveColumns(
  written: Readonly<Record<string, WrittenColumn>> | undefined,
): readonly ColumnSpec[] | undefined {
  if (written === undefined) return undefined;
  return Object.entries(written).map(([name, { path, type }]) => ({
    name,
    pointer: pointerOf(path),
    type,
  }));
}

function resolveTolerance(written: number | string = 0): Tolerance {
  if (typeof written === "number") return { kind: "count", items: written };
  return { kind: "share", share: Number(written.slice(0, -1)) / 100 };
}
