/**
 * All rate limits. A changed number takes effect with the next deployment. docs/decisions/rate-limits.md
 * gives the reason for each number.
 */
import type { Caller } from "../core/caller.ts";

const MINUTE = 60;
const HOUR = 3_600;

/**
 * The limit that a route declares. Requests to a route with `none` are not limited. `default` adds
 * no rule to the rules that every limited route has.
 */
export type LimitName = "none" | "default" | RouteLimit;

type RouteLimit = keyof typeof ROUTES;

/**
 * The group of requests that a rule counts together. `everybody` is all known callers together.
 * `strangers` is all anonymous callers together: their requests have no accepted credential. Apart
 * from `strangers`, only rules by `address` count anonymous callers. `caller` is one user, or one
 * back end, which is identified by the name of its key. `address` does not count back ends.
 * `users-address` is the address from which a signed-in user's request comes.
 */
type CountedBy =
  | "everybody"
  | "strangers"
  | "key"
  | "address"
  | "users-address"
  | "user"
  | "caller";

export interface Rule {
  /** The rule's name in the RateLimit header and in the metrics. */
  readonly name: string;
  readonly countedBy: CountedBy;
  /** The maximum number of requests in any window of `windowSeconds`. */
  readonly quota: number;
  readonly windowSeconds: number;
  /** The error code of a request beyond the quota. */
  readonly code: "rate_limited" | "velocity_exceeded";
}

function rule(name: string, countedBy: CountedBy, quota: number, windowSeconds: number): Rule {
  return { name, countedBy, quota, windowSeconds, code: "rate_limited" };
}

function velocity(name: string, countedBy: CountedBy, quota: number): Rule {
  return { ...rule(name, countedBy, quota, HOUR), code: "velocity_exceeded" };
}

/**
 * The rules that apply on every limited route. The second argument says which requests a rule
 * counts; the rule ignores all others.
 */
const EVERYWHERE: readonly Rule[] = [
  rule("everybody", "everybody", 60_000, MINUTE),
  rule("strangers", "strangers", 30_000, MINUTE),
  rule("key", "key", 45_000, MINUTE),
  rule("address", "address", 1_000, MINUTE),
  rule("default", "user", 100, MINUTE),
];

/**
 * One rule for each kind of request, in addition to the rules above. A rule by `user` does not
 * count the requests of back ends, because a back end acts for all of its users. The rule `key`
 * counts those requests.
 */
const ROUTES = {
  checkout: rule("checkout", "user", 10, MINUTE),
  "top-ups": rule("top-ups", "user", 10, MINUTE),
  bookings: rule("bookings", "user", 5, MINUTE),
  providers: rule("providers", "user", 5, MINUTE),
  jobs: rule("jobs", "user", 10, MINUTE),
  ai: rule("ai", "user", 20, MINUTE),
  refunds: rule("refunds", "caller", 3_000, MINUTE),
  notifications: rule("notifications", "caller", 600, MINUTE),
  usage: rule("usage", "caller", 30_000, MINUTE),
} as const satisfies Record<string, Rule>;

/**
 * Rules for attempts to start a purchase, whether they succeed or not. The database applies exact limits
 * later; these rules refuse a request before the database is called.
 */
const VELOCITY: readonly Rule[] = [
  velocity("attempts", "user", 60),
  velocity("attempts-of-address", "users-address", 240),
];

const NEW_BUSINESS: ReadonlySet<LimitName> = new Set<LimitName>([
  "checkout",
  "top-ups",
  "bookings",
]);

const NONE: readonly Rule[] = [];

/** Returns the rules that count a route's requests. */
function rulesOf(limit: LimitName): readonly Rule[] {
  if (limit === "none") return NONE;
  if (limit === "default") return EVERYWHERE;
  const own = [...EVERYWHERE, ROUTES[limit]];
  return NEW_BUSINESS.has(limit) ? [...own, ...VELOCITY] : own;
}

const NAMES = ["none", "default", ...Object.keys(ROUTES)] as LimitName[];

/** The rules of each limit. Built once, because every request reads them. */
export const RULES: ReadonlyMap<LimitName, readonly Rule[]> = new Map(
  NAMES.map((name) => [name, rulesOf(name)]),
);

/** Returns the error codes with which a route's limit may refuse. */
export function refusalsOf(limit: LimitName): Rule["code"][] {
  return [...new Set(rulesOf(limit).map(({ code }) => code))];
}

export interface LimitedRequest {
  /** The limit that the route declares. */
  readonly limit: LimitName;
  /** Null if the credentials were refused: the caller then counts as anonymous. */
  readonly caller: Caller | null;
  /** The name of the request's API key: `publishable`, or the name of a secret key. */
  readonly key: string | null;
  /** The keyed hash of the caller's network; undefined if the platform gives no address. */
  readonly ipHash: string | undefined;
}

/** One rule, and the id of the group in which it counts the request. The id does not reveal a person. */
export interface Counted {
  readonly rule: Rule;
  readonly id: string;
}

type KnownCaller = Exclude<Caller, { kind: "none" }>;

function knownOf(caller: Caller | null): KnownCaller | null {
  return caller === null || caller.kind === "none" ? null : caller;
}

function callerId(caller: KnownCaller): string {
  if (caller.kind === "user") return caller.userId;
  return caller.kind === "secret" ? `key ${caller.name}` : caller.kind;
}

/**
 * Returns the id of the group that a rule counts; null if the rule does not apply to the request.
 */
function idOf(countedBy: CountedBy, { caller, key, ipHash }: LimitedRequest): string | null {
  const known = knownOf(caller);
  const user = known?.kind === "user" ? known : null;
  switch (countedBy) {
    case "everybody":
      return known && "all";
    case "strangers":
      return known === null ? "all" : null;
    case "key":
      // Anyone can send the publishable key, so requests of anonymous callers don't count against
      // the key.
      return known && (key ?? "none");
    case "address":
      // A back end sends the requests of all its users from one address. The rule `key` counts the
      // back end's requests instead.
      return known === user ? ipHash ?? null : null;
    case "users-address":
      return user && (ipHash ?? null);
    case "user":
      return user && user.userId;
    case "caller":
      return known && callerId(known);
  }
}

/** Returns every rule that counts this request, with its group. */
export function countedFor(asking: LimitedRequest): Counted[] {
  const counted: Counted[] = [];
  for (const rule of RULES.get(asking.limit)!) {
    const id = idOf(rule.countedBy, asking);
    if (id !== null) counted.push({ rule, id });
  }
  return counted;
}
