import { Page } from "../../parts/page.tsx";
import { useFilters } from "../../parts/filters.tsx";
import { DayFilters } from "../../parts/day-filters.tsx";
import { Metrics, Revenue } from "./sales.tsx";
import { OpenAlerts, Service } from "./service.tsx";

/** The first page of an operator: alerts, sales, and the state of the service. */
export function OverviewPage() {
  const days = useFilters("from", "to");
  return (
    <Page
      title="Overview"
      lead="Sales of this month, unless you choose other days. Days are UTC."
    >
      <DayFilters />
      <OpenAlerts />
      <Revenue days={days} />
      <Metrics days={days} />
      <Service days={days} />
    </Page>
  );
}
