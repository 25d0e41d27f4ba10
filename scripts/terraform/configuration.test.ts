/** Checks infra/terraform, and tests that the check finds deliberate mistakes. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { ROOT } from "../command/root.ts";
import { paramsOf, wantedEndpoints } from "../stripe/endpoints.ts";
import { findingsOf } from "./testing/check-configuration.ts";
import { readConfiguration, readTexts, type Texts } from "./testing/configuration.ts";
import { readSchemas } from "./testing/schemas.ts";

const texts = await readTexts();
const schemas = await readSchemas();

async function check(changed: Texts): Promise<string[]> {
  return findingsOf({ configuration: await readConfiguration(changed), schemas });
}

Deno.test("infra/terraform parses, and all its attributes are those of the providers", async () => {
  const configuration = await readConfiguration(texts);
  deepEqual(findingsOf({ configuration, schemas }), []);
  deepEqual(configuration.resources.map(({ type, name }) => `${type}.${name}`).toSorted(), [
    "stripe_webhook_endpoint.account",
    "stripe_webhook_endpoint.connect",
    "supabase_edge_function_secrets.made",
    "supabase_settings.project",
    "upstash_redis_database.limits",
  ]);
});

/** A mistake in one file: the text to replace, its replacement, and the finding. */
const MISTAKES: readonly (readonly [file: string, from: string, to: string, finding: string])[] = [
  ["redis.tf", "eviction = false", "evict = false", "limits.evict: no such attribute"],
  ["redis.tf", '  region         = "global"\n', "", "limits.region: required"],
  ["redis.tf", "tls = true", 'tls = "yes"', "limits.tls: must be bool, not string"],
  ["redis.tf", "tls = true", "tls = true\n  multizone = true", "limits.multizone: deprecated"],
  ["redis.tf", "tls = true", 'tls = true\n  endpoint = "x"', "limits.endpoint: read-only"],
  [
    "redis.tf",
    "var.redis_budget_usd",
    "var.redis_name",
    "limits.budget: must be number, not string",
  ],
  ["redis.tf", "var.redis_allowed_cidrs", "var.redis_cidrs", "var.redis_cidrs: no such variable"],
  [
    "redis.tf",
    "local.redis_regions[var.project_region]",
    "lookup(local.redis_regions, var.project_region)",
    "limits.primary_region: must be string, not a type that this check can't tell",
  ],
  ["supabase.tf", "ssl_enforcement = true", "ssl_enforcement = 1", "must be bool, not number"],
  ["supabase.tf", 'name  = "STRIPE_WEBHOOK_SECRET"', "name = 1", "secrets[0].name: must be string"],
  ["supabase.tf", '      name  = "STRIPE_WEBHOOK_SECRET"\n', "", "secrets[0].name: required"],
  ["stripe.tf", "local.account_events", '"*"', "must be list(string), not string"],
  ["stripe.tf", '"account.updated",', "1,", "must be list(string), not list(number)"],
  ["outputs.tf", "limits.rest_token", "limits.resttoken", "limits.resttoken: no such attribute"],
  ["outputs.tf", "database.limits.endpoint", "database.redis.endpoint", "redis: no such resource"],
  ["outputs.tf", "  sensitive   = true\n", "", "output.environment: shows a secret"],
  ["versions.tf", '"2.0.1"', '"2.1.0"', "the schema is not that of upstash/upstash 2.1.0"],
  [
    "versions.tf",
    'provider "stripe" {}',
    'provider "stripe" {\n  key = "x"\n}',
    "stripe.key: no such",
  ],
  [
    "variables.tf",
    'variable "redis_name" {',
    'variable "spare" {}\nvariable "redis_name" {',
    "var.spare: has no type",
  ],
];

for (const [file, from, to, finding] of MISTAKES) {
  Deno.test(`the check finds a planted mistake in ${file}: ${finding}`, async () => {
    const text = texts[file]!;
    ok(text.includes(from), `${file} has no ${from}`);
    const findings = await check({ ...texts, [file]: text.replace(from, to) });
    ok(findings.some((one) => one.includes(finding)), findings.join("\n"));
  });
}

Deno.test("a text that is not HCL is an error with its place", async () => {
  await rejects(
    check({ ...texts, "redis.tf": 'resource "upstash_redis_database" {' }),
    /redis\.tf:1/,
  );
});

Deno.test("Redis has TLS, no eviction, an explicit budget, and a default of the budget", async () => {
  const { resources, variables } = await readConfiguration(texts);
  const redis = resources.find(({ type }) => type === "upstash_redis_database")?.fields;
  equal(redis?.["tls"], true);
  equal(redis?.["eviction"], false);
  equal(redis?.["auto_scale"], false);
  equal(redis?.["budget"], "${var.redis_budget_usd}");
  equal(variables["redis_budget_usd"]?.["default"], 20);
});

Deno.test("Stripe's endpoints have the events, version and metadata of stripe:setup", async () => {
  const { resources, locals } = await readConfiguration(texts);
  for (const wanted of wantedEndpoints("", true)) {
    const { kind } = wanted;
    const { url: _, enabled_events, api_version, ...rest } = paramsOf(wanted);
    const made = resources.find(({ name }) => name === kind)?.fields;
    deepEqual(locals[`${kind}_events`], enabled_events, `local.${kind}_events`);
    equal(locals["stripe_api_version"], api_version);
    const { connect, description, metadata } = made ?? {};
    deepEqual({ connect, description, metadata }, rest);
  }
});

Deno.test("the README says that nothing was applied, and names the keys in the environment", async () => {
  const readme = await Deno.readTextFile(`${ROOT}infra/terraform/README.md`);
  match(readme, /\*\*Applied: never\.\*\*/);
  for (const { configuration, provider, version } of schemas.values()) {
    ok(readme.includes(`${provider} ${version}`), `README has no ${provider} ${version}`);
    for (const { environment, required, sensitive } of Object.values(configuration)) {
      if (required || sensitive) ok(readme.includes(environment!), `README has no ${environment}`);
    }
  }
});
