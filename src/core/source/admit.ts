// Fetch: what each item of a page counts as, once and in one place (S26 to S35, S40). The server's filter is not
// believed: the parsed watermark decides. Knows nothing of pages or requests.

import type { FailedItem } from "../record/run-record.ts";
import type { SyncSpec } from "../sync/sync-spec.ts";
import type { Instant } from "../time/instant.ts";
import type { Window } from "../window/window.ts";
import type { ReadRange } from "./bounds.ts";
import { itemMemory } from "./duplicates.ts";
import { ExactNumber } from "./exact-number.ts";
import { readKey } from "./key.ts";
import { readPointer } from "./pointer.ts";
import { holds } from "./predicate.ts";
import { type TimeReading, timeReader } from "./watermark-text.ts";

/** An item that goes to the destination. */
export interface DeliveredItem {
  readonly key: string;
  readonly watermark: Instant;
  /** `late`: before the window, found by lookback. `beyond`: at or after its end, found by overshoot (S40, S42). */
  readonly place: "late" | "inside" | "beyond";
  readonly change: "upsert" | "delete";
  readonly record: unknown;
}

/** What one item counts as (S26). */
type Admitted =
  | { readonly kind: "failed"; readonly item: FailedItem }
  | { readonly kind: "skipped" }
  | { readonly kind: "out_of_window" }
  | { readonly kind: "duplicate" }
  | { readonly kind: "delivered"; readonly item: DeliveredItem }
  /** A watermark without an offset, and no `watermark.timezone`: the window fails with `config` (S33). */
  | { readonly kind: "zoneless" };

/** What order and continuation look at; absent where the item has none that can be read. */
export interface SeenOnWire {
  readonly key: string | undefined;
  readonly watermark: Instant | undefined;
  /** The other reading of a local time that occurs twice (S33). */
  readonly earlier: Instant | undefined;
  /** Key, watermark and delete flag were seen already, in the range or out of it. */
  readonly repeated: boolean;
}

/** The verdict on one item, and what was seen of it. */
interface ItemReading {
  readonly admitted: Admitted;
  readonly seen: SeenOnWire;
}

/** Judges the items of one read. */
export interface Admission {
  admit(item: unknown): ItemReading;
  /** A place in the read, and forgetting what came after it (S55, S58). */
  mark(): number;
  forgetSince(mark: number): void;
}

/** Judges the items of a read of `range` for `window`. */
export function admission(sync: SyncSpec, range: ReadRange, window: Window): Admission {
  const readTime = timeReader(sync.watermark.format, sync.watermark.timezone);
  const memory = itemMemory();
  let items = 0;
  return {
    mark: () => memory.mark(),
    forgetSince: (mark) => memory.forgetSince(mark),
    admit(item) {
      items += 1;
      const unnamed = `item:${items}`;
      if (!isDocument(item))
        return failed(unnamed, "not_object", `expected an object, found ${kindOf(item)}`);
      const key = readKey(item, sync.key);
      const value = readPointer(item, sync.watermark.pointer);
      const isMissing = value === undefined || value === null;
      const time: TimeReading = isMissing ? { kind: "unreadable" } : readTime(value);
      if (time.kind === "zoneless") return { admitted: time, seen: nothingSeen };
      const at = time.kind === "instant" ? time.at : undefined;
      const earlier = time.kind === "instant" ? time.earlier : undefined;
      const seen = { key, watermark: at, earlier, repeated: false };
      if (key === undefined) return failed(unnamed, "no_key", keyExpected, seen);
      if (at === undefined) return withoutWatermark(sync, key, isMissing, seen);
      const change = isDelete(sync, item) ? "delete" : "upsert";
      const repeated = memory.seen(`${change}\0${at}\0${key}`);
      const admitted: Admitted = !isInRange(range, at, earlier)
        ? { kind: "out_of_window" }
        : repeated
          ? { kind: "duplicate" }
          : {
              kind: "delivered",
              item: { key, watermark: at, place: placeOf(window, at), change, record: item },
            };
      return { admitted, seen: repeated ? { ...seen, repeated } : seen };
    },
  };
}

const nothingSeen: SeenOnWire = {
  key: undefined,
  watermark: undefined,
  earlier: undefined,
  repeated: false,
};

const keyExpected =
  "expected a non-empty text of at most 1,024 bytes or an integer at key, found none; check key";

function failed(
  key: string,
  code: string,
  message: string,
  seen: SeenOnWire = nothingSeen,
): ItemReading {
  return { admitted: { kind: "failed", item: { key, stage: "fetch", code, message } }, seen };
}

function withoutWatermark(
  sync: SyncSpec,
  key: string,
  isMissing: boolean,
  seen: SeenOnWire,
): ItemReading {
  if (!isMissing)
    return failed(
      key,
      "bad_watermark",
      `expected a time written as ${sync.watermark.format.kind}, found something else; check watermark.format`,
      seen,
    );
  if (sync.watermark.missing === "skip") return { admitted: { kind: "skipped" }, seen };
  return failed(
    key,
    "no_watermark",
    "expected a value at watermark.path, found none; watermark.missing: skip passes such items over",
    seen,
  );
}

function isDocument(item: unknown): item is object {
  if (typeof item !== "object" || item === null) return false;
  return !Array.isArray(item) && !(item instanceof ExactNumber);
}

function kindOf(item: unknown): string {
  if (item === null) return "null";
  if (item instanceof ExactNumber) return "a number";
  return Array.isArray(item) ? "an array" : `a ${typeof item}`;
}

function isDelete(sync: SyncSpec, item: object): boolean {
  return (
    sync.deletes.kind === "flag" &&
    holds(sync.deletes.predicate, { headers: noHeaders, document: item })
  );
}

const noHeaders: ReadonlyMap<string, readonly string[]> = new Map();

// Of a local time that occurs twice either reading may be in range (S33).
function isInRange(range: ReadRange, at: Instant, earlier: Instant | undefined): boolean {
  if (range.from <= at && at < range.to) return true;
  return earlier !== undefined && range.from <= earlier && earlier < range.to;
}

function placeOf(window: Window, at: Instant): DeliveredItem["place"] {
  if (at < window.start) return "late";
  return at < window.end ? "inside" : "beyond";
}
