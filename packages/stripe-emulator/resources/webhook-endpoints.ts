import type Stripe from "stripe";
import { randomText } from "../core/ids.ts";
import { defined } from "../core/objects.ts";
import { example } from "../fixtures/example.ts";
import type { Scope } from "../store/scope.ts";
import { collection } from "../store/collection.ts";
import {
  configuredSecret,
  type Hears,
  newSecret,
  secrets,
  signingSecret,
} from "./webhook-secrets.ts";

type WebhookEndpoint = Stripe.WebhookEndpoint;

export const webhookEndpoints = collection<WebhookEndpoint>("webhook_endpoint");

/** Whether an endpoint receives events of this account. */
export function hears(scope: Scope, endpoint: string, account: string | undefined): boolean {
  const whose = secrets.find(scope, endpoint)?.hears ?? "both";
  return whose === "both" || whose === (account === undefined ? "platform" : "connected");
}

interface NewEndpoint {
  hears?: Hears;
  url: string;
  /** Default: all types. */
  enabled_events?: string[] | undefined;
  description?: string | null | undefined;
  metadata?: Record<string, string> | null | undefined;
  api_version?: string | undefined;
  secret?: string | undefined;
  /** Whether the endpoint gets no events (default false). */
  disabled?: boolean | undefined;
}

/** Creates an endpoint. Only the returned object contains the signing secret. */
export function createEndpoint(scope: Scope, given: NewEndpoint): WebhookEndpoint {
  const { secret = newSecret(scope), hears = "both" } = given;
  const { secret: _secret, hears: _hears, disabled = false, ...rest } = given;
  const endpoint = webhookEndpoints.put(scope, {
    ...example<WebhookEndpoint>("webhook_endpoint"),
    description: null,
    enabled_events: ["*"],
    ...defined(rest),
    api_version: rest.api_version ?? null,
    metadata: rest.metadata ?? {},
    id: `we_${randomText(24)}`,
    created: scope.seconds(),
    status: disabled ? "disabled" : "enabled",
  });
  secrets.put(scope, { id: endpoint.id, secret, hears });
  return { ...endpoint, secret };
}

/**
 * Updates the endpoint with this URL, or creates it if there is none. An existing endpoint keeps
 * its events and its API version if `given` does not contain them. Its secret becomes the given
 * secret, or else the secret in the emulator's settings. If there is neither, the endpoint keeps
 * its secret. A repeated call changes nothing.
 */
export function ensureEndpoint(scope: Scope, given: NewEndpoint): WebhookEndpoint {
  const found = webhookEndpoints.all(scope).find((endpoint) => endpoint.url === given.url);
  if (!found) return createEndpoint(scope, given);
  const secret = given.secret ?? configuredSecret(scope) ?? signingSecret(scope, found.id);
  secrets.put(scope, { ...secrets.get(scope, found.id), secret });
  const enabled_events = given.enabled_events ?? found.enabled_events;
  const api_version = given.api_version ?? found.api_version;
  const changes = { enabled_events, api_version, status: given.disabled ? "disabled" : "enabled" };
  const endpoint = webhookEndpoints.update(scope, found, changes);
  return { ...endpoint, secret };
}

export function deleteEndpoint(scope: Scope, id: string): object {
  webhookEndpoints.get(scope, id);
  webhookEndpoints.remove(scope, id);
  secrets.remove(scope, id);
  return { id, object: "webhook_endpoint", deleted: true };
}
