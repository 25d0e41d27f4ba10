/**
 * Renders events in older versions of Stripe's API. Objects are stored in the newest format. Each
 * item of `CHANGES` converts an object to the format that it had before one of Stripe's changes.
 * The items cover all versions that accounts of recent years have.
 */
import { invalidRequest } from "../core/errors.ts";
import { API_VERSION } from "../core/settings.ts";
import { charges } from "./charges.ts";
import { refundsOf } from "./refunds.ts";
import type { Scope } from "../store/scope.ts";
import { collection } from "../store/collection.ts";

type Fields = Record<string, unknown>;

/** Converts an object to its format in the API versions before `since`. */
interface Change {
  readonly since: string;
  readonly object: string;
  before(fields: Fields, scope: Scope): Fields;
}

const STATUSES: Fields = {
  requires_payment_method: "requires_source",
  requires_action: "requires_source_action",
};

/** Stripe's changes, newest first: https://docs.stripe.com/upgrades */
const CHANGES: readonly Change[] = [
  {
    since: "2022-11-15",
    object: "payment_intent",
    before({ latest_charge: _, ...rest }, scope) {
      const data = charges.all(scope).filter((each) => each.payment_intent === rest.id).reverse();
      const url = `/v1/charges?payment_intent=${rest.id}`;
      const charged = { object: "list", data, has_more: false, total_count: data.length, url };
      return { ...rest, charges: charged };
    },
  },
  {
    since: "2022-11-15",
    object: "charge",
    before: (fields, scope) => ({ ...fields, refunds: refundsOf(scope, String(fields.id)) }),
  },
  {
    since: "2019-02-19",
    object: "account",
    before({ requirements, ...rest }) {
      const { disabled_reason, current_deadline, currently_due } = requirements as Fields;
      const verification = {
        disabled_reason,
        due_by: current_deadline,
        fields_needed: currently_due,
      };
      return { ...rest, verification };
    },
  },
  {
    since: "2019-02-11",
    object: "payment_intent",
    before: (fields) => ({ ...fields, status: STATUSES[String(fields.status)] ?? fields.status }),
  },
  {
    since: "2017-04-06",
    object: "account",
    before: ({ payouts_enabled, ...rest }) => ({ ...rest, transfers_enabled: payouts_enabled }),
  },
];

/** Returns a copy of an object in the format of an API version. */
export function renderIn(scope: Scope, version: string, object: object): object {
  let fields = structuredClone(object) as Fields;
  // A version begins with its date, so versions can be compared as strings.
  for (const change of CHANGES.filter(({ since }) => version < since)) {
    if (fields.object === change.object) fields = change.before(fields, scope);
  }
  return fields;
}

const account = collection<{ id: string; version: string }>("account_version");

/**
 * Returns the account's default version. Each new event is recorded with this version. Lists show
 * the event in the recorded version. Endpoints that have no version of their own also receive the
 * event in the recorded version.
 */
export function accountVersion(scope: Scope): string {
  return account.find(scope, "own")?.version ?? API_VERSION;
}

/**
 * Validates an API version.
 * @throws StripeApiError if it is not a version's date, or is newer than the emulator's version
 */
export function requireVersion(version: string): string {
  const isVersion = /^20\d\d-[01]\d-[0-3]\d(\.[a-z]+)?$/.test(version) && version <= API_VERSION;
  if (isVersion) return version;
  throw invalidRequest(`Invalid Stripe API version: ${version}`, "api_version");
}

/**
 * Sets the account's default version, as in Stripe's Workbench. Events that were recorded before
 * keep their version.
 */
export function setAccountVersion(scope: Scope, version: string): void {
  account.put(scope, { id: "own", version: requireVersion(version) });
}
