import { useParams } from "wouter";
import { Facts } from "../../parts/facts.tsx";
import { Moment } from "../../parts/figures.tsx";
import { Known } from "../../parts/known.tsx";
import { Page, Section } from "../../parts/page.tsx";
import { StateBadge } from "../../parts/state-badge.tsx";
import { useRead } from "../../reads/use-read.ts";
import { CustomerLink } from "../links.tsx";
import { EntriesOfEvent } from "./entries-of-event.tsx";
import { canReplay, Replay } from "./replay.tsx";
import { StoredFacts } from "./stored-facts.tsx";

export function EventPage() {
  const { id = "" } = useParams();
  const reading = useRead("/webhook-events/{id}", { path: { id } });
  return (
    <Page title="Event" lead={<code className="text-sm break-all">{id}</code>}>
      <Known reading={reading} title="The event" placeholder="h-96">
        {(event) => (
          <div className="grid gap-8 *:min-w-0">
            <Facts
              facts={{
                Type: event.type,
                State: <StateBadge state={event.state} />,
                Customer: <CustomerLink id={event.customer_id} />,
                "Happened at Stripe": <Moment at={event.occurred_at} />,
                Received: <Moment at={event.received_at} />,
                Applied: <Moment at={event.processed_at} />,
                Attempts: event.attempts,
                "Next attempt": <Moment at={event.next_attempt_at} />,
                Mode: event.livemode ? "live" : "test",
                ...event.last_error !== null && { Why: event.last_error },
              }}
            />
            {canReplay(event) && (
              <div>
                <Replay event={event} />
              </div>
            )}
            <Section title="Changes of a balance">
              <EntriesOfEvent event={event} />
            </Section>
            <Section title="Stored facts">
              <StoredFacts facts={event.facts} />
            </Section>
          </div>
        )}
      </Known>
    </Page>
  );
}
