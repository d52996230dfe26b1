// ky in one place, with everything off that would act on its own: no retry, no redirect, no timeout, no error for a
// status (P1, S5). What a try may do is decided by the walk, one permit each.

import ky, { type KyInstance } from "ky";

/** A client that sends once and answers what came, over the fetch given. */
export function makeClient(options: { readonly fetch: typeof fetch }): KyInstance {
  return ky.create({
    retry: 0,
    redirect: "manual",
    timeout: false,
    totalTimeout: false,
    throwHttpErrors: false,
    fetch: options.fetch,
  });
}
