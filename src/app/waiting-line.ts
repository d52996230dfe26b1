// First come, first served, and whoever leaves in the middle is gone at once: the queue of a pacer (P24).
// A linked list, since neither an array nor a Set drops an element from the middle and the head in constant time.

/** A place in the line. */
export interface Place<Value> {
  readonly value: Value;
  before: Place<Value> | undefined;
  behind: Place<Value> | undefined;
}

export interface WaitingLine<Value> {
  length(): number;
  first(): Place<Value> | undefined;
  join(value: Value): Place<Value>;
  /** The place is in the line and leaves it. */
  leave(place: Place<Value>): void;
}

export function createWaitingLine<Value>(): WaitingLine<Value> {
  let first: Place<Value> | undefined;
  let last: Place<Value> | undefined;
  let length = 0;
  return {
    length: () => length,
    first: () => first,
    join(value) {
      const place: Place<Value> = { value, before: last, behind: undefined };
      if (last === undefined) first = place;
      else last.behind = place;
      last = place;
      length += 1;
      return place;
    },
    leave(place) {
      if (place.before === undefined) first = place.behind;
      else place.before.behind = place.behind;
      if (place.behind === undefined) last = place.before;
      else place.behind.before = place.before;
      length -= 1;
    },
  };
}
