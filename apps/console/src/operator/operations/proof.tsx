import type { ProofWithViolations } from "@farthing/client";
import { useParams } from "wouter";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Facts } from "../../parts/facts.tsx";
import { Moment } from "../../parts/figures.tsx";
import { Known } from "../../parts/known.tsx";
import { Page, Section } from "../../parts/page.tsx";
import { StateBadge } from "../../parts/state-badge.tsx";
import { useRead } from "../../reads/use-read.ts";
import { CustomerLink } from "../links.tsx";

/** A violation has no id, so its place in the list is its key. */
type Violation = ProofWithViolations["found"][number] & {
  readonly place: number;
};

const COLUMNS: readonly Column<Violation>[] = [
  { title: "Rule", isFigure: true, cell: ({ rule }) => rule },
  {
    title: "Customer",
    cell: ({ user_id, account_id }) => <CustomerLink id={user_id ?? account_id} />,
  },
  {
    title: "Violation",
    cell: ({ detail }) => <div className="min-w-64 whitespace-normal">{detail}</div>,
  },
];

export function ProofPage() {
  const { id = "" } = useParams();
  const reading = useRead("/proofs/{id}", { path: { id } });
  return (
    <Page title={`Run ${id} of the proof`}>
      <Known reading={reading} title="The run" placeholder="h-96">
        {(proof) => (
          <div className="grid gap-8 *:min-w-0">
            <Facts
              facts={{
                Outcome: <StateBadge state={proof.outcome} />,
                Violations: proof.violations ?? "unknown",
                Read: proof.scope === "whole" ? "every entry" : "entries since the last proof",
                "Read to the end": proof.is_done ? "yes" : "no, it had no time for all entries",
                Started: <Moment at={proof.started_at} />,
                Took: `${proof.duration_ms} ms`,
                ...proof.detail !== "" && { Detail: proof.detail },
              }}
            />
            <Section title="Violations">
              <DataTable
                caption="Violations of this run"
                columns={COLUMNS}
                items={proof.found.map((violation, place) => ({ ...violation, place }))}
                keyOf={({ place }) => place}
                empty={proof.outcome === "failed"
                  ? "Unknown: the proof could not run."
                  : "None: every rule holds."}
              />
            </Section>
          </div>
        )}
      </Known>
    </Page>
  );
}
