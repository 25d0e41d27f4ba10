import type { Proof } from "@farthing/client";
import type { Column } from "../../parts/data-table.tsx";
import { Moment } from "../../parts/figures.tsx";
import { Choice, Filters, useFilters } from "../../parts/filters.tsx";
import { ListTable } from "../../parts/list-table.tsx";
import { Page } from "../../parts/page.tsx";
import { StateBadge } from "../../parts/state-badge.tsx";
import { useList } from "../../reads/use-list.ts";
import { LinkTo } from "../links.tsx";

const OUTCOMES = ["proved", "violated", "failed"] as const;

const COLUMNS: readonly Column<Proof>[] = [
  { title: "Run", cell: ({ id }) => <LinkTo under="/proofs" id={id} /> },
  { title: "Outcome", cell: ({ outcome }) => <StateBadge state={outcome} /> },
  { title: "Violations", isFigure: true, cell: ({ violations }) => violations ?? "unknown" },
  {
    title: "Read",
    cell: ({ scope, is_done }) =>
      `${scope === "whole" ? "every entry" : "new entries"}${is_done ? "" : ", not to the end"}`,
  },
  { title: "Detail", cell: ({ detail }) => detail },
  { title: "Started", cell: ({ started_at }) => <Moment at={started_at} /> },
  {
    title: "Took",
    isFigure: true,
    cell: ({ duration_ms }) => `${duration_ms} ms`,
  },
];

/** Runs of the ledger's proof, newest first. */
export function ProofList({ outcome }: { readonly outcome?: string | undefined }) {
  const known = OUTCOMES.find((each) => each === outcome);
  const list = useList("/proofs", { query: known ? { outcome: known } : {} });
  return (
    <ListTable
      list={list}
      caption="Runs of the proof"
      columns={COLUMNS}
      keyOf={({ id }) => id}
      empty={known === undefined
        ? "No run yet. A scheduled task proves the ledger each night."
        : `No run has ${known === "failed" ? "failed" : `${known} the ledger`}.`}
    />
  );
}

export function ProofsPage() {
  const { outcome } = useFilters("outcome");
  return (
    <Page
      title="Proofs"
      lead="The ledger proves itself: every balance is the sum of its entries, and every rule holds."
    >
      <Filters>
        <Choice name="outcome" label="Outcome" values={OUTCOMES} />
      </Filters>
      <ProofList outcome={outcome} />
    </Page>
  );
}
