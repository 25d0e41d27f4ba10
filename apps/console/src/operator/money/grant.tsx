import type { Grant } from "@farthing/client";
import { useParams } from "wouter";
import { Facts } from "../../parts/facts.tsx";
import { Credits, Id, Moment } from "../../parts/figures.tsx";
import { Known } from "../../parts/known.tsx";
import { Page } from "../../parts/page.tsx";
import { StateBadge } from "../../parts/state-badge.tsx";
import { useRead } from "../../reads/use-read.ts";
import { Author, CustomerLink } from "../links.tsx";
import { ConfirmGrant, DeclineGrant } from "./decide-grant.tsx";

const CEILINGS: Readonly<Record<NonNullable<Grant["ceiling"]>, string>> = {
  grant: "of one grant",
  author_day: "of one operator in a day",
  day: "of all operators in a day",
};

export function GrantPage() {
  const { id = "" } = useParams();
  const reading = useRead("/credits/grants/{id}", { path: { id } });
  return (
    <Page title="Grant" lead={<Id of={id} />}>
      <Known reading={reading} title="The grant">
        {(grant) => (
          <>
            {grant.status === "pending" && (
              <p className="max-w-prose">
                No credits have moved. An operator other than the author and the customer must
                confirm the grant before <Moment at={grant.confirm_before} />.
              </p>
            )}
            <Facts
              facts={{
                "State": <StateBadge state={grant.status} />,
                "Credits": <Credits of={grant.amount} />,
                "To": <CustomerLink id={grant.user_id} />,
                "Source": grant.source,
                "Reason": grant.reason ?? "none",
                "Expires": grant.expires_at === null ? "never" : <Moment at={grant.expires_at} />,
                "Requested by": <Author of={grant.requested_by} />,
                "Requested": <Moment at={grant.created_at} />,
                "Ceiling exceeded": grant.ceiling === null ? "none" : CEILINGS[grant.ceiling],
                "Decided by": <Author of={grant.decided_by} />,
                "Decided": <Moment at={grant.decided_at} />,
                "Lot": <Id of={grant.lot_id} />,
              }}
            />
            <div className="flex flex-wrap gap-2">
              <ConfirmGrant grant={grant} />
              <DeclineGrant grant={grant} />
            </div>
          </>
        )}
      </Known>
    </Page>
  );
}
