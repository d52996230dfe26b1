// Instants against Date.UTC as an independent oracle.

import fc from "fast-check";
import { expect, test } from "vitest";

import {
  fieldsOf,
  formatCompact,
  formatInstant,
  instantFromFields,
  instantMax,
  instantMin,
  instantOf,
  instantOfMs,
  msOf,
  parseCompact,
  parseInstant,
} from "../../../src/core/time/instant.ts";

const instants = fc.integer({ min: instantMin, max: instantMax }).map(instantOf);
const wholeMs = fc
  .integer({ min: Math.ceil(instantMin / 1000), max: Math.floor(instantMax / 1000) - 1 })
  .map((ms) => ({ ms, date: new Date(ms) }));

test("a text parses back to its instant, from 1684 to 2255", () => {
  fc.assert(
    fc.property(instants, (at) => {
      expect(parseInstant(formatInstant(at))).toBe(at);
      expect(parseCompact(formatCompact(at))).toBe(at);
      expect(instantFromFields(fieldsOf(at))).toBe(at);
    }),
  );
});

test("a whole millisecond is written as Date writes it, without the decimals that are zero (S31)", () => {
  fc.assert(
    fc.property(wholeMs, ({ ms, date }) => {
      const at = instantOfMs(ms);
      expect(formatInstant(at)).toBe(date.toISOString().replace(".000Z", "Z"));
      expect(msOf(at)).toBe(ms);
    }),
  );
});

test("fields are those of Date in UTC", () => {
  fc.assert(
    fc.property(wholeMs, fc.integer({ min: 0, max: 999 }), ({ ms, date }, micros) => {
      expect(fieldsOf(instantOf(ms * 1000 + micros))).toEqual({
        year: date.getUTCFullYear(),
        month: date.getUTCMonth() + 1,
        day: date.getUTCDate(),
        hour: date.getUTCHours(),
        minute: date.getUTCMinutes(),
        second: date.getUTCSeconds(),
        micro: date.getUTCMilliseconds() * 1000 + micros,
      });
    }),
  );
});

test("fields name an instant exactly if Date.UTC gives them back", () => {
  const year = fc.integer({ min: 1690, max: 2250 });
  fc.assert(
    fc.property(year, fc.nat(14), fc.nat(33), fc.nat(25), fc.nat(61), (...written) => {
      const [y, month, day, hour, minute] = written;
      const ms = Date.UTC(y, month - 1, day, hour, minute);
      const date = new Date(ms);
      const isReal =
        date.getUTCMonth() === month - 1 &&
        date.getUTCDate() === day &&
        date.getUTCHours() === hour &&
        date.getUTCMinutes() === minute;
      expect(instantFromFields({ year: y, month, day, hour, minute, second: 0, micro: 0 })).toBe(
        isReal ? ms * 1000 : undefined,
      );
    }),
  );
});

test("text sorts as the instants do when both have the same decimals", () => {
  const seconds = fc.integer({ min: -9_000_000_000, max: 9_000_000_000 });
  fc.assert(
    fc.property(seconds, seconds, (a, b) => {
      const [one, other] = [a, b].map((second) => formatCompact(instantOf(second * 1_000_000)));
      expect(Math.sign(a - b)).toBe(one! < other! ? -1 : one! > other! ? 1 : 0);
    }),
  );
});
