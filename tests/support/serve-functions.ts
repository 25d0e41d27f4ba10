/**
 * The functions as a deployment of their own, with the environment this process was given; everything
 * else of the project is fetched from BEHIND_URL. Prints its port when it answers.
 */
import { app as checkout } from "../../supabase/functions/checkout/app.ts";
import { app as credits } from "../../supabase/functions/credits/app.ts";
import { app as health } from "../../supabase/functions/health/app.ts";
import { app as stripeWebhook } from "../../supabase/functions/stripe-webhook/app.ts";
import { app as usage } from "../../supabase/functions/usage/app.ts";
import { print } from "../../scripts/terminal/print.ts";

interface App {
  fetch(request: Request): Response | Promise<Response>;
}

const apps: Record<string, App> = {
  checkout,
  credits,
  health,
  "stripe-webhook": stripeWebhook,
  usage,
};
const PREFIX = "/functions/v1";
const behind = Deno.env.get("BEHIND_URL");

function again(request: Request, target: string): Request {
  const { method, headers, body } = request;
  return new Request(target, { method, headers, body, redirect: "manual" });
}

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => print(`port ${port}`),
}, async (request) => {
  const url = new URL(request.url);
  const name = url.pathname.startsWith(PREFIX) ? url.pathname.split("/")[3] : undefined;
  const app = apps[name ?? ""];
  const path = url.pathname + url.search;
  if (!app) return await fetch(again(request, `${behind}${path}`));
  return await app.fetch(again(request, `${url.origin}${path.slice(PREFIX.length)}`));
});
