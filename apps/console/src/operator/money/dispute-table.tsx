import type { Dispute } from "@farthing/client";
import type { TableOf } from "../../parts/data-table.tsx";
import { Credits, Moment, Money } from "../../parts/figures.tsx";
import { StateBadge } from "../../parts/state-badge.tsx";
import { wordsOf } from "../../parts/api-names.ts";
import { CustomerLink, LinkTo } from "../links.tsx";
import { Refunded } from "./refund-table.tsx";

export const DISPUTES: TableOf<Dispute> = {
  caption: "Disputes",
  keyOf: ({ dispute_id }) => dispute_id,
  empty: "No disputes. A dispute appears here when a bank asks for a buyer's money back.",
  columns: [
    {
      title: "Dispute",
      cell: ({ dispute_id }) => <LinkTo under="/disputes" id={dispute_id} />,
    },
    { title: "State", cell: ({ status }) => <StateBadge state={status} /> },
    {
      title: "Evidence due by",
      cell: ({ evidence_due_by }) => <Moment at={evidence_due_by} />,
    },
    {
      title: "Amount",
      isFigure: true,
      cell: ({ amount, currency }) => <Money of={amount} currency={currency} />,
    },
    {
      title: "Reason",
      cell: ({ reason }) => reason === null ? "none" : wordsOf(reason),
    },
    {
      title: "Credits clawed back",
      isFigure: true,
      cell: ({ credits_taken_back }) => <Credits of={credits_taken_back} />,
    },
    { title: "Of", cell: Refunded },
    { title: "Customer", cell: ({ user_id }) => <CustomerLink id={user_id} /> },
    { title: "Opened", cell: ({ created_at }) => <Moment at={created_at} /> },
  ],
};
