/**
 * Reads the environment; no other file in supabase/functions reads it. An error names a missing or
 * malformed variable but never contains its value, so that the error can be logged.
 */
import { z } from "zod";
import { readModels } from "./ai-models.ts";
import { alertEmails } from "./alert-emails.ts";
import { ANY_LOOPBACK_PORT } from "./origins.ts";
import { disagreeing, opensPorts } from "./stripe-variables.ts";

/**
 * Reports variables that are missing, malformed or contradictory. `names` are their names, never
 * their values.
 */
export class EnvError extends Error {
  constructor(readonly names: readonly string[], problem = "incomplete or malformed") {
    super(`Environment ${problem}: ${names.join(", ")}`);
    this.name = "EnvError";
  }
}

const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue("not JSON");
    return z.NEVER;
  }
});

const namedKeys = json.pipe(z.record(z.string(), z.string().min(1)))
  .refine((keys) => Object.keys(keys).length > 0);

const jwk = z.looseObject({ kty: z.string() });
// The platform documents two forms: a key set, and the bare array of its keys.
const keySet = json.pipe(z.union([
  z.object({ keys: z.array(jwk) }),
  z.array(jwk).transform((keys) => ({ keys })),
]));

const list = z.string().transform((text) =>
  text.split(",").map((item) => item.trim()).filter((item) => item !== "")
);

const httpUrl = z.url({ protocol: /^https?$/ });

// The `Origin` header of a browser is compared character by character with each entry. An entry
// with a path, or with a pattern other than `:*`, would never match.
const origin = httpUrl.transform((text, context) => {
  const { origin, href, hostname } = new URL(text);
  const isOrigin = href === `${origin}/` && !/[*\\?#]/.test(text) && hostname !== "";
  if (!isOrigin) context.addIssue("not an origin");
  return origin;
});
const origins = list.pipe(z.array(z.union([z.string().regex(ANY_LOOPBACK_PORT), origin])));

// The form is `https://<public key>@<host>/<project>`, optionally with a path before the project.
const SENTRY_DSN = /^https?:\/\/\w+@[\w.-]+(:\d+)?\/([\w-]+\/)*\d+$/;

const EnvSchema = z.object({
  SUPABASE_URL: httpUrl.transform((text) => text.replace(/\/+$/, "")),
  SUPABASE_PUBLISHABLE_KEYS: namedKeys,
  SUPABASE_SECRET_KEYS: namedKeys,
  SUPABASE_JWKS: keySet.optional(),
  FARTHING_PUBLIC_URL: httpUrl.transform((text) => text.replace(/\/+$/, "")).optional(),
  DATABASE_POOL_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  STRIPE_MODE: z.enum(["test", "live"]).optional(),
  STRIPE_SECRET_KEY: z.string().regex(/^(sk|rk)_(test|live)_/).optional(),
  STRIPE_API_URL: httpUrl.optional(),
  STRIPE_WEBHOOK_SECRET: list.pipe(z.array(z.string().regex(/^whsec_/)).min(1)).optional(),
  APP_ORIGINS: origins.default([]),
  IP_HASH_KEY: z.string().min(16).optional(),
  UPSTASH_REDIS_REST_URL: httpUrl.optional(),
  UPSTASH_REDIS_REST_TOKEN: z.string().optional(),
  MAIL_FROM: z.string().min(3).max(320).optional(),
  MAIL_URL: httpUrl.optional(),
  POSTMARK_SERVER_TOKEN: z.string().optional(),
  RESEND_API_KEY: z.string().optional(),
  NOTIFICATION_SECRET: list.pipe(z.array(z.string().min(32)).min(1).max(2)).optional(),
  ALERT_EMAILS: list.pipe(alertEmails).optional(),
  ALERT_WEBHOOK_URL: httpUrl.optional(),
  ALERT_WEBHOOK_SECRET: z.string().min(32).optional(),
  RUNBOOKS_URL: httpUrl.optional(),
  SENTRY_DSN: z.string().regex(SENTRY_DSN).optional(),
  AI_BASE_URL: httpUrl.optional(),
  AI_API_KEY: z.string().optional(),
  AI_MODELS: list.transform(readModels).optional(),
  AI_RESEARCH_MODEL: z.string().optional(),
});

export type Env = z.output<typeof EnvSchema>;

/** If one variable of a pair is set, the other one must be set, too. */
const PAIRS = [["UPSTASH_REDIS_REST_URL", "UPSTASH_REDIS_REST_TOKEN"]] as const;

function halves(env: Env): string[] {
  return PAIRS.flatMap((pair) => {
    const missing = pair.filter((name) => env[name] === undefined);
    return missing.length === 1 ? missing : [];
  });
}

function agreed(env: Env): Env {
  const missing = halves(env);
  if (missing.length > 0) throw new EnvError(missing);
  const names = disagreeing(env);
  if (names.length > 0) {
    throw new EnvError(names, "has a Stripe key that does not fit STRIPE_MODE or STRIPE_API_URL");
  }
  if (!opensPorts(env)) return env;
  const open = ["STRIPE_SECRET_KEY", "APP_ORIGINS"];
  throw new EnvError(
    open,
    "has a live key and origins of any port (:*), which only test mode allows",
  );
}

/**
 * Reads and parses the environment. An empty variable counts as absent.
 * @throws EnvError with the names of all missing or malformed variables; if there are none, with
 * the names of variables that contradict each other
 */
export function readEnv(
  get: (name: string) => string | undefined = (name) => Deno.env.get(name),
): Env {
  const raw = Object.fromEntries(
    Object.keys(EnvSchema.shape).map((name) => [name, get(name) || undefined]),
  );
  const parsed = EnvSchema.safeParse(raw);
  if (parsed.success) return agreed(parsed.data);
  throw new EnvError([...new Set(parsed.error.issues.map((issue) => String(issue.path[0])))]);
}
