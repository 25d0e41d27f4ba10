/** Shows both sides of a mismatch and their difference: in words, and with amounts as money. */
import type { Mismatch } from "@farthing/client";
import { Money } from "../../parts/figures.tsx";
import { wordsOf } from "../../parts/api-names.ts";

/** The API writes a record as its amount in minor units, its currency and its state: "999 usd paid". */
const RECORD = /^(-?\d+) ([a-z]{3})(?: (.*))?$/;

interface RecordProps {
  readonly of: string | null;
  /** Says in words what the amount is, such as "the payout". */
  readonly is?: string;
}

function Record({ of, is }: RecordProps) {
  if (of === null) return "no record";
  const [, amount, currency, state] = RECORD.exec(of) ?? [];
  if (amount === undefined) return wordsOf(of);
  return (
    <div className={is === undefined ? undefined : "min-w-40"}>
      <Money of={Number(amount)} currency={currency} />
      {state !== undefined && ` ${wordsOf(state)}`}
      {is !== undefined && ` (${is})`}
    </div>
  );
}

/**
 * A mismatch of the kind `payout_sum` compares two of Stripe's own amounts: the sum of the payout's
 * lines, and the payout itself.
 */
const isSum = ({ kind }: Mismatch) => kind === "payout_sum";

export const Ours = (mismatch: Mismatch) => (
  <Record of={mismatch.ours} {...isSum(mismatch) && { is: "the sum of Stripe's lines" }} />
);

export const Theirs = (mismatch: Mismatch) => (
  <Record of={mismatch.theirs} {...isSum(mismatch) && { is: "the payout" }} />
);

/**
 * The name of a mismatch's difference. It says which amount is subtracted, so that a reader
 * understands the sign.
 */
export const DIFFERENCE = "Difference (Stripe's less ours)";
