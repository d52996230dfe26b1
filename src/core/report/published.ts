// What became of something that people are to merge: the published copy, a proposed order.

/** `url` leads to the pull request, or to the page that opens one where GitHub refused to (G21). */
export type Published =
  | { readonly kind: "none" }
  | { readonly kind: "open"; readonly url: string }
  | { readonly kind: "refused"; readonly url: string; readonly warning: string }
  | { readonly kind: "failed"; readonly warning: string };
