import type { ListedNotification } from "@farthing/client";
import type { Column } from "../../parts/data-table.tsx";
import { Moment } from "../../parts/figures.tsx";
import { Choice, Field, Filters, useFilters } from "../../parts/filters.tsx";
import { ListTable } from "../../parts/list-table.tsx";
import { Page } from "../../parts/page.tsx";
import { StateBadge } from "../../parts/state-badge.tsx";
import { wordsOf } from "../../parts/api-names.ts";
import { useList } from "../../reads/use-list.ts";
import { CustomerLink } from "../links.tsx";
import { RetryAfterOutage } from "./retry-after-outage.tsx";
import { canRetry, RetryNotification } from "./retry-notification.tsx";

const STATES = ["queued", "sending", "sent", "failed", "dead", "uncertain"] as const;

const COLUMNS: readonly Column<ListedNotification>[] = [
  { title: "Template", cell: ({ template }) => wordsOf(template) },
  { title: "State", cell: ({ state }) => <StateBadge state={state} /> },
  { title: "To", cell: ({ address, recipient }) => address ?? wordsOf(recipient) },
  {
    title: "Customer",
    cell: ({ user_id }) => user_id && <CustomerLink id={user_id} />,
  },
  { title: "Attempts", isFigure: true, cell: ({ attempts }) => attempts },
  { title: "Created", cell: ({ created_at }) => <Moment at={created_at} /> },
  { title: "Ended", cell: ({ finished_at }) => <Moment at={finished_at} /> },
  { title: "Error", cell: ({ last_error }) => last_error ?? "" },
  {
    title: "Change",
    cell: (item) => canRetry(item) && <RetryNotification notification={item} />,
  },
];

interface NotificationListProps {
  readonly query: {
    readonly state?: string;
    readonly template?: string;
    readonly user_id?: string;
  };
}

/** Notifications without their contents. Addresses are masked, unless the query names one user. */
export function NotificationList({ query: { state, ...rest } }: NotificationListProps) {
  const known = STATES.find((each) => each === state);
  const list = useList("/notifications", { query: { ...rest, ...known && { state: known } } });
  return (
    <ListTable
      list={list}
      caption="Notifications"
      columns={COLUMNS}
      keyOf={({ notification_id }) => notification_id}
      empty={known === undefined
        ? "No notification yet. The first receipt is sent when somebody pays."
        : `No notification is ${known} now.`}
    />
  );
}

export function NotificationsPage() {
  const filters = useFilters("state", "template", "user_id");
  return (
    <Page
      title="Notifications"
      lead="Emails and webhooks: what was sent to whom, what was given up, and what to send again."
      actions={<RetryAfterOutage />}
    >
      <Filters>
        <Choice name="state" label="State" values={STATES} />
        <Field name="template" label="Template" />
        <Field name="user_id" label="User id" />
      </Filters>
      <NotificationList query={filters} />
    </Page>
  );
}
