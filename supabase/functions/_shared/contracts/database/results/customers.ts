/** Results of the database functions with which operators find and read customers. */
import type { CustomerPage } from "../../customer-page.ts";
import type * as customers from "../../customers.ts";
import type { Of, Page } from "./shapes.ts";

export interface CustomerResults {
  customers_search: { customers: Of<typeof customers.FoundCustomer>[] };
  customers_read: Of<typeof CustomerPage>;
  customers_reads: Page<"reads", Of<typeof customers.CustomerRead>>;
}
