/** Stripe's events: the inbox, what each event did, replay and backfill. */
export { EventPage } from "./event.tsx";
export { EventsPage } from "./events.tsx";
