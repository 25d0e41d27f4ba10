import type { Scope } from "../store/scope.ts";

/** The kind of object for each prefix of an id. Some fields can refer to several kinds. */
const KINDS: Record<string, string> = {
  ch: "charge",
  py: "charge",
  re: "refund",
  tr: "transfer",
  trr: "transfer_reversal",
  fee: "application_fee",
  fr: "fee_refund",
  pyr: "refund",
  du: "dispute",
  po: "payout",
};

/**
 * Returns the object with this id. The prefix of the id determines the kind of object. If there is
 * no such object, returns the id itself.
 */
export function findById(scope: Scope, id: string): unknown {
  const kind = KINDS[id.split("_")[0] ?? ""];
  return (kind && scope.store.table(kind).get(id)) ?? id;
}
