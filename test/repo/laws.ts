// Reads the laws of ledger/README.md: number, sentence, the code that keeps it, the tests that show it.

export interface Law {
  readonly id: string;
  /** Paths of source files. */
  readonly keptBy: readonly string[];
  readonly shownBy: readonly { readonly path: string; readonly title: string }[];
}

/** One law per `### L<n>` heading, in the order of the page. */
export function parseLaws(page: string): readonly Law[] {
  const sections = page.split(/^### (?=L\d+\b)/m).slice(1);
  return sections.map((section) => {
    // A section ends at the next heading of a higher level.
    const [body] = section.split(/^## /m);
    return {
      id: /^L\d+/.exec(section)![0],
      keptBy: pathsOf(lineOf(body!, "*kept by*")),
      shownBy: titlesOf(lineOf(body!, "*shown by*")),
    };
  });
}

/** Titles of tests, from the source of a test file. */
export function titlesIn(source: string): readonly string[] {
  // `test("title"`, `test.for(rows)("title"`; a title in backticks stands as it is written.
  const calls = source.matchAll(
    /(?:\b(?:test|it)(?:\.\w+)*|\))\(\s*(?:"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/g,
  );
  return [...calls].map((match) => (match[1] ?? match[2]!).replaceAll('\\"', '"'));
}

/** The laws that a text names. */
export function lawsIn(text: string): readonly string[] {
  return [...text.matchAll(/\bL\d+\b/g)].map((match) => match[0]);
}

// A list item with its continuation lines.
function lineOf(body: string, label: string): string {
  const items = body.split(/^- /m).slice(1);
  return items.find((item) => item.startsWith(label))?.slice(label.length) ?? "";
}

function pathsOf(line: string): readonly string[] {
  return [...line.matchAll(/`(src\/[^`]+)`/g)].map((match) => match[1]!);
}

// `test/x.test.ts`: "title", "title"; `test/y.test.ts`: "title"
function titlesOf(line: string): Law["shownBy"] {
  const text = line.replaceAll(/\s+/g, " ");
  return [...text.matchAll(/`(test\/[^`]+)`:((?: "(?:[^"\\]|\\.)*",?)+)/g)].flatMap(
    ([, path, list]) =>
      [...list!.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, title]) => ({
        path: path!,
        title: title!,
      })),
  );
}
