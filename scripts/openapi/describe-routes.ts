/** The routes of all functions, and their descriptions for OpenAPI. */
import { OpenAPIHono } from "@hono/zod-openapi";
import { declaration as ai } from "../../supabase/functions/ai/app.ts";
import { declaration as alerts } from "../../supabase/functions/alerts/app.ts";
import { declaration as bookings } from "../../supabase/functions/bookings/app.ts";
import { declaration as checkout } from "../../supabase/functions/checkout/app.ts";
import { declaration as credits } from "../../supabase/functions/credits/app.ts";
import { declaration as customers } from "../../supabase/functions/customers/app.ts";
import { declaration as disputes } from "../../supabase/functions/disputes/app.ts";
import { declaration as features } from "../../supabase/functions/features/app.ts";
import { declaration as fraud } from "../../supabase/functions/fraud/app.ts";
import { declaration as health } from "../../supabase/functions/health/app.ts";
import { declaration as jobs } from "../../supabase/functions/jobs/app.ts";
import { declaration as jobRunner } from "../../supabase/functions/job-runner/app.ts";
import { declaration as mismatches } from "../../supabase/functions/mismatches/app.ts";
import { declaration as notificationRunner } from "../../supabase/functions/notification-runner/app.ts";
import { declaration as notifications } from "../../supabase/functions/notifications/app.ts";
import { declaration as paymentRunner } from "../../supabase/functions/payment-runner/app.ts";
import { declaration as payouts } from "../../supabase/functions/payouts/app.ts";
import { declaration as proofs } from "../../supabase/functions/proofs/app.ts";
import { declaration as providers } from "../../supabase/functions/providers/app.ts";
import { declaration as refunds } from "../../supabase/functions/refunds/app.ts";
import { declaration as reports } from "../../supabase/functions/reports/app.ts";
import { declaration as sendNotification } from "../../supabase/functions/send-notification/app.ts";
import { declaration as settings } from "../../supabase/functions/settings/app.ts";
import { declaration as stripeWebhook } from "../../supabase/functions/stripe-webhook/app.ts";
import { declaration as topUps } from "../../supabase/functions/top-ups/app.ts";
import { declaration as usage } from "../../supabase/functions/usage/app.ts";
import { declaration as webhookEvents } from "../../supabase/functions/webhook-events/app.ts";
import { describeRoute } from "./describe-route.ts";

const FUNCTIONS = [
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
  jobs,
  jobRunner,
  mismatches,
  notificationRunner,
  notifications,
  paymentRunner,
  payouts,
  proofs,
  providers,
  refunds,
  reports,
  sendNotification,
  settings,
  stripeWebhook,
  topUps,
  usage,
  webhookEvents,
];

/** Returns an app that serves no requests: it collects the descriptions of all routes. */
export function describeRoutes(): OpenAPIHono {
  const app = new OpenAPIHono();
  for (const { name, routes } of FUNCTIONS) {
    for (const route of routes) app.openAPIRegistry.registerPath(describeRoute(name, route));
  }
  return app;
}
