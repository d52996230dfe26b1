// A JSON number that a double would change, kept as the text it was written in (S22).

/** Stands in parsed documents where a plain number would lose digits. A class, so that no record can pose as one. */
export class ExactNumber {
  /** The number as the source wrote it. */
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}
