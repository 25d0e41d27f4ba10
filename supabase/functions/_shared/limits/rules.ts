/** Every limit there is. Change a number here; it counts from the next deployment on. */

/** What a route declares: which rule counts it. `none` is never limited away. */
export type LimitName = "none" | "read" | "write" | "money";
