// The outputs of this step. Names and values are decided in core/report/outputs.ts.

import { setOutput } from "@actions/core";

/** Hands every output to the runner. */
export function setOutputs(outputs: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(outputs)) setOutput(name, value);
}
