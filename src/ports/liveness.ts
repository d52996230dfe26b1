// Is the holder of a claim still alive? A port, since only the platform knows (contract 4.5).

export interface Liveness {
  /** `dead` only with proof; everything else leaves the decision to the lease. */
  of(holder: string): Promise<"alive" | "dead" | "unknown">;
}
