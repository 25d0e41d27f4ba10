import type { ReactNode } from "react";
import { Field, Filters } from "./filters.tsx";

/** A range of days, and further filters. Without days the API takes the current month. */
export function DayFilters({ children }: { readonly children?: ReactNode }) {
  return (
    <Filters>
      <Field name="from" type="date" label="First day (UTC)" />
      <Field name="to" type="date" label="Last day (UTC)" />
      {children}
    </Filters>
  );
}
