/** The webhook endpoints that the functions need, and what is wrong with existing ones. */
import type Stripe from "stripe";
import { API_VERSION } from "../../supabase/functions/_shared/adapters/stripe/client.ts";
import {
  CONNECTED_EVENT_TYPES,
  EVENT_TYPES,
  type EventType,
} from "../../supabase/functions/_shared/adapters/stripe/stored-facts.ts";

export type Endpoint = Stripe.WebhookEndpoint;

/**
 * Whether an endpoint gets the events of the app's own Stripe account or those of connected
 * accounts. No endpoint gets both.
 */
export type Kind = "account" | "connect";

export interface Wanted {
  readonly kind: Kind;
  readonly url: string;
  readonly events: readonly EventType[];
}

/** @param url the address of the webhook function */
export function wantedEndpoints(url: string, withConnect: boolean): Wanted[] {
  const isOurs = (type: EventType) => !CONNECTED_EVENT_TYPES.includes(type);
  const account: Wanted = { kind: "account", url, events: EVENT_TYPES.filter(isOurs) };
  return withConnect
    ? [account, { kind: "connect", url, events: CONNECTED_EVENT_TYPES }]
    : [account];
}

export function paramsOf({ kind, url, events }: Wanted) {
  return {
    url,
    enabled_events: [...events],
    api_version: API_VERSION,
    connect: kind === "connect",
    description: `Farthing, events of ${kind === "connect" ? "connected accounts" : "the account"}`,
    metadata: { farthing: kind },
  } satisfies Stripe.WebhookEndpointCreateParams;
}

/**
 * Returns the kind of an endpoint. Stripe does not report the kind. The metadata of our own
 * endpoints contains it; for other endpoints, the event types determine it.
 */
function kindOf({ metadata, enabled_events }: Endpoint): Kind {
  if (metadata.farthing === "account" || metadata.farthing === "connect") return metadata.farthing;
  const isConnected = (type: string) => CONNECTED_EVENT_TYPES.some((each) => each === type);
  return enabled_events.every(isConnected) ? "connect" : "account";
}

export interface Problem {
  /**
   * A `wrong` setting must be corrected. A `note` only means that the function gets events that it
   * ignores.
   */
  readonly state: "wrong" | "note";
  readonly text: string;
  /**
   * The option of `stripe:setup` that corrects the problem. --replace is needed for a wrong API
   * version, because an endpoint's version cannot be changed.
   */
  readonly cure: "--update" | "--replace";
}

export function problemsOf(endpoint: Endpoint, { events }: Wanted): Problem[] {
  const { api_version, enabled_events, status } = endpoint;
  const problems: Problem[] = [];
  if (api_version !== API_VERSION) {
    const came = api_version ? `API version ${api_version}` : "the account's default API version";
    const text = `its events have ${came}, and the functions read ${API_VERSION}`;
    problems.push({ state: "wrong", text, cure: "--replace" });
  }
  if (status !== "enabled") {
    problems.push({ state: "wrong", text: `it is ${status}`, cure: "--update" });
  }
  const isAll = enabled_events.includes("*");
  const missing = events.filter((type) => !isAll && !enabled_events.includes(type));
  if (missing.length > 0) {
    const text = `it does not listen to ${missing.join(", ")}`;
    problems.push({ state: "wrong", text, cure: "--update" });
  }
  const superfluous = enabled_events.filter((type) => !events.some((each) => each === type));
  if (superfluous.length > 0) {
    const text = `it also listens to ${superfluous.join(", ")}: the events are stored and ignored`;
    problems.push({ state: "note", text, cure: "--update" });
  }
  return problems;
}

export function isRight(endpoint: Endpoint, wanted: Wanted): boolean {
  return problemsOf(endpoint, wanted).every(({ state }) => state === "note");
}

/**
 * Returns the endpoints of the wanted kind with the function's address, the best first: correct
 * ones before wrong ones, then the newest.
 */
export function endpointsFor(wanted: Wanted, all: readonly Endpoint[]): Endpoint[] {
  const rank = (endpoint: Endpoint) => isRight(endpoint, wanted) ? 0 : 1;
  return all.filter((each) => each.url === wanted.url && kindOf(each) === wanted.kind)
    .toSorted((a, b) => rank(a) - rank(b) || b.created - a.created);
}

function sameButForm(a: string, b: string): boolean {
  const [left, right] = [a, b].map((url) => new URL(url));
  const path = ({ pathname }: URL) => pathname.replace(/\/+$/, "");
  return left!.hostname === right!.hostname && path(left!) === path(right!);
}

/**
 * Returns the endpoints whose address differs from the function's only in its form, such as a final
 * slash. Their events do not reach the function, because Stripe does not follow redirects.
 */
export function misaddressed(url: string, all: readonly Endpoint[]): Endpoint[] {
  return all.filter((each) => each.url !== url && sameButForm(each.url, url));
}
