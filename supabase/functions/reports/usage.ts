import { UsageQuery, UsageRow } from "../_shared/contracts/reports/usage.ts";
import { reportRoute } from "./report-route.ts";

/** Reports the use of models: tokens, credits, cost and margin. */
export const reportUsage = reportRoute({
  name: "usage",
  summary: "Report the use of models",
  description:
    "Charges by day and model, or by the columns of `group_by`: tokens by kind, credits, the " +
    "cost at the model's provider, and the margin. The charges of the last minute or two are " +
    "missing, because entries are summed when they are sealed.",
  query: UsageQuery,
  row: UsageRow,
  columns: [
    { key: "day", title: "day (UTC)" },
    { key: "model" },
    { key: "origin" },
    { key: "feature" },
    { key: "charges", isNumber: true },
    { key: "corrections", isNumber: true },
    { key: "input_tokens", isNumber: true },
    { key: "cached_input_tokens", isNumber: true },
    { key: "cache_write_tokens", isNumber: true },
    { key: "output_tokens", isNumber: true },
    { key: "reasoning_tokens", isNumber: true },
    { key: "credits", isNumber: true },
    { key: "corrected_credits", isNumber: true },
    { key: "priced_credits", isNumber: true },
    { key: "value_usd", isNumber: true },
    { key: "provider_cost_usd", isNumber: true },
    { key: "margin_usd", isNumber: true },
    { key: "share", isNumber: true },
  ],
  read: (database, args, { group_by, user_id }) =>
    database.rpc("report_usage", { ...args, p_group_by: group_by, p_user_id: user_id }),
});
