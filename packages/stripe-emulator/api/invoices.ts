import { listRoute, retrieveRoute } from "../http/pagination.ts";
import { text } from "../http/params.ts";
import { reference, type Resource } from "../http/resource.ts";
import { customers } from "../resources/customers.ts";
import { invoices } from "../resources/invoices.ts";

const URL = "/v1/invoices";

const filters = { customer: text.optional(), status: text.optional() };

/** Invoices can only be read here; checkout sessions with `invoice_creation` create them. */
export const invoiceResource: Resource = {
  object: "invoice",
  routes: [
    listRoute(
      URL,
      invoices,
      filters,
      (invoice, wanted) =>
        (wanted.customer ?? invoice.customer) === invoice.customer &&
        (wanted.status ?? invoice.status) === invoice.status,
    ),
    retrieveRoute(URL, invoices),
  ],
  expands: { customer: reference("customer", () => customers) },
};
