// SHA-256, synchronous since receipts need one per record.

export interface Digest {
  /** sha256 of the UTF-8 text as lower-case hex. */
  sha256(text: string): string;
}
