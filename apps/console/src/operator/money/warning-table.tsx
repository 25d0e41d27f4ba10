import type { FraudWarning } from "@farthing/client";
import type { TableOf } from "../../parts/data-table.tsx";
import { Moment } from "../../parts/figures.tsx";
import { StateBadge } from "../../parts/state-badge.tsx";
import { wordsOf } from "../../parts/api-names.ts";
import { CustomerLink } from "../links.tsx";
import { ClearWarning } from "./clear-warning.tsx";
import { Refunded } from "./refund-table.tsx";

export const WARNINGS: TableOf<FraudWarning> = {
  caption: "Early fraud warnings",
  keyOf: ({ warning_id }) => warning_id,
  empty: "No early fraud warnings. Stripe sends one when a card's bank suspects fraud.",
  columns: [
    { title: "Received", cell: ({ created_at }) => <Moment at={created_at} /> },
    { title: "State", cell: ({ state }) => <StateBadge state={state} /> },
    {
      title: "Type",
      cell: ({ fraud_type }) => fraud_type === null ? "none" : wordsOf(fraud_type),
    },
    { title: "Of", cell: Refunded },
    { title: "Customer", cell: ({ user_id }) => <CustomerLink id={user_id} /> },
    { title: "Change", cell: (warning) => <ClearWarning {...warning} /> },
  ],
};
