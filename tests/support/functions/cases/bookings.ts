/** The routes of providers and bookings, each with a request that succeeds. */
import { BOOKING_ID, PROVIDER_ID } from "../samples/bookings.ts";
import type { RouteCase } from "./routes.ts";

const PERSON = ["user", "operator"] as const;
const read = {
  method: "GET",
  allowed: [...PERSON, "secret"],
  as: "user",
  status: 200,
} as const;
const own = { allowed: PERSON, as: "user", status: 200 } as const;

export const BOOKING_CASES: readonly RouteCase[] = [
  {
    ...own,
    method: "POST",
    path: "/providers",
    isIdempotent: true,
    status: 201,
    body: { country: "DE" },
    reaches: ["providers_begin", "providers_attach"],
  },
  { ...own, method: "GET", path: "/providers/me", reaches: ["providers_read"] },
  {
    ...own,
    method: "POST",
    path: "/providers/me/onboarding-link",
    body: {},
    reaches: ["providers_read"],
  },
  {
    ...own,
    method: "POST",
    path: "/bookings",
    isIdempotent: true,
    status: 201,
    body: { provider_id: PROVIDER_ID, amount: 2500, currency: "usd" },
    reaches: ["bookings_begin", "bookings_attach"],
  },
  { ...read, path: "/bookings", reaches: ["bookings_list"] },
  { ...read, path: `/bookings/${BOOKING_ID}`, reaches: ["bookings_read"] },
  {
    ...own,
    method: "POST",
    path: `/bookings/${BOOKING_ID}/confirm`,
    reaches: ["bookings_advance"],
  },
  {
    ...own,
    method: "POST",
    path: `/bookings/${BOOKING_ID}/complete`,
    reaches: ["bookings_advance"],
  },
  {
    ...own,
    method: "DELETE",
    path: `/bookings/${BOOKING_ID}`,
    isIdempotent: true,
    reaches: ["bookings_cancel", "bookings_cancelled"],
  },
];
