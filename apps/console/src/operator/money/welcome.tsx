import type { WelcomeGrant } from "@farthing/client";
import type { TableOf } from "../../parts/data-table.tsx";
import { Credits, Moment } from "../../parts/figures.tsx";
import { Choice, Field, Filters, queryOf, useFilters } from "../../parts/filters.tsx";
import { ListTable } from "../../parts/list-table.tsx";
import { Page } from "../../parts/page.tsx";
import { StateBadge } from "../../parts/state-badge.tsx";
import { wordsOf } from "../../parts/api-names.ts";
import { useList } from "../../reads/use-list.ts";
import { CustomerLink } from "../links.tsx";
import { RetryRefused, RetryWelcome } from "./retry-welcome.tsx";
import { REFUSALS } from "./welcome-refusals.ts";

const WELCOMES: TableOf<WelcomeGrant> = {
  caption: "Welcome credits",
  keyOf: ({ id }) => id,
  empty: "No users. While welcome credits are on, each new user appears here.",
  columns: [
    {
      title: "User",
      cell: ({ user_id, address }) => <CustomerLink id={user_id} {...address && { as: address }} />,
    },
    { title: "State", cell: ({ status }) => <StateBadge state={status} /> },
    {
      title: "Credits",
      isFigure: true,
      cell: ({ amount }) => amount === null ? "none" : <Credits of={amount} />,
    },
    {
      title: "Refused by",
      cell: ({ refused_as }) => refused_as ? wordsOf(refused_as) : "nothing",
    },
    { title: "Queued", cell: ({ queued_at }) => <Moment at={queued_at} /> },
    { title: "Decided", cell: ({ decided_at }) => <Moment at={decided_at} /> },
    {
      title: "Queued again",
      cell: ({ retried_at }) => <Moment at={retried_at} />,
    },
    { title: "Change", cell: (welcome) => <RetryWelcome {...welcome} /> },
  ],
};

export function WelcomePage() {
  const query = useFilters("status", "refused_as", "user_id");
  const list = useList("/credits/welcome-grants", { query: queryOf(query) });
  return (
    <Page
      title="Welcome credits"
      lead="New users who got welcome credits, who wait for them, and who were refused by a limit."
      actions={<RetryRefused />}
    >
      <Filters>
        <Choice
          name="status"
          label="State"
          values={["queued", "granted", "refused"]}
        />
        <Choice name="refused_as" label="Refused by" values={REFUSALS} />
        <Field name="user_id" label="User id" />
      </Filters>
      <ListTable list={list} filters={query} {...WELCOMES} />
    </Page>
  );
}
