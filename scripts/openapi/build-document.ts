/**
 * Merges the functions' declarations into one OpenAPI 3.1 document, whose keys are in a stable
 * order.
 */
import { app as ai } from "../../supabase/functions/ai/app.ts";
import { app as alerts } from "../../supabase/functions/alerts/app.ts";
import { app as bookings } from "../../supabase/functions/bookings/app.ts";
import { app as checkout } from "../../supabase/functions/checkout/app.ts";
import { app as credits } from "../../supabase/functions/credits/app.ts";
import { app as customers } from "../../supabase/functions/customers/app.ts";
import { app as disputes } from "../../supabase/functions/disputes/app.ts";
import { app as features } from "../../supabase/functions/features/app.ts";
import { app as fraud } from "../../supabase/functions/fraud/app.ts";
import { app as health } from "../../supabase/functions/health/app.ts";
import { app as jobs } from "../../supabase/functions/jobs/app.ts";
import { app as jobRunner } from "../../supabase/functions/job-runner/app.ts";
import { app as mismatches } from "../../supabase/functions/mismatches/app.ts";
import { app as notificationRunner } from "../../supabase/functions/notification-runner/app.ts";
import { app as notifications } from "../../supabase/functions/notifications/app.ts";
import { app as paymentRunner } from "../../supabase/functions/payment-runner/app.ts";
import { app as payouts } from "../../supabase/functions/payouts/app.ts";
import { app as proofs } from "../../supabase/functions/proofs/app.ts";
import { app as providers } from "../../supabase/functions/providers/app.ts";
import { app as refunds } from "../../supabase/functions/refunds/app.ts";
import { app as reports } from "../../supabase/functions/reports/app.ts";
import { app as sendNotification } from "../../supabase/functions/send-notification/app.ts";
import { app as settings } from "../../supabase/functions/settings/app.ts";
import { app as stripeWebhook } from "../../supabase/functions/stripe-webhook/app.ts";
import { app as topUps } from "../../supabase/functions/top-ups/app.ts";
import { app as usage } from "../../supabase/functions/usage/app.ts";
import { app as webhookEvents } from "../../supabase/functions/webhook-events/app.ts";
import { AUDIENCES } from "../../supabase/functions/_shared/http/route/openapi.ts";
import { PATH_EXAMPLES } from "./path-examples.ts";
import { REQUEST_EXAMPLES } from "./request-examples.ts";

/** The functions, each with its routes. */
export const APPS = [
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
  jobRunner,
  jobs,
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

const INFO = {
  openapi: "3.1.0",
  info: {
    title: "Farthing",
    version: "1",
    description: "Prepaid credits for apps on Supabase. Amounts of credits are decimal strings.",
    license: { name: "Apache-2.0", identifier: "Apache-2.0" },
  },
  servers: [{
    url: "{project}/functions/v1",
    description: "A Supabase project",
    variables: { project: { default: "http://127.0.0.1:54321" } },
  }],
};

const SECURITY_SCHEMES = {
  userToken: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
  publishableKey: { type: "apiKey", in: "header", name: "apikey" },
  secretKey: {
    type: "apiKey",
    in: "header",
    name: "apikey",
    description: "A secret key of the project. Never use it in a browser.",
  },
  stripeSignature: { type: "apiKey", in: "header", name: "Stripe-Signature" },
  webhookSecret: {
    type: "apiKey",
    in: "header",
    name: "X-Webhook-Secret",
    description:
      "NOTIFICATION_SECRET. While the secret is rotated, its previous value is valid, too.",
  },
};

type Tree = Record<string, unknown>;

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Sorts names, so that a diff shows changed declarations and not their order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isTree(value)) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, sorted(value[name])]));
}

/**
 * Moves each error response into the components, names it after its error codes, and puts a
 * reference in its place. Many routes have the same error responses. A client generator then makes
 * one type for each different response, instead of one for each route.
 */
function hoistErrors(paths: Tree): Tree {
  const responses: Tree = {};
  for (const operation of Object.values(paths).filter(isTree).flatMap(Object.values)) {
    const byStatus = (operation as { responses: Tree }).responses;
    for (const status of Object.keys(byStatus).filter((text) => Number(text) >= 400)) {
      const { description } = byStatus[status] as { description: string };
      const codes = [...description.matchAll(/^`(\w+)`/gm)].map(([, code]) => code);
      const shape = JSON.stringify(byStatus[status]).includes("/OpenAiError") ? ["openai"] : [];
      const name = [status, ...codes, ...shape].join(".");
      responses[name] = byStatus[status];
      byStatus[status] = { $ref: `#/components/responses/${name}` };
    }
  }
  return responses;
}

interface Body {
  readonly content: Readonly<Record<string, Tree>>;
}

interface Parameter {
  readonly in: string;
  readonly name: string;
  example?: unknown;
}

/** Gives each parameter in a path the example that the API page offers to send. */
function addPathExamples(path: string, parameters: readonly Parameter[]): void {
  for (const parameter of parameters.filter((each) => each.in === "path")) {
    const place = `{${parameter.name}}`;
    const upTo = path.slice(0, path.indexOf(place) + place.length);
    parameter.example = PATH_EXAMPLES[upTo];
  }
}

/** Gives each request the examples that the API page offers to send. */
function addRequestExamples(paths: Tree): void {
  for (const [path, item] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(item as Tree)) {
      const { requestBody, parameters = [] } = operation as {
        requestBody?: Body;
        parameters?: Parameter[];
      };
      addPathExamples(path, parameters);
      const content = requestBody?.content["application/json"];
      const example = REQUEST_EXAMPLES[`${method.toUpperCase()} ${path}`];
      if (content && example !== undefined) content.example = example;
    }
  }
}

// JSON has no comments, so the note that the document is generated is in an extension field.
const FIRST_LINE =
  '{ "x-generated": "Generated by `deno task openapi` from the routes: change those and run it.",';

/**
 * Returns the text of the document as it is committed, with an indentation of two spaces and a
 * newline at the end.
 */
export function buildDocument(): string {
  const paths: Tree = {};
  const schemas: Tree = {};
  for (const app of APPS) {
    const part = app.getOpenAPI31Document(INFO);
    Object.assign(paths, part.paths);
    Object.assign(schemas, part.components?.schemas);
  }
  const responses = hoistErrors(paths);
  addRequestExamples(paths);
  const document = {
    ...INFO,
    tags: AUDIENCES,
    paths: sorted(paths),
    components: sorted({ schemas, responses, securitySchemes: SECURITY_SCHEMES }),
  };
  const [, ...lines] = JSON.stringify(document, null, 2).split("\n");
  return [FIRST_LINE, ...lines, ""].join("\n");
}
