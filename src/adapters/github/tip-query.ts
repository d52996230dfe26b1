// The one query that reads tip, ledger folder, data folders and the ids of G18 from one commit (G4).

/** Something that rides along with the Tip query, at no request of its own. */
export interface TipRider {
  /** GraphQL fields of `repository`, each under an alias of its own that begins with `x`. */
  readonly fields: string;
  /** By name, without the dollar: the GraphQL type, e.g. `String!`, and the value. Names begin with `x`. */
  readonly variables: Readonly<
    Record<string, { readonly type: string; readonly value: string | number | boolean | null }>
  >;
  /** Called with the `repository` member of each Tip answer. */
  note(repository: unknown): void;
}
