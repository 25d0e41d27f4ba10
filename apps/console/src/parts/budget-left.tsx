import { percentOf } from "./decimal-units.ts";
import { None } from "./figures.tsx";
import { StateBadge } from "./state-badge.tsx";

/**
 * The share of an error budget that is left. A share below zero means that the budget is overspent.
 */
export function BudgetLeft({ left }: { readonly left: number | undefined }) {
  if (left === undefined) return <None />;
  return (
    <span className="inline-flex flex-wrap items-center gap-2 font-medium tabular-nums">
      {percentOf(String(left))}
      <StateBadge state={left > 0 ? "within" : "overspent"} />
    </span>
  );
}
