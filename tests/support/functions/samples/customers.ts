/** A valid answer of each database function for customers, in the format that SQL returns. */
import type { CustomerResults } from "../../../../supabase/functions/_shared/contracts/database/results/customers.ts";
import { USER_ID } from "../project.ts";
import type { SamplesOf } from "./database.ts";

const NOW = "2026-11-21T12:00:00+00:00";

const customer = {
  id: USER_ID,
  user_id: USER_ID,
  account_id: "17",
  kind: "user" as const,
  email: "ann@example.com",
  created_at: NOW,
  left_at: null,
  balance: "9990",
  available: "9990",
  debt: "0",
};

export const CUSTOMER_SAMPLES: SamplesOf<CustomerResults> = {
  customers_search: () => ({ customers: [{ ...customer, matched_by: "email" }] }),
  customers_reads: () => ({
    reads: [{
      read_at: NOW,
      author: `operator:${USER_ID}`,
      route: "GET /customers/{id}",
      query: null,
      request_id: "request-1",
      correlation_id: null,
    }],
    next_before: null,
  }),
};
