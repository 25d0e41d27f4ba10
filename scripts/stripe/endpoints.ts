/** The webhook endpoints that the functions need, and what is wrong with those that there are. */
import type Stripe from "stripe";
import { API_VERSION } from "../../supabase/functions/_shared/adapters/stripe/client.ts";
import {
  CONNECTED_EVENT_TYPES,
  EVENT_TYPES,
  type EventType,
} from "../../supabase/functions/_shared/adapters/stripe/facts.ts";

export type Endpoint = Stripe.WebhookEndpoint;

/** Whose events: our own account's, or those of connected accounts. One endpoint never gets both. */
export type Kind = "account" | "connect";

export interface Wanted {
  readonly kind: Kind;
  readonly url: string;
  readonly events: readonly EventType[];
}

/** @param url where the function answers */
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

/** Stripe does not say whose events an endpoint gets. Ours are marked; of others their events tell. */
function kindOf({ metadata, enabled_events }: Endpoint): Kind {
  if (metadata.farthing === "account" || metadata.farthing === "connect") return metadata.farthing;
  const isConnected = (type: string) => CONNECTED_EVENT_TYPES.some((each) => each === type);
  return enabled_events.every(isConnected) ? "connect" : "account";
}

export interface Problem {
  /** `wrong` is to be mended; `note` costs nothing but an ignored event. */
  readonly state: "wrong" | "note";
  readonly text: string;
  /** Which option of `stripe:setup` mends it. An endpoint's version is fixed when it is made. */
  readonly cure: "--update" | "--replace";
}

export function problemsOf(endpoint: Endpoint, { events }: Wanted): Problem[] {
  const { api_version, enabled_events, status } = endpoint;
  const problems: Problem[] = [];
  if (api_version !== API_VERSION) {
    const came = api_version ?? "the account's default version";
    const text = `its events come in ${came}, the functions read ${API_VERSION}`;
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
    const text = `it also listens to ${superfluous.join(", ")}, which is stored and ignored`;
    problems.push({ state: "note", text, cure: "--update" });
  }
  return problems;
}

export function isRight(endpoint: Endpoint, wanted: Wanted): boolean {
  return problemsOf(endpoint, wanted).every(({ state }) => state === "note");
}

/** Those at the function's address and of that kind, the best first: right before wrong, new before old. */
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

/** Those that seem to mean the function and miss it: Stripe follows no redirect. */
export function misaddressed(url: string, all: readonly Endpoint[]): Endpoint[] {
  return all.filter((each) => each.url !== url && sameButForm(each.url, url));
}
