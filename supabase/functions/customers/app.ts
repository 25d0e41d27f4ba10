/** The `customers` function: operators find a customer and read the data of that customer. */
import { defineFunction } from "../_shared/http/app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { listReads, readCustomer, searchCustomers } from "./routes.ts";

export const { app, createApp, declaration } = defineFunction(
  "customers",
  [searchCustomers, readCustomer, listReads],
  servicesFromEnv,
);
