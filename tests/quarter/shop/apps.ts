/** The Edge Functions that a quarter needs, by the first segment of their paths. */
import { createApp as alerts } from "../../../supabase/functions/alerts/app.ts";
import { createApp as bookings } from "../../../supabase/functions/bookings/app.ts";
import { createApp as checkout } from "../../../supabase/functions/checkout/app.ts";
import { createApp as credits } from "../../../supabase/functions/credits/app.ts";
import { createApp as mismatches } from "../../../supabase/functions/mismatches/app.ts";
import { createApp as payments } from "../../../supabase/functions/payment-runner/app.ts";
import { createApp as providers } from "../../../supabase/functions/providers/app.ts";
import { createApp as refunds } from "../../../supabase/functions/refunds/app.ts";
import { createApp as reports } from "../../../supabase/functions/reports/app.ts";
import { createApp as settings } from "../../../supabase/functions/settings/app.ts";
import { createApp as topUps } from "../../../supabase/functions/top-ups/app.ts";
import { createApp as usage } from "../../../supabase/functions/usage/app.ts";
import { createApp as webhook } from "../../../supabase/functions/stripe-webhook/app.ts";
import type { ServicesSource } from "../../../supabase/functions/_shared/http/route/app-services.ts";

const CREATE = {
  alerts,
  bookings,
  checkout,
  credits,
  mismatches,
  "payment-runner": payments,
  providers,
  refunds,
  reports,
  settings,
  "stripe-webhook": webhook,
  "top-ups": topUps,
  usage,
};

export type Apps = ReadonlyMap<string, ReturnType<typeof webhook>>;

export function createApps(source: ServicesSource): Apps {
  return new Map(Object.entries(CREATE).map(([name, create]) => [name, create(source)]));
}
