// GitHub's no, in the two shapes in which it says it: a REST status, or HTTP 200 with a `type` in `errors`.

export class Refusal extends Error {
  /** Of the REST answer. */
  readonly status: number;
  /** Of the GraphQL error; undefined where nobody has published one. */
  readonly type: string | undefined;
  /** `errors` of the REST body. */
  readonly details: readonly Readonly<Record<string, string>>[];

  constructor(
    message: string,
    shape: {
      readonly status: number;
      readonly type?: string;
      readonly details?: readonly Readonly<Record<string, string>>[];
    },
  ) {
    super(message);
    this.status = shape.status;
    this.type = shape.type;
    this.details = shape.details ?? [];
  }
}

export function notFound(message = "Not Found"): Refusal {
  return new Refusal(message, { status: 404, type: "NOT_FOUND" });
}

/** 422 as REST words it: the reason is in `errors`, and GraphQL has it as the message. */
export function invalid(resource: string, reason: string): Refusal {
  return new Refusal("Validation Failed", {
    status: 422,
    type: "UNPROCESSABLE",
    details: [{ resource, code: "custom", message: reason }],
  });
}
