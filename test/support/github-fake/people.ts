// Who makes commits.

import type { Person } from "./bare-repository.ts";

export const bot: Person = {
  name: "github-actions[bot]",
  email: "41898282+github-actions[bot]@users.noreply.github.com",
};
export const github: Person = { name: "GitHub", email: "noreply@github.com" };
export const person: Person = { name: "Mona", email: "mona@example.com" };
