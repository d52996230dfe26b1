// What the resolvers know of the request that they answer.

import type { View } from "./refs.ts";
import type { World } from "./world.ts";

export interface GraphqlContext {
  readonly world: World;
  readonly view: View;
  /** Happens after a mutation looked at the branch and before it writes. */
  readonly between: () => Promise<void>;
  readonly rateLimit: () => Readonly<Record<string, unknown>> | null;
}
