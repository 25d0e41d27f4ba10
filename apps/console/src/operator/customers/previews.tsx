/** Previews of a refund and of a grant. Only the service knows the rules, so it computes them. */
import type { Input, Result } from "@farthing/client";
import { type DryRun, useDryRun } from "../../parts/dry-run.tsx";
import { Facts } from "../../parts/facts.tsx";
import { Credits, Money } from "../../parts/figures.tsx";

type Refunds = Result<"post", "/refunds">;
type Grants = Result<"post", "/credits/grants">;

/** Whether a result comes from the change itself, and not from its dry run. */
export const isMade = <Answer extends object>(
  answer: Answer,
): answer is Exclude<Answer, { dry_run: true }> => !("dry_run" in answer);

function RefundPlan(plan: Refunds) {
  if (isMade(plan)) return null;
  return (
    <Facts
      facts={{
        "Money that goes back": <Money of={plan.amount} currency={plan.currency} />,
        "Credits clawed back": <Credits of={plan.credits_taken_back} />,
        "Of these, new debt": <Credits of={plan.debt_added} />,
        "Left to refund": <Money of={plan.refundable_after} currency={plan.currency} />,
      }}
    />
  );
}

/**
 * If the operator enters no amount, the dry run returns the whole amount that is left to refund.
 * The request that makes the refund then sends this amount, so that it refunds exactly what the
 * preview showed.
 */
export const useRefundPreview = (): DryRun<Input<"post", "/refunds">, Refunds> => ({
  ...useDryRun("/refunds", RefundPlan),
  withPlan: ({ body, ...input }, { amount }) => ({ ...input, body: { ...body, amount } }),
});

function GrantPlan(plan: Grants) {
  if (isMade(plan)) return null;
  return (
    <>
      <Facts
        facts={{
          "Balance afterwards": <Credits of={plan.balance_after} />,
          "Debt afterwards": <Credits of={plan.debt_after} />,
        }}
      />
      <p className="mt-2 text-sm">
        {plan.status === "pending"
          ? "The amount is above a ceiling: nothing moves until another operator confirms the grant."
          : "The credits move at once."}
      </p>
    </>
  );
}

export const useGrantPreview = (): DryRun<Input<"post", "/credits/grants">, Grants> =>
  useDryRun("/credits/grants", GrantPlan);
