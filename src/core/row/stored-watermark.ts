// The watermark as text in rows and window rows: S31, compared as an instant and never as text. Serves upsert.

import { formatInstant, type Instant, instantOf, parseInstant } from "../time/instant.ts";

// 0000-01-01T00:00:00Z and 10000-01-01T00:00:00Z: what four digits of a year can say.
const first = instantOf(-62_167_219_200_000_000);
const end = instantOf(253_402_300_800_000_000);

/** The text of a watermark, or undefined when its year has no four digits (S31). */
export function formatWatermark(watermark: Instant): string | undefined {
  return watermark >= first && watermark < end ? formatInstant(watermark) : undefined;
}

/** The watermark in a stored text; undefined when it is none. */
export function parseWatermark(text: string): Instant | undefined {
  return parseInstant(text);
}
