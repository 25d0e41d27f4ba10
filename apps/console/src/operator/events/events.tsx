import { Choice, Field, Filters, useFilters } from "../../parts/filters.tsx";
import { ListTable } from "../../parts/list-table.tsx";
import { Page } from "../../parts/page.tsx";
import { useList } from "../../reads/use-list.ts";
import { EVENT_COLUMNS, EVENT_STATES } from "./event-columns.tsx";
import { Backfill } from "./backfill.tsx";
import { ReplayDead } from "./replay.tsx";

interface EventListProps {
  readonly query: { readonly state?: string; readonly type?: string };
  /** The text that is shown if no event matches the filters. */
  readonly empty: string;
}

/**
 * Events, filtered by state or type, newest first. The API refuses a state that it does not know.
 */
export function EventList({ query, empty }: EventListProps) {
  const { state, type } = query;
  const known = EVENT_STATES.find((each) => each === state);
  const list = useList("/webhook-events", {
    query: { ...known && { state: known }, ...type && { type } },
  });
  return (
    <ListTable
      list={list}
      caption={known === undefined ? "Events" : `Events: ${known}`}
      columns={EVENT_COLUMNS}
      keyOf={({ event_id }) => event_id}
      empty={empty}
    />
  );
}

export function EventsPage() {
  const filters = useFilters("state", "type");
  const isFiltered = Object.keys(filters).length > 0;
  return (
    <Page
      title="Events"
      lead="Stripe's events, newest first. Open an event to see which balances it changed."
      actions={
        <div className="flex flex-wrap gap-2">
          <ReplayDead />
          <Backfill />
        </div>
      }
    >
      <Filters>
        <Choice name="state" label="State" values={EVENT_STATES} />
        <Field name="type" label="Type" />
      </Filters>
      <EventList
        query={filters}
        empty={isFiltered
          ? "No event is in this state and of this type."
          : "No event has arrived yet. Stripe sends the first one when somebody pays."}
      />
    </Page>
  );
}
