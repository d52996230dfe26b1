// Text for GitHub's Markdown: what comes from outside can neither shape a page nor reach a person from it. Serves the
// job summary, pull requests and issues (github.md section 13); says nothing by itself.

/** The longest text from outside that a page repeats; the whole is in the ledger and in the log. */
const textMax = 600;

/**
 * A text as it may stand inside a line or a table cell: it begins no element, mentions nobody, refers to no issue and
 * is no link. Invisible spaces do the latter, since GitHub looks for names in the rendered page.
 */
export function plain(text: string): string {
  return shorten(oneLine(text))
    .replaceAll(
      /GH-(?=\d)|:\/\/|www\.|[\\`*_[\]~|#&<>$@]/gi,
      (found) => unread.get(found.toLowerCase()) ?? escaped(found),
    )
    .replace(/^(?=[-+])|(?<=^\d{1,9})(?=[.)](?: |$))/, "\\");
}

/**
 * A text to be copied: GitHub reads no names and links inside of code, so nothing invisible is put in. Backticks where
 * nothing can leave them, else an element, since a pipe inside of backticks would still end a table cell.
 */
export function code(text: string): string {
  const line = oneLine(text);
  if (line === "") return "";
  if (/^[\w ./:,+="-]+$/.test(line) && !line.includes("://")) return `\`${line}\``;
  const inside = shorten(line).replaceAll(
    /[\\`*_[\]~|#&<>$@]|:(?=\/\/)|(?<=www)\./gi,
    // A comment keeps the parts of an address apart, and is not copied.
    (found) => (found === "@" ? "&#64;<!-- -->" : escaped(found)),
  );
  return `<code>${inside}</code>`;
}

/** A link, or the address as text when it is none that can stand in one. `text` is Markdown. */
export function link(text: string, url: string): string {
  return /^https?:\/\/[^\s<>()"'`|\\[\]@]+$/.test(url) ? `[${text}](${url})` : code(url);
}

/** Lines in a block of their own, as they are; whatever they hold, they cannot end it. */
export function fenced(text: string, language: string): readonly string[] {
  const longest = Math.max(0, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  const fence = "`".repeat(Math.max(3, longest + 1));
  return [`${fence}${language}`, ...text.replace(/\n$/, "").split("\n"), fence];
}

/** The two lines that begin a table; names that end with `#` stand over numbers. */
export function tableHead(names: readonly string[]): readonly string[] {
  return [
    tableRow(names.map((name) => name.replace(/#$/, ""))),
    `|${names.map((name) => (name.endsWith("#") ? " ---: |" : " --- |")).join("")}`,
  ];
}

/** A row of cells that are Markdown already. */
export function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** What GitHub looks for in the rendered page, where an escaped character would be the character again. */
const unread: ReadonlyMap<string, string> = new Map([
  ["@", "@&#8203;"],
  ["#", String.raw`\#&#8203;`],
  ["gh-", "GH-&#8203;"],
  ["://", ":&#8203;//"],
  ["www.", "www&#8203;."],
]);

// A backslash where Markdown knows it, an entity for the rest: neither has the meaning of its character.
function escaped(character: string): string {
  return /[\\`*_[\]~|#]/.test(character) ? `\\${character}` : `&#${character.charCodeAt(0)};`;
}

function oneLine(text: string): string {
  return text
    .replaceAll(/\s+/g, " ")
    .replaceAll(/[\p{Cc}\p{Cf}]/gu, "")
    .trim();
}

function shorten(text: string): string {
  if (text.length <= textMax) return text;
  return `${Array.from(text)
    .slice(0, textMax - 1)
    .join("")}…`;
}
