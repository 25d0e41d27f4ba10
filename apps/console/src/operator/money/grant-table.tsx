import type { Grant } from "@farthing/client";
import type { TableOf } from "../../parts/data-table.tsx";
import { Credits, Moment } from "../../parts/figures.tsx";
import { StateBadge } from "../../parts/state-badge.tsx";
import { Author, CustomerLink, LinkTo } from "../links.tsx";

export const GRANTS: TableOf<Grant> = {
  caption: "Grants",
  keyOf: ({ grant_id }) => grant_id,
  empty: "No grants. Credits that an operator or your back end gives appear here.",
  columns: [
    {
      title: "Requested",
      cell: ({ grant_id, created_at }) => (
        <>
          <Moment at={created_at} />
          <span className="block">
            <LinkTo under="/grants" id={grant_id} />
          </span>
        </>
      ),
    },
    { title: "State", cell: ({ status }) => <StateBadge state={status} /> },
    {
      title: "Credits",
      isFigure: true,
      cell: ({ amount }) => <Credits of={amount} />,
    },
    { title: "To", cell: ({ user_id }) => <CustomerLink id={user_id} /> },
    { title: "Source", cell: ({ source }) => source },
    { title: "Reason", cell: ({ reason }) => reason ?? "none" },
    {
      title: "Requested by",
      cell: ({ requested_by }) => <Author of={requested_by} />,
    },
    {
      title: "Decided by",
      cell: ({ decided_by }) => <Author of={decided_by} />,
    },
    {
      title: "Confirm before",
      cell: ({ confirm_before }) => <Moment at={confirm_before} />,
    },
  ],
};
