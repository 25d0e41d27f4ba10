/** Checks every setting that must be the same at Stripe and in the functions. */
import { API_VERSION } from "../../supabase/functions/_shared/adapters/stripe/client.ts";
import { SettingsError } from "../project/project-settings.ts";
import { tryAddress, trySecret } from "./try-webhook.ts";
import {
  type Endpoint,
  endpointsFor,
  misaddressed,
  problemsOf,
  type Wanted,
  wantedEndpoints,
} from "./endpoints.ts";
import { nameOf } from "./plan-endpoints.ts";
import { CONNECT_RIGHTS, RIGHTS, tryRight } from "./rights.ts";
import { listEndpoints, type Target } from "./target.ts";

export interface Finding {
  readonly subject: string;
  readonly state: "ok" | "note" | "wrong";
  readonly text: string;
  /**
   * The options that make `stripe:setup` correct the finding; undefined if `stripe:setup` can't
   * correct it.
   */
  readonly setup?: string;
  /**
   * Set if Stripe did not list the webhook endpoints, so that they are unknown. Says why, and what
   * to do.
   */
  readonly refusal?: string;
}

function findingsOf(wanted: Wanted, all: readonly Endpoint[]): Finding[] {
  const subject = `endpoint for ${nameOf(wanted.kind)}`;
  const [endpoint, ...others] = endpointsFor(wanted, all);
  if (endpoint === undefined) {
    return [{ subject, state: "wrong", text: "missing: run deno task stripe:setup", setup: "" }];
  }
  const problems = problemsOf(endpoint, wanted).map(({ state, text, cure }): Finding => {
    return { subject, state, text: `${endpoint.id}: ${text} (stripe:setup ${cure})`, setup: cure };
  });
  const doubles = others.filter(({ status }) => status === "enabled").map(({ id }): Finding => {
    const text =
      `${id} is a second endpoint, so each event arrives twice (stripe:setup --remove ${id})`;
    return { subject, state: "wrong", text, setup: `--remove ${id}` };
  });
  const { id, enabled_events } = endpoint;
  const count = enabled_events.includes("*") ? "all" : enabled_events.length;
  const text = `${id}, ${API_VERSION}, events: ${count}`;
  const found = [...problems, ...doubles];
  return found.some(({ state }) => state === "wrong")
    ? found
    : [{ subject, state: "ok", text }, ...found];
}

/**
 * Checks the webhook endpoints that Stripe lists. If the key has no right to list them, the result
 * says so.
 */
export async function checkEndpoints(target: Target, withConnect: boolean): Promise<Finding[]> {
  const all = await listEndpoints(target).catch((error) => {
    if (error instanceof SettingsError) return error.message;
    throw error;
  });
  if (typeof all === "string") {
    return [{ subject: "endpoints", state: "wrong", text: all, refusal: all }];
  }
  const strays = misaddressed(target.url, all).map(({ id, url }): Finding => {
    const text = `${id} does not deliver to the function: ${url}`;
    return { subject: "endpoints", state: "wrong", text };
  });
  const wanted = wantedEndpoints(target.url, withConnect);
  return [...wanted.flatMap((each) => findingsOf(each, all)), ...strays];
}

export async function checkFunction({ url, settings }: Target): Promise<Finding[]> {
  const address = { subject: "function", ...await tryAddress(url) };
  const secrets = (settings.values.STRIPE_WEBHOOK_SECRET ?? "").split(",").filter(Boolean);
  if (address.state === "wrong" || secrets.length === 0) return [address];
  const tried = await Promise.all(secrets.map(async (secret, index): Promise<Finding> => {
    const subject = `signing secret ${index + 1} of ${secrets.length}`;
    return { subject, ...await trySecret(url, secret.trim()) };
  }));
  return [address, ...tried];
}

/**
 * Asks Stripe whether it still accepts the secret key. The key's rights are not checked one by one,
 * because a secret key has all rights.
 */
async function trySecretKey({ stripe }: Target): Promise<Pick<Finding, "state" | "text">> {
  const [right] = RIGHTS;
  const tried = await tryRight(stripe, right!);
  return tried.state === "unknown" ? { state: "wrong", text: tried.text } : {
    state: "ok",
    text: "Stripe knows the key. A secret key has all rights: a restricted key would be enough",
  };
}

export async function checkRights(target: Target, withConnect: boolean): Promise<Finding[]> {
  const subject = "rights of the key";
  if (!target.isRestricted) return [{ subject, ...await trySecretKey(target) }];
  const wanted = withConnect ? [...RIGHTS, ...CONNECT_RIGHTS] : RIGHTS;
  const found: Finding[] = [];
  for (const right of wanted) {
    const tried = await tryRight(target.stripe, right);
    if (tried.state === "has") continue;
    const { resource, access, use } = right;
    const why = tried.state === "lacks" ? `lacks (${tried.name})` : `is unknown: ${tried.text}`;
    found.push({ subject, state: "wrong", text: `${resource}: ${access} ${why}, for ${use}` });
  }
  if (found.length > 0) return found;
  return [{ subject, state: "ok", text: `has all ${wanted.length} needed rights` }];
}

export async function checkStripe(target: Target, withConnect: boolean): Promise<Finding[]> {
  const parts = [checkEndpoints, checkRights].map((check) => check(target, withConnect));
  return (await Promise.all([...parts, checkFunction(target)])).flat();
}
