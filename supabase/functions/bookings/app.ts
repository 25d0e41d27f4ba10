/**
 * The `bookings` function: a buyer books, the provider confirms and completes the booking, and both can read
 * and cancel it.
 */
import { defineFunction } from "../_shared/http/app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { cancelBooking } from "./cancel-booking.ts";
import { completeBooking, confirmBooking, listBookings, readBooking } from "./routes.ts";
import { startBooking } from "./start-booking.ts";

export const { app, createApp, declaration } = defineFunction("bookings", [
  startBooking,
  listBookings,
  readBooking,
  confirmBooking,
  completeBooking,
  cancelBooking,
], servicesFromEnv);
