import type { Scope } from "../store/scope.ts";

/** The kinds that a field of several kinds can refer to, by the prefix of their ids. */
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

/** The object behind an id whose kind only its prefix tells; the id itself when there is none. */
export function findById(scope: Scope, id: string): unknown {
  const kind = KINDS[id.split("_")[0] ?? ""];
  return (kind && scope.store.table(kind).get(id)) ?? id;
}
