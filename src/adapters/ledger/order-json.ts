// An order as text and back (contract 3.4), through one strict schema. A damaged order stops its sync like a record.

import * as v from "valibot";

import { type Order, orderSchema, reprocessKinds } from "../../core/plan/order-record.ts";
import { formatDuration, isZero, parseDuration } from "../../core/time/duration.ts";
import { formatInstant } from "../../core/time/instant.ts";
import {
  decodeText,
  formatJson,
  matchSchema,
  parseJson,
  read,
  type Reading,
  refuse,
} from "./json-text.ts";
import { versionOf } from "./record-versions.ts";
import { count, instant, orNull } from "./schema-parts.ts";

const written = v.strictObject({
  schema: v.literal(orderSchema),
  id: v.pipe(
    v.string(),
    v.regex(/^(?:reread|\d{8}T\d{6}(?:\.\d{3}|\.\d{6})?Z-[0-9a-f]{4})$/, "the id of an order"),
  ),
  from: instant,
  to: instant,
  step: v.pipe(
    v.string(),
    v.check((text) => parseDuration(text) !== undefined, "a duration such as 1d"),
    v.transform((text) => parseDuration(text) ?? { months: 0, days: 0, micros: 0 }),
    v.check((step) => !isZero(step), "a duration above zero"),
  ),
  reprocess: v.picklist(reprocessKinds),
  direction: v.picklist(["oldest", "newest"]),
  ordered_at: instant,
  reason: orNull(v.string()),
  estimate: v.strictObject({ windows: count, requests: count, minutes: count }),
});

/** The order of a file `orders/<id>.json`. */
export function readOrderFile(name: string, bytes: Uint8Array): Reading<Order> {
  const text = decodeText(bytes);
  if (!text.ok) return text;
  const value = parseJson(text.value);
  if (!value.ok) return value;
  const known = versionOf(value.value, orderSchema);
  if (!known.ok) return known;
  const matched = matchSchema(written, value.value);
  if (!matched.ok) return matched;
  const { ordered_at: orderedAt, schema: _schema, ...order } = matched.value;
  if (`${order.id}.json` !== name)
    return refuse(`id: expected the one of its path, found ${order.id}; move the file back`);
  // The order of `reread` ends where it begins once it is done.
  if (order.from > order.to) return refuse("to: expected an instant after from, found one before");
  return read({ ...order, orderedAt });
}

/** The order's file in its canonical form. */
export function formatOrder(order: Order): string {
  return formatJson({
    schema: orderSchema,
    id: order.id,
    from: formatInstant(order.from),
    to: formatInstant(order.to),
    step: formatDuration(order.step),
    reprocess: order.reprocess,
    direction: order.direction,
    ordered_at: formatInstant(order.orderedAt),
    reason: order.reason ?? null,
    estimate: {
      windows: order.estimate.windows,
      requests: order.estimate.requests,
      minutes: order.estimate.minutes,
    },
  });
}
