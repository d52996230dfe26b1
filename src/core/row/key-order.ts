// The order of keys: code point by code point, which is also the order of their UTF-8 bytes (S29). Serves upsert.

/** Negative, zero or positive. JavaScript's own `<` compares UTF-16 units and misplaces what lies beyond U+FFFF. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const x = a.charCodeAt(index);
    const y = b.charCodeAt(index);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

// Surrogates stand for the highest code points, so they move above U+E000 to U+FFFF.
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
