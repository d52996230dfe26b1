// The one place that attaches a secret, and only to a URL of the source's own origin (S3). Nothing else in the program
// holds a secret's value except the redactor.

import { InvariantError, ConfigError } from "../../core/failure/errors.ts";
import { type Origin, formatOrigin, isSameOrigin, parseOrigin } from "../../core/source/origin.ts";
import { secretNameOf } from "../../core/sync/secret-name.ts";
import type { SourceSpec } from "../../core/sync/sync-spec.ts";

/** The headers that carry the credential, for a URL that may have them. */
export type Authorize = (url: string) => Readonly<Record<string, string>>;

/**
 * Reads the secret once. The answer throws InvariantError for a URL of another origin: the walk has refused such
 * a link before (S4), so this is our bug, and nothing is sent.
 */
export function makeAuthorize(spec: SourceSpec, secrets: ReadonlyMap<string, string>): Authorize {
  const home = parseOrigin(spec.baseUrl);
  if (home === undefined) {
    throw new ConfigError([
      `sources.${spec.name}.base_url: expected an http or https URL without user info; write it in full`,
    ]);
  }
  const credential = credentialOf(spec, secrets);
  return (url) => {
    assertHome(url, home);
    return credential;
  };
}

function assertHome(url: string, home: Origin): void {
  const origin = parseOrigin(url);
  if (origin !== undefined && isSameOrigin(origin, home)) return;
  throw new InvariantError(`S3: a request left the origin ${formatOrigin(home)}; nothing was sent`);
}

function credentialOf(
  spec: SourceSpec,
  secrets: ReadonlyMap<string, string>,
): Readonly<Record<string, string>> {
  const { auth } = spec;
  const env = secretNameOf(auth);
  if (auth.type === "none" || env === undefined) return {};
  const secret = secretOf(spec, env, secrets);
  if (auth.type === "github_token") return { authorization: `Bearer ${secret}` };
  const value = [auth.prefix, secret].filter((part) => part !== "");
  const name = auth.type === "bearer" ? "authorization" : auth.name.toLowerCase();
  return { [name]: value.join(" ") };
}

/** Missing or unfit secrets are reported before anything is claimed (S7). */
function secretOf(spec: SourceSpec, env: string, secrets: ReadonlyMap<string, string>): string {
  const secret = secrets.get(env) ?? "";
  // Visible ASCII and Latin-1, the only text that a header carries unchanged (RFC 9110 section 5.5).
  if (/^[\x21-\x7e\xa0-\xff]([\x20-\x7e\xa0-\xff]*[\x21-\x7e\xa0-\xff])?$/.test(secret))
    return secret;
  const found = secret === "" ? "nothing" : "characters that no header can carry";
  const key = spec.auth.type === "github_token" ? "auth" : "auth.env";
  throw new ConfigError([
    `sources.${spec.name}.${key}: expected a secret in the variable ${env}, found ${found}; set it`,
  ]);
}
