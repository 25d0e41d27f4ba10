import type { Scope } from "../store/scope.ts";

/** The kinds of object that a field with several kinds can refer to, by the prefix of their ids. */
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
 * Returns the object with this id, whose prefix names its kind. Returns the id itself if there is
 * no such object.
 */
export function findById(scope: Scope, id: string): unknown {
  const kind = KINDS[id.split("_")[0] ?? ""];
  return (kind && scope.store.table(kind).get(id)) ?? id;
}
