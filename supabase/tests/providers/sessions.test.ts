/**
 * Stripe reports a provider's account while the account is being stored, and while the user is being
 * deleted.
 */
import { meetings } from "../helpers/two-sessions.ts";

const begins = (name: string) =>
  `select providers_begin(md5('${name}')::uuid, 'DE', p_now => tests.after()) ->> 'step'`;
const idOf = (name: string) =>
  `(select provider_id from farthing.providers where user_id = tests.person('${name}'))`;
const attaches = (name: string, account: string) =>
  `select providers_attach(${
    idOf(name)
  }, '${account}', 'https://a.test', p_now => tests.after('1 s'))
    ->> 'status'`;
const updated = (name: string, account: string, mayCharge: boolean, passed: string) =>
  `select inbox_receive(jsonb_build_object('id', 'evt_${account}_${passed}', 'type', 'account.updated',
    'livemode', false, 'created', extract(epoch from tests.after('${passed}'))::bigint, 'facts',
    jsonb_build_object('stripe_account_id', '${account}', 'provider_id', ${
    idOf(name)
  }, 'charges_enabled',
      ${mayCharge}, 'payouts_enabled', ${mayCharge}, 'details_submitted', true, 'disabled_reason', null)),
    tests.after('${passed}'))`;
const mayCharge = (name: string) =>
  `select charges_enabled from farthing.providers where provider_id = ${idOf(name)}`;
const RECEIVED = '{"received":true}';

meetings([], {
  "a user who is being deleted does not become a provider": {
    given: ["select tests.person('ann')"],
    first: "delete from auth.users where id = (select tests.person('ann'))",
    second: begins("ann"),
    says: "not_found",
  },
  "of two accounts stored for one provider at the same time one is refused": {
    given: [`select tests.person('bob')`, begins("bob")],
    first: attaches("bob", "acct_bob"),
    second: attaches("bob", "acct_other"),
    says: "P0001",
  },
  "an older event of an account does not overwrite a newer event that is being applied": {
    given: [`select tests.person('cid')`, begins("cid"), attaches("cid", "acct_cid")],
    first: updated("cid", "acct_cid", false, "3 s"),
    second: updated("cid", "acct_cid", true, "2 s"),
    says: RECEIVED,
    ends: { [mayCharge("cid")]: "false" },
  },
  "an event of an account that is being stored is applied": {
    given: [`select tests.person('dan')`, begins("dan")],
    first: attaches("dan", "acct_dan"),
    second: updated("dan", "acct_dan", true, "2 s"),
    says: RECEIVED,
    ends: { [mayCharge("dan")]: "true" },
  },
  "an account stored while Stripe's event arrives keeps the event's state": {
    given: [`select tests.person('eve')`, begins("eve")],
    first: updated("eve", "acct_eve", true, "2 s"),
    second: attaches("eve", "acct_eve"),
    says: "201",
    ends: { [mayCharge("eve")]: "true" },
  },
  "an event of another account does not take a provider whose account is being stored": {
    given: [`select tests.person('fay')`, begins("fay")],
    first: attaches("fay", "acct_fay"),
    second: updated("fay", "acct_other_app", true, "2 s"),
    says: RECEIVED,
    ends: {
      [`select stripe_account_id from farthing.providers where provider_id = ${idOf("fay")}`]:
        "acct_fay",
    },
  },
});
