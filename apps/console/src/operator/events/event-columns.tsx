/** The columns of a list of Stripe's events. */
import type { WebhookEvent } from "@farthing/client";
import type { Column } from "../../parts/data-table.tsx";
import { Moment } from "../../parts/figures.tsx";
import { StateBadge } from "../../parts/state-badge.tsx";
import { LinkTo } from "../links.tsx";

export const EVENT_STATES = [
  "received",
  "processed",
  "deferred",
  "failed",
  "dead",
  "ignored",
] as const;

export const EVENT_COLUMNS: readonly Column<WebhookEvent>[] = [
  { title: "Event", cell: ({ event_id }) => <LinkTo under="/events" id={event_id} /> },
  { title: "Type", cell: ({ type }) => type },
  { title: "State", cell: ({ state }) => <StateBadge state={state} /> },
  { title: "Attempts", isFigure: true, cell: ({ attempts }) => attempts },
  { title: "Received", cell: ({ received_at }) => <Moment at={received_at} /> },
  {
    title: "Next attempt",
    cell: ({ next_attempt_at }) => <Moment at={next_attempt_at} />,
  },
  { title: "Why", cell: ({ last_error }) => <div className="min-w-40">{last_error}</div> },
];
