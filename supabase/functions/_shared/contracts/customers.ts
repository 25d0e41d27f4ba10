/**
 * Customers as operators see them: the search for customers, and the log of who read a customer's
 * data.
 */
import { z } from "@hono/zod-openapi";
import { SignedAmount } from "./credit-amounts.ts";
import { Uuid } from "./fields.ts";
import { listQuery, SeqCursor, WholeListQuery } from "./list-query.ts";
import { TimestampOut } from "./time-fields.ts";

// Patterns in an OpenAPI document have no flags such as `i`, so this pattern lists both `a-f` and
// `A-F`.
const CUSTOMER_ID = /^([1-9]\d{0,17}|[\da-fA-F]{8}(-[\da-fA-F]{4}){3}-[\da-fA-F]{12})$/;

const CustomerId = z.string().openapi({
  description: "The user's id; for a deleted user or an organisation, the number of the account.",
  example: "6f1c2f0e-5d0a-4f53-9d0c-0d8f6a1b2c3d",
});

export const CustomerPath = z.object({
  id: z.string().regex(CUSTOMER_ID, {
    error: "Send the id of a customer from GET /customers: a UUID, or the number of an account.",
  }).toLowerCase().openapi({ description: "A user's id, or the number of an account." }),
});

/** A customer with the account's balance. */
export const Customer = z.object({
  id: CustomerId,
  user_id: Uuid.nullable().openapi({ description: "null for a deleted user and an organisation." }),
  account_id: z.string().nullable().openapi({
    description: "The account's number; null for a user who has no account yet.",
    example: "17",
  }),
  kind: z.enum(["user", "organisation"]),
  email: z.string().nullable(),
  created_at: TimestampOut,
  left_at: TimestampOut.nullable().openapi({ description: "When the user was deleted." }),
  balance: SignedAmount,
  available: SignedAmount,
  debt: SignedAmount,
}).openapi("Customer");

export const FoundCustomer = Customer.extend({
  matched_by: z.string().openapi({
    description: "The field with a value equal to the text of the search.",
    example: "order_id",
  }),
}).openapi("FoundCustomer");

export const CustomersQuery = WholeListQuery.extend({
  q: z.string().min(1).max(255).openapi({
    description:
      "An email address, an id of a user, order, booking, refund, hold, job, grant, notification " +
      "or provider, an id of Stripe's (payment, checkout session, charge, application fee, refund, " +
      "dispute, early fraud warning, customer, payment method, account, balance transaction), or the " +
      "number of an account.",
    example: "ann@example.com",
  }),
});

/** One read of a customer's data. */
export const CustomerRead = z.object({
  read_at: TimestampOut,
  author: z.string().openapi({ example: "operator:6f1c2f0e-5d0a-4f53-9d0c-0d8f6a1b2c3d" }),
  route: z.string().openapi({ example: "GET /customers/{id}" }),
  query: z.string().nullable().openapi({
    description:
      "The text of a search. An email address is cut to its first character and its domain.",
    example: "a***@example.com",
  }),
  request_id: z.string().nullable(),
  correlation_id: z.string().nullable(),
}).openapi("CustomerRead");

export const CustomerReadsQuery = z.strictObject({ ...listQuery, cursor: SeqCursor.optional() });
