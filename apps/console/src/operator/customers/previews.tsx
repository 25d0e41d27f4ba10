/** Previews of a refund and a grant. Only the service knows its rules, so only it computes them. */
import { type DryRun, useDryRun } from "../../parts/dry-run.tsx";
import { Facts } from "../../parts/facts.tsx";
import { Credits, Money } from "../../parts/figures.tsx";
import type { Input, Result } from "@farthing/client";

type Preview<P extends "/refunds" | "/credits/grants"> = DryRun<
  Input<"post", P>,
  Result<"post", P>
>;

/** Shows the money and the credits that a refund would move. */
export const useRefundPreview = (): Preview<"/refunds"> =>
  useDryRun("/refunds", (plan) =>
    "dry_run" in plan && (
      <Facts
        facts={{
          "Will be refunded": <Money of={plan.amount} currency={plan.currency} />,
          "Can be refunded after that": (
            <Money of={plan.refundable_after} currency={plan.currency} />
          ),
          "Credits to be clawed back": <Credits of={plan.credits_taken_back} />,
          "Of these, new debt": <Credits of={plan.debt_added} />,
        }}
      />
    ));

/** Shows the balance after a grant, and whether another operator would have to confirm the grant. */
export const useGrantPreview = (): Preview<"/credits/grants"> =>
  useDryRun("/credits/grants", (plan) =>
    "dry_run" in plan && (
      <Facts
        facts={{
          "Balance after it": <Credits of={plan.balance_after} />,
          "Debt after it": <Credits of={plan.debt_after} />,
          "Moves": plan.status === "pending" ? "after another operator confirms it" : "at once",
        }}
      />
    ));
