// Receipts: number and digest of the (key, watermark) pairs delivered for a window. They add up, so that the
// receipts of parts give the receipt of the whole, whatever order the pairs came in.

/** `digest` is the sum of `sha256(key NUL watermark)` modulo 2^256. */
export interface Receipt {
  readonly records: number;
  readonly digest: bigint;
}

/** The receipt of nothing. */
export const emptyReceipt: Receipt = { records: 0, digest: 0n };

const modulus = 1n << 256n;

/** Adds receipts of disjoint sets of pairs. */
export function addReceipts(a: Receipt, b: Receipt): Receipt {
  return { records: a.records + b.records, digest: (a.digest + b.digest) % modulus };
}

/** The text whose sha256 one pair adds; the watermark is written as S31 says. */
export function receiptText(key: string, watermark: string): string {
  return `${key}\0${watermark}`;
}

/** Adds one pair, given the sha256 of its receiptText in lower-case hex. */
export function addPair(receipt: Receipt, sha256Hex: string): Receipt {
  return {
    records: receipt.records + 1,
    digest: (receipt.digest + BigInt(`0x${sha256Hex}`)) % modulus,
  };
}

/** `sum256:` and 64 lower-case hex digits. */
export function formatDigest(digest: bigint): string {
  return `sum256:${digest.toString(16).padStart(64, "0")}`;
}

const digestPattern = /^sum256:[0-9a-f]{64}$/;

/** Parses what formatDigest writes. */
export function parseDigest(text: string): bigint | undefined {
  return digestPattern.test(text) ? BigInt(`0x${text.slice(7)}`) : undefined;
}
