/** Tables for those kinds of a customer's records that have no page of their own. */
import type {
  Balance,
  Booking,
  CustomerPage,
  CustomerRead,
  JobSummary,
  ListedNotification,
} from "@farthing/client";
import type { TableOf } from "../../parts/data-table.tsx";
import { Credits, Id, Moment, Money } from "../../parts/figures.tsx";
import { StateBadge } from "../../parts/state-badge.tsx";
import { wordsOf } from "../../parts/api-names.ts";
import { Author, LinkTo, OrderLink } from "../links.tsx";
import { RefundBooking } from "./refund-payment.tsx";

type ItemOf<Part extends "lots" | "holds"> = CustomerPage[Part]["items"][number];

const Expires = ({ expires_at }: { readonly expires_at: string | null }) =>
  expires_at === null ? <>never</> : <Moment at={expires_at} />;

const NO_LOTS = "No credits are left. Each purchase and grant makes a lot.";

export const LOTS: TableOf<ItemOf<"lots">> = {
  caption: "Lots",
  keyOf: ({ id }) => id,
  empty: NO_LOTS,
  columns: [
    { title: "Source", cell: ({ source }) => source },
    {
      title: "Credits",
      isFigure: true,
      cell: ({ amount }) => <Credits of={amount} />,
    },
    {
      title: "Remaining",
      isFigure: true,
      cell: ({ remaining }) => <Credits of={remaining} />,
    },
    {
      title: "Of these, held",
      isFigure: true,
      cell: ({ reserved }) => <Credits of={reserved} />,
    },
    {
      title: "Frozen",
      cell: ({ frozen }) => frozen ? "yes, its payment is in doubt" : "no",
    },
    { title: "Expires", cell: Expires },
    { title: "Order", cell: ({ order_id }) => <OrderLink id={order_id} /> },
    { title: "Made", cell: ({ created_at }) => <Moment at={created_at} /> },
  ],
};

/**
 * The API returns fewer fields for the complete list of lots than for the newest lots on a
 * customer's page.
 */
export const ALL_LOTS: TableOf<NonNullable<Balance["lots"]>[number]> = {
  caption: "All lots",
  keyOf: ({ id }) => id,
  empty: NO_LOTS,
  columns: [
    { title: "Lot", cell: ({ id }) => <Id of={id} /> },
    { title: "Source", cell: ({ source }) => source },
    {
      title: "Remaining",
      isFigure: true,
      cell: ({ remaining }) => <Credits of={remaining} />,
    },
    {
      title: "Frozen",
      cell: ({ frozen }) => frozen ? "yes, its payment is in doubt" : "no",
    },
    { title: "Expires", cell: Expires },
  ],
};

export const HOLDS: TableOf<ItemOf<"holds">> = {
  caption: "Open holds",
  keyOf: ({ hold_id }) => hold_id,
  empty: "No open holds. Running work holds the most credits that it can cost.",
  columns: [
    { title: "Hold", cell: ({ hold_id }) => <Id of={hold_id} /> },
    {
      title: "Credits",
      isFigure: true,
      cell: ({ amount }) => <Credits of={amount} />,
    },
    {
      title: "For",
      cell: ({ reason, model }) => model ?? reason ?? "not said",
    },
    { title: "Opened", cell: ({ created_at }) => <Moment at={created_at} /> },
    {
      title: "Ends by itself",
      cell: ({ expires_at }) => <Moment at={expires_at} />,
    },
  ],
};

export const BOOKINGS: TableOf<Booking> = {
  caption: "Bookings",
  keyOf: ({ booking_id }) => booking_id,
  empty: "No bookings as a buyer.",
  columns: [
    {
      title: "Booked",
      cell: ({ booking_id, created_at }) => (
        <>
          <Moment at={created_at} />
          <span className="block">
            <Id of={booking_id} />
          </span>
        </>
      ),
    },
    { title: "State", cell: ({ status }) => <StateBadge state={status} /> },
    {
      title: "Amount",
      isFigure: true,
      cell: ({ amount, currency }) => <Money of={amount} currency={currency} />,
    },
    {
      title: "Fee",
      isFigure: true,
      cell: ({ application_fee_amount, currency }) => (
        <Money of={application_fee_amount} currency={currency} />
      ),
    },
    {
      title: "Refunded",
      isFigure: true,
      cell: ({ amount_refunded, currency }) => <Money of={amount_refunded} currency={currency} />,
    },
    { title: "Change", cell: (booking) => <RefundBooking {...booking} /> },
  ],
};

export const JOBS: TableOf<JobSummary> = {
  caption: "Jobs",
  keyOf: ({ job_id }) => job_id,
  empty: "No jobs.",
  columns: [
    {
      title: "Job",
      cell: ({ job_id }) => <LinkTo under="/jobs" id={job_id} />,
    },
    { title: "Type", cell: ({ type }) => type },
    { title: "State", cell: ({ status }) => <StateBadge state={status} /> },
    {
      title: "Progress",
      isFigure: true,
      cell: ({ progress }) => `${progress} %`,
    },
    { title: "Attempts", isFigure: true, cell: ({ attempts }) => attempts },
    { title: "Last error", cell: ({ error }) => error?.message ?? "none" },
    { title: "Started", cell: ({ created_at }) => <Moment at={created_at} /> },
    {
      title: "Ended",
      cell: ({ completed_at }) => <Moment at={completed_at} />,
    },
  ],
};

export const NOTIFICATIONS: TableOf<ListedNotification> = {
  caption: "Notifications",
  keyOf: ({ notification_id }) => notification_id,
  empty: "No notifications.",
  columns: [
    { title: "Queued", cell: ({ created_at }) => <Moment at={created_at} /> },
    { title: "Template", cell: ({ template }) => wordsOf(template) },
    { title: "State", cell: ({ state }) => <StateBadge state={state} /> },
    {
      title: "To",
      cell: ({ address, recipient }) => address ?? wordsOf(recipient),
    },
    { title: "Attempts", isFigure: true, cell: ({ attempts }) => attempts },
    { title: "Last error", cell: ({ last_error }) => last_error ?? "none" },
  ],
};

export const READS: TableOf<CustomerRead> = {
  caption: "Reads of this customer's data",
  keyOf: ({ read_at, request_id }) => `${read_at} ${request_id}`,
  empty: "No operator has read this customer's data in the last year.",
  columns: [
    { title: "When", cell: ({ read_at }) => <Moment at={read_at} /> },
    { title: "Who", cell: ({ author }) => <Author of={author} /> },
    { title: "What", cell: ({ route }) => <Id of={route} /> },
    { title: "Searched for", cell: ({ query }) => query ?? "no search" },
    { title: "Request", cell: ({ request_id }) => <Id of={request_id} /> },
  ],
};
