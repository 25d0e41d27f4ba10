import type { Balance } from "../generated/api.ts";

/** The current balance, which has every field. A past balance has only the field `balance`. */
export type CurrentBalance = Required<Balance>;
