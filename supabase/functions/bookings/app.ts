/** Bookings: made by a buyer, confirmed and completed by the provider, read and cancelled by both. */
import { createApp as createFunctionApp } from "../_shared/http/create-app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { type ServicesSource } from "../_shared/http/app-services.ts";
import { completeBooking, confirmBooking, listBookings, readBooking } from "./routes.ts";
import { cancelBooking } from "./cancel-booking.ts";
import { startBooking } from "./start-booking.ts";

const routes = [
  startBooking,
  listBookings,
  readBooking,
  confirmBooking,
  completeBooking,
  cancelBooking,
];

export const createApp = (source: ServicesSource) => createFunctionApp("bookings", routes, source);

export const app = createApp(servicesFromEnv);
