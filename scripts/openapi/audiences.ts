/** Decides for which readers the API page lists a route. */
import type { Who } from "../../supabase/functions/_shared/core/caller.ts";
import type { Route } from "../../supabase/functions/_shared/http/route/define-route.ts";

/** The audiences of the API, in the order in which the API page shows them. */
export const AUDIENCES = [
  {
    name: "Browser",
    description: "Routes that an app calls for its signed-in user, or for anyone.",
  },
  { name: "Back end", description: "Routes that an app's server calls with a secret key." },
  { name: "Operator", description: "Routes for operators. A secret key may call them, too." },
  {
    name: "Platform",
    description: "Routes that are called by Stripe, the scheduler, monitoring and the database.",
  },
] as const;

type Audience = typeof AUDIENCES[number]["name"];

const AUDIENCE: Readonly<Record<Who, Audience>> = {
  user: "Browser",
  none: "Browser",
  secret: "Back end",
  operator: "Operator",
  shared: "Platform",
  signed: "Platform",
};

/** The functions that no app calls. */
const PLATFORM: readonly string[] = [
  ...["health", "job-runner", "notification-runner", "payment-runner"],
  ...["send-notification", "stripe-webhook"],
];

/**
 * Returns the audiences of a route. A route for users and operators also accepts secret keys, so it
 * is for back ends, too.
 */
export function audiencesOf(name: string, { who }: Route): Audience[] {
  if (PLATFORM.includes(name) && !who.includes("operator")) return ["Platform"];
  const named = new Set(who.map((caller) => AUDIENCE[caller]));
  if (who.includes("user") && who.includes("operator")) named.add("Back end");
  return AUDIENCES.map((audience) => audience.name).filter((audience) => named.has(audience));
}
