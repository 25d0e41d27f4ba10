import type { Balance } from "../generated/api.ts";

/** The balance of this moment, which has all its parts; a past moment's has only `balance`. */
export type CurrentBalance = Required<Balance>;
