// "Did you mean": the nearest known name to one that is not known.

/** The nearest of the known names, or undefined when none is near enough to be a slip of the finger. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const folded = foldName(name);
  let nearest: string | undefined;
  let least = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(folded, foldName(candidate), least);
    if (distance < least) {
      least = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

// Case and the separators `-` and `_` are the commonest slips and cost nothing.
function foldName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, "");
}

const lengthMax = 64;

function editDistance(a: string, b: string, unrelated: number): number {
  if (a.length > lengthMax || b.length > lengthMax) return unrelated;
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? unrelated;
}
