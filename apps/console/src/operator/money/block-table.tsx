import type { FraudBlock } from "@farthing/client";
import type { TableOf } from "../../parts/data-table.tsx";
import { Id, Moment } from "../../parts/figures.tsx";
import { Author, CustomerLink } from "../links.tsx";
import { LiftBlock } from "./lift-block.tsx";

const KINDS = { user: "user", ip: "IP address", card: "card" } as const;

export const BLOCKS: TableOf<FraudBlock> = {
  caption: "Blocks",
  keyOf: ({ id }) => id,
  empty: "No blocks. A blocked user, address or card can't buy, book or be topped up.",
  columns: [
    { title: "Blocked", cell: ({ created_at }) => <Moment at={created_at} /> },
    { title: "Kind", cell: ({ kind }) => KINDS[kind] },
    {
      title: "Value",
      cell: ({ kind, value }) => kind === "user" ? <CustomerLink id={value} /> : <Id of={value} />,
    },
    {
      title: "Until",
      cell: ({ until }) => until === null ? "lifted by hand" : <Moment at={until} />,
    },
    { title: "Reason", cell: ({ reason }) => reason },
    {
      title: "Blocked by",
      cell: ({ blocked_by }) => <Author of={blocked_by} />,
    },
    { title: "Change", cell: (block) => <LiftBlock {...block} /> },
  ],
};
