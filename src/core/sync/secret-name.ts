// Under which name the secret of a source is kept and found; one place, since config, entry and adapters must agree.
// Knows no value.

import type { AuthSpec } from "./sync-spec.ts";

/** The variable that holds the secret of `auth`: the action's own token goes by the name GITHUB_TOKEN (S7, S10). */
export function secretNameOf(auth: AuthSpec): string | undefined {
  switch (auth.type) {
    case "none":
      return undefined;
    case "github_token":
      return "GITHUB_TOKEN";
    case "bearer":
    case "header":
      return auth.env;
  }
}
