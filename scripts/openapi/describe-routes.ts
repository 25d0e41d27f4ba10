/** The routes of all functions, and their descriptions for OpenAPI. */
import { OpenAPIHono } from "@hono/zod-openapi";
import { routes as ai } from "../../supabase/functions/ai/app.ts";
import { routes as alerts } from "../../supabase/functions/alerts/app.ts";
import { routes as bookings } from "../../supabase/functions/bookings/app.ts";
import { routes as checkout } from "../../supabase/functions/checkout/app.ts";
import { routes as credits } from "../../supabase/functions/credits/app.ts";
import { routes as customers } from "../../supabase/functions/customers/app.ts";
import { routes as disputes } from "../../supabase/functions/disputes/app.ts";
import { routes as features } from "../../supabase/functions/features/app.ts";
import { routes as fraud } from "../../supabase/functions/fraud/app.ts";
import { routes as health } from "../../supabase/functions/health/app.ts";
import { routes as jobs } from "../../supabase/functions/jobs/app.ts";
import { routes as jobRunner } from "../../supabase/functions/job-runner/app.ts";
import { routes as mismatches } from "../../supabase/functions/mismatches/app.ts";
import { routes as notificationRunner } from "../../supabase/functions/notification-runner/app.ts";
import { routes as notifications } from "../../supabase/functions/notifications/app.ts";
import { routes as paymentRunner } from "../../supabase/functions/payment-runner/app.ts";
import { routes as payouts } from "../../supabase/functions/payouts/app.ts";
import { routes as proofs } from "../../supabase/functions/proofs/app.ts";
import { routes as providers } from "../../supabase/functions/providers/app.ts";
import { routes as refunds } from "../../supabase/functions/refunds/app.ts";
import { routes as reports } from "../../supabase/functions/reports/app.ts";
import { routes as sendNotification } from "../../supabase/functions/send-notification/app.ts";
import { routes as settings } from "../../supabase/functions/settings/app.ts";
import { routes as stripeWebhook } from "../../supabase/functions/stripe-webhook/app.ts";
import { routes as topUps } from "../../supabase/functions/top-ups/app.ts";
import { routes as usage } from "../../supabase/functions/usage/app.ts";
import { routes as webhookEvents } from "../../supabase/functions/webhook-events/app.ts";
import type { Route } from "../../supabase/functions/_shared/http/route/define-route.ts";
import { describeRoute } from "./describe-route.ts";

/** The routes of each function, by the function's name. */
const FUNCTIONS: Readonly<Record<string, readonly Route[]>> = {
  ai,
  alerts,
  bookings,
  checkout,
  credits,
  customers,
  disputes,
  features,
  fraud,
  health,
  "job-runner": jobRunner,
  jobs,
  mismatches,
  "notification-runner": notificationRunner,
  notifications,
  "payment-runner": paymentRunner,
  payouts,
  proofs,
  providers,
  refunds,
  reports,
  "send-notification": sendNotification,
  settings,
  "stripe-webhook": stripeWebhook,
  "top-ups": topUps,
  usage,
  "webhook-events": webhookEvents,
};

/** Returns an app that serves no requests: it collects the descriptions of all routes. */
export function describeRoutes(): OpenAPIHono {
  const app = new OpenAPIHono();
  for (const [name, routes] of Object.entries(FUNCTIONS)) {
    for (const route of routes) app.openAPIRegistry.registerPath(describeRoute(name, route));
  }
  return app;
}
