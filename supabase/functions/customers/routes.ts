import { z } from "@hono/zod-openapi";
import {
  CustomerPath,
  CustomerRead,
  CustomerReadsQuery,
  CustomersQuery,
  FoundCustomer,
} from "../_shared/contracts/customers.ts";
import { CustomerPage } from "../_shared/contracts/customer-page.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { ok, page, pageOfWhole } from "../_shared/http/reply/reply.ts";

/** Finds customers by an email address or an id. */
export const searchCustomers = defineRoute({
  method: "get",
  path: "/",
  summary: "Find customers",
  description:
    "Finds at most 20 customers by an email address or an id. Each match is recorded in the " +
    "log of reads; an email address is masked there.",
  who: ["operator"],
  limit: "default",
  idempotent: false,
  query: CustomersQuery,
  responses: { 200: z.array(FoundCustomer) },
  handler: async ({ query, services }) => {
    const { customers } = await services.database.rpc("customers_search", { p_query: query.q });
    return pageOfWhole(customers, query, ({ id }) => id);
  },
});

/** Reads everything that belongs to a customer. */
export const readCustomer = defineRoute({
  method: "get",
  path: "/{id}",
  summary: "Read a customer",
  description:
    "Returns the balance with the reason of each of the newest 50 changes, and the newest 20 items of " +
    "each list that belongs to the customer, with the endpoint of the whole list. `refused_next` lists " +
    "the refusals that the customer's next requests would get, and why. The read is recorded.",
  who: ["operator"],
  limit: "default",
  idempotent: false,
  params: CustomerPath,
  responses: { 200: CustomerPage },
  errors: ["not_found"],
  handler: async ({ params, services }) =>
    ok(await services.database.rpc("customers_read", { p_customer_id: params.id })),
});

/** Lists each read of a customer's data with its reader, newest first. */
export const listReads = defineRoute({
  method: "get",
  path: "/{id}/reads",
  summary: "List reads of a customer",
  description:
    "Lists the reads of a customer's data in the last year: by operators, and by secret keys on " +
    "/customers. This request itself is the newest item.",
  who: ["operator"],
  limit: "default",
  idempotent: false,
  params: CustomerPath,
  query: CustomerReadsQuery,
  responses: { 200: z.array(CustomerRead) },
  errors: ["not_found"],
  handler: async ({ params, query, services }) => {
    const { reads, next_before } = await services.database.rpc("customers_reads", {
      p_customer_id: params.id,
      p_before: query.cursor,
      p_limit: query.limit,
    });
    return page(reads, next_before);
  },
});
