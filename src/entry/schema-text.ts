// `tidemark schema`: the JSON Schema of the configuration as it is checked in, which the bundle carries inside. It needs
// neither a repository nor a configuration.

import schema from "../../action/tidemark.schema.json" with { type: "json" };

/** The bytes of action/tidemark.schema.json. */
export function schemaText(): string {
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}
