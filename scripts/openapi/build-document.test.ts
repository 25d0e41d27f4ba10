import assert from "node:assert/strict";
import { Validator } from "@seriousme/openapi-schema-validator";
import { buildDocument } from "./build-document.ts";

interface Operation {
  readonly security: readonly Record<string, unknown>[];
  readonly responses: Readonly<Record<string, { $ref?: string }>>;
  readonly parameters?: readonly { name: string }[];
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const document: Document = JSON.parse(buildDocument());

/** The routes in the contract. The last column says whether the route is idempotent. */
const ROUTES: readonly [string, string, boolean][] = [
  ["get", "/checkout/packages", false],
  ["post", "/checkout", true],
  ["get", "/checkout/orders", false],
  ["get", "/checkout/orders/{id}", false],
  ["post", "/stripe-webhook", false],
  ["get", "/credits", false],
  ["get", "/credits/entries", false],
  ["post", "/credits/grants", true],
  ["get", "/credits/grants", false],
  ["get", "/credits/grants/{id}", false],
  ["post", "/credits/grants/{id}/confirm", true],
  ["post", "/credits/grants/{id}/decline", true],
  ["post", "/credits/debits", true],
  ["post", "/credits/holds", true],
  ["get", "/credits/holds/{id}", false],
  ["post", "/credits/holds/{id}/settle", true],
  ["post", "/credits/holds/{id}/release", true],
  ["get", "/usage/rates", false],
  ["post", "/usage/estimate", false],
  ["post", "/usage", true],
  ["post", "/usage/batch", true],
  ["post", "/jobs", true],
  ["get", "/jobs", false],
  ["get", "/jobs/dead", false],
  ["get", "/jobs/{id}", false],
  ["delete", "/jobs/{id}", false],
  ["get", "/jobs/{id}/file", false],
  ["post", "/job-runner", false],
  ["post", "/payment-runner", false],
  ["get", "/credits/spend-cap", false],
  ["post", "/credits/spend-cap", true],
  ["get", "/top-ups", false],
  ["post", "/top-ups", true],
  ["post", "/top-ups/card", true],
  ["delete", "/top-ups", false],
  ["delete", "/top-ups/card", false],
  ["post", "/refunds", true],
  ["get", "/refunds", false],
  ["get", "/refunds/{id}", false],
  ["get", "/alerts", false],
  ["get", "/alerts/{id}", false],
  ["post", "/alerts/{id}/acknowledge", false],
  ["get", "/webhook-events", false],
  ["get", "/webhook-events/{id}", false],
  ["post", "/webhook-events/{id}/replay", false],
  ["post", "/webhook-events/replay", false],
  ["post", "/webhook-events/backfill", false],
  ["post", "/ai/chat", true],
  ["post", "/ai/v1/chat/completions", true],
  ["get", "/ai/v1/models", false],
  ["get", "/ai/v1/models/{model}", false],
  ["post", "/ai/research", true],
  ["post", "/providers", true],
  ["get", "/providers/me", false],
  ["post", "/providers/me/onboarding-link", false],
  ["post", "/bookings", true],
  ["get", "/bookings", false],
  ["get", "/bookings/{id}", false],
  ["post", "/bookings/{id}/confirm", false],
  ["post", "/bookings/{id}/complete", false],
  ["delete", "/bookings/{id}", true],
  ["get", "/features", false],
  ["post", "/features/{name}", false],
  ["get", "/fraud/decisions", false],
  ["get", "/fraud/blocked", false],
  ["post", "/fraud/blocked", true],
  ["delete", "/fraud/blocked/{id}", false],
  ["get", "/fraud/warnings", false],
  ["post", "/fraud/warnings/{id}/clear", true],
  ["get", "/fraud/policy", false],
  ["post", "/fraud/policy", true],
  ["get", "/settings/packages", false],
  ["post", "/settings/packages", true],
  ["get", "/settings/rates", false],
  ["post", "/settings/rates", true],
  ["get", "/settings/policy", false],
  ["post", "/settings/policy", true],
  ["get", "/settings/alerts", false],
  ["post", "/settings/alerts", true],
  ["get", "/settings/blocked-domains", false],
  ["post", "/settings/blocked-domains", true],
  ["get", "/settings/flags", false],
  ["post", "/settings/flags", true],
  ["get", "/settings/accounting", false],
  ["post", "/settings/accounting", true],
  ["get", "/settings/journal-codes", false],
  ["post", "/settings/journal-codes", true],
  ["get", "/reports/actors", false],
  ["get", "/reports/credits", false],
  ["get", "/reports/liabilities", false],
  ["get", "/reports/journal", false],
  ["get", "/reports/revenue", false],
  ["get", "/reports/metrics", false],
  ["get", "/reports/payouts", false],
  ["get", "/reports/payouts/{id}", false],
  ["get", "/disputes", false],
  ["get", "/disputes/{id}", false],
  ["get", "/mismatches", false],
  ["post", "/mismatches/{id}/resolve", true],
  ["post", "/notifications/retry", true],
  ["post", "/notifications/{id}/retry", true],
  ["get", "/notifications", false],
  ["get", "/credits/welcome-grants", false],
  ["post", "/credits/welcome-grants/retry", true],
  ["post", "/credits/welcome-grants/{id}/retry", true],
  ["get", "/payouts", false],
  ["get", "/payouts/{id}", false],
  ["get", "/proofs", false],
  ["get", "/proofs/{id}", false],
  ["get", "/customers", false],
  ["get", "/customers/{id}", false],
  ["get", "/customers/{id}/reads", false],
  ["get", "/reports/funnel", false],
  ["get", "/reports/kpis", false],
  ["get", "/reports/usage", false],
  ["post", "/notification-runner", false],
  ["post", "/send-notification", true],
  ["get", "/health", false],
  ["get", "/health/metrics", false],
  ["post", "/health/deep", false],
  ["get", "/health/live", false],
  ["get", "/health/tasks", false],
  ["get", "/health/hours", false],
  ["get", "/health/figures", false],
  ["get", "/health/ready", false],
  ["get", "/health/openapi.json", false],
];

function operations(): [string, Operation][] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]): [string, Operation] => [
      `${method} ${path}`,
      operation,
    ])
  );
}

Deno.test("the document is valid OpenAPI 3.1", async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(JSON.parse(buildDocument()));
  assert(valid, JSON.stringify(errors, null, 2));
  assert.equal(validator.version, "3.1");
});

Deno.test("the document describes the contract's routes and no others", () => {
  assert.deepEqual(
    operations().map(([name]) => name).sort(),
    ROUTES.map(([method, path]) => `${method} ${path}`).sort(),
  );
});

Deno.test("idempotent routes require the header and list its errors", () => {
  for (const [method, path, isIdempotent] of ROUTES) {
    const operation = document.paths[path]![method]!;
    const names = operation.parameters?.map(({ name }) => name) ?? [];
    assert.equal(names.includes("idempotency-key"), isIdempotent, path);
    const isRefusedInFlight = operation.responses["409"]?.$ref?.includes("idempotency_in_progress");
    assert.equal(isRefusedInFlight ?? false, isIdempotent, path);
  }
});

Deno.test("every reference in the document has a target", () => {
  const text = JSON.stringify(document);
  for (const [, kind, name] of text.matchAll(/"#\/components\/(\w+)\/([^"]+)"/g)) {
    assert(document.components[kind!]?.[name!], `${kind}/${name}`);
  }
});

Deno.test("every pattern in the document is one without a regular expression's flags", () => {
  const patterns = [...JSON.stringify(document).matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g)]
    .map(([, text]) => JSON.parse(text!) as string);
  assert.ok(patterns.length > 100, `${patterns.length}`);
  for (const pattern of patterns) assert.doesNotMatch(pattern, /\$\/[a-z]+$/);
});

Deno.test("no operation names a caller twice", () => {
  for (const [name, { security }] of operations()) {
    const each = security.map((entry) => JSON.stringify(entry));
    assert.equal(new Set(each).size, each.length, name);
  }
});

Deno.test("every operation names its callers", () => {
  const schemes = Object.keys(document.components.securitySchemes!);
  for (const [name, { security }] of operations()) {
    assert(security.length > 0, name);
    const used = security.flatMap((entry) => Object.keys(entry));
    assert(used.every((scheme) => schemes.includes(scheme)), name);
  }
});

Deno.test("the same declarations always give the same text", () => {
  assert.equal(buildDocument(), buildDocument());
});
