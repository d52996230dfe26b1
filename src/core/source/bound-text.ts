// Fetch: how a bound is written for the server (S37). The opposite direction of watermark-text.ts.

import { unreachable } from "../failure/assert.ts";
import type { TimeFormat } from "../sync/sync-spec.ts";
import {
  fieldsOf,
  formatInstant,
  type Instant,
  instantFromFields,
  type UtcFields,
} from "../time/instant.ts";
import { localFields } from "../time/zone.ts";
import { formatHttpDate } from "./http-date.ts";
import { compilePattern } from "./time-pattern.ts";

/** A bound as it stands in a request: text, or a JSON number for `epoch_s` and `epoch_ms` (S12, S37). */
export type BoundValue = string | number;

/** The smallest step that the format can write, in microseconds; a finer bound would be cut, which narrows an end. */
export function writtenUnitMicros(format: TimeFormat): number {
  if (format.kind === "date") return 86_400_000_000;
  if (format.kind === "http_date") return 1_000_000;
  return format.kind === "pattern" ? compilePattern(format.pattern).unitMicros : 1;
}

/** Whether the format says no offset, so that it is written on the wall clock of `filter.timezone` (S37). */
export function isWithoutOffset(format: TimeFormat): boolean {
  if (format.kind === "date") return true;
  return format.kind === "pattern" && !compilePattern(format.pattern).hasOffset;
}

/** Writes an instant in the format; `zone` matters to formats without offset only (S37). */
export function writeBound(
  at: Instant,
  written: {
    readonly format: TimeFormat;
    readonly zone: string;
    readonly granularityMicros: number;
  },
): BoundValue {
  const { format, zone, granularityMicros } = written;
  switch (format.kind) {
    case "rfc3339":
      return rfc3339(at, granularityMicros);
    case "epoch_s":
      return Number(decimal(at, 6));
    case "epoch_ms":
      return Number(decimal(at, 3));
    case "epoch_s_string":
      return decimal(at, 6);
    case "epoch_ms_string":
      return decimal(at, 3);
    case "http_date":
      return formatHttpDate(at);
    case "date":
      return formatInstant(midnight(wallClock(at, zone))).slice(0, 10);
    case "pattern": {
      const pattern = compilePattern(format.pattern);
      return pattern.write(pattern.hasOffset ? fieldsOf(at) : wallClock(at, zone));
    }
    default:
      return unreachable(format);
  }
}

function wallClock(at: Instant, zone: string): UtcFields {
  return zone === "UTC" ? fieldsOf(at) : localFields(zone, at);
}

function midnight(fields: UtcFields): Instant {
  const at = instantFromFields({ ...fields, hour: 0, minute: 0, second: 0, micro: 0 });
  return at ?? (Number.NaN as Instant);
}

// 0, 3 or 6 decimals as the granularity requires, more where the instant itself is finer (a keyset position, S53).
function rfc3339(at: Instant, granularityMicros: number): string {
  const text = formatInstant(at);
  const needed = granularityMicros % 1_000_000 === 0 ? 0 : granularityMicros % 1000 === 0 ? 3 : 6;
  const point = text.indexOf(".");
  const found = point === -1 ? 0 : text.length - 2 - point;
  if (found >= needed) return text;
  return `${text.slice(0, -1)}${point === -1 ? "." : ""}${"0".repeat(needed - found)}Z`;
}

// Microseconds with the point moved left, in plain digits without trailing zeros.
function decimal(at: Instant, places: number): string {
  const digits = String(Math.abs(at)).padStart(places + 1, "0");
  const fraction = digits.slice(-places).replace(/0+$/, "");
  const sign = at < 0 ? "-" : "";
  return `${sign}${digits.slice(0, -places)}${fraction === "" ? "" : `.${fraction}`}`;
}
