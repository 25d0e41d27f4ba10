/**
 * Runners, Stripe's events and the user change the same top-up at the same moment. A cent buys ten credits.
 */
import { meetings } from "../helpers/two-sessions.ts";

const optedIn = (name: string) => [`select tests.tops_up('${name}')`];
const claimed = (name: string) => [...optedIn(name), "select tests.claims()"];
const orders = (name: string) =>
  `select count(*) from farthing.orders o join farthing.accounts a using (account_id)
    where a.owner_id = tests.person('${name}')`;
const stops = (name: string) =>
  `select top_ups_stop(tests.person('${name}'), tests.after('1 min')) ->> 'state'`;
const begins = (name: string) =>
  `select farthing.begin_due_top_up((select account_id::text from farthing.accounts
    where owner_id = tests.person('${name}')), tests.after())`;
const card = (name: string) =>
  `select payment_method_id from farthing.customers join farthing.accounts using (account_id)
    where owner_id = tests.person('${name}')`;
const detaches = (card: string) =>
  `select tests.receive('gone_${card}', 'payment_method.detached',
    jsonb_build_object('payment_method_id', '${card}'), '1 min')`;

meetings(["top_ups"], {
  "T16: two runners at the same time begin one top-up": {
    given: optedIn("ann"),
    first: begins("ann"),
    second: begins("ann"),
    says: "0",
    passes: true,
    ends: { [orders("ann")]: "1" },
  },
  "T16: two runners at the same time get one charge": {
    given: [...optedIn("bob"), begins("bob")],
    first: "select top_ups_claim(20, tests.after())",
    second: "select top_ups_claim(20, tests.after())",
    says: "[]",
    passes: true,
  },
  "T16: a top-up declined while its user opts out stays ended": {
    given: claimed("cid"),
    first: stops("cid"),
    second: "select tests.reports('cid', 'declined', '1 min', 'lost_card')",
    says: "expired closed",
  },
  "T16: a top-up paid while its user opts out is granted": {
    given: claimed("dan"),
    first: "select tests.top_up_event('dan', 'payment_intent.succeeded', '1 min')",
    second: stops("dan"),
    says: "off",
    ends: { "tests.balance('dan')": "balance 5000, held 0, available 5000, debt 0" },
  },
  "an answer that arrives while a declined payment's event is applied changes nothing": {
    given: claimed("eve"),
    first: `select tests.top_up_event('eve', 'payment_intent.payment_failed', '1 min',
      '{"decline_code": "lost_card"}')`,
    second: "select tests.reports('eve', 'accepted', '1 min')",
    says: "failed closed",
  },
  "an event that arrives while the answer is stored counts no second failure": {
    given: claimed("fay"),
    first: "select tests.reports('fay', 'declined', '1 min', 'lost_card')",
    second: "select tests.top_up_event('fay', 'payment_intent.payment_failed', '1 min')",
    says: "processed",
    ends: { "tests.top_up_line('fay', '1 min')": "on; failed; 1 failed" },
  },
  "a declined charge is reported while credits are spent": {
    given: [...claimed("gus"), "select tests.give('gus', '100')"],
    first: "select credits_debit(tests.person('gus'), '60', 'x')",
    second: "select tests.top_up_event('gus', 'payment_intent.payment_failed', '1 min')",
    says: "processed",
    ends: { "tests.balance('gus')": "balance 40, held 0, available 40, debt 0" },
  },
  "a top-up that expires while its answer arrives stays expired": {
    given: claimed("lou"),
    first: "select farthing.expire_order(tests.top_up_of('lou')::text, tests.after('25 h'))",
    second: "select tests.reports('lou', 'declined', '25 h', 'lost_card')",
    says: "expired closed",
    ends: {
      "select failure_code from farthing.top_up_charges where order_id = tests.top_up_of('lou')":
        "lost_card",
    },
  },
  "opting out while a top-up expires locks its order before the settings": {
    given: claimed("mel"),
    first: "select from farthing.orders where order_id = tests.top_up_of('mel') for update",
    then: "select farthing.expire_order(tests.top_up_of('mel')::text, tests.after('25 h'))",
    second: stops("mel"),
    says: "off",
  },
  "a card that is saved while the old one is reported missing stays": {
    given: claimed("ned"),
    first: "select tests.saves('ned', 'pm_newer', '1 min')",
    second: "select tests.reports('ned', 'card_gone', '1 min')",
    says: "failed closed",
    ends: { [card("ned")]: "pm_newer" },
  },
  "a card that is detached while another replaces it leaves the new card": {
    given: optedIn("hal"),
    first: "select tests.saves('hal', 'pm_new', '1 min')",
    second: detaches("pm_hal"),
    says: "processed",
    ends: { [card("hal")]: "pm_new" },
  },
  "a card that is saved while the old one is detached is stored": {
    given: optedIn("ida"),
    first: detaches("pm_ida"),
    second: "select tests.saves('ida', 'pm_later', '2 min')",
    says: "processed",
    ends: { [card("ida")]: "pm_later" },
  },
  "T16: a charge whose user opts out meanwhile stays expired": {
    given: [...optedIn("jon"), begins("jon")],
    first: stops("jon"),
    second: "select tests.reports('jon', 'unknown', '1 min', 'no answer')",
    says: "expired closed",
  },
  "a card that is saved while its user is deleted is not stored, and is detached": {
    given: optedIn("liv"),
    first: "delete from auth.users where email = 'liv@example.com'",
    // The id is computed from the user's name, because tests.person() would sign the user up again.
    second: `select tests.receive('late', 'setup_intent.succeeded', jsonb_build_object('user_id',
      md5('liv')::uuid, 'customer_id', 'cus_liv', 'payment_method_id', 'pm_late'), '2 min')`,
    says: "processed",
    ends: {
      "(select count(*) from farthing.customers where payment_method_id = 'pm_late')": "0",
      "(select count(*) from farthing.card_removals where payment_method_id = 'pm_late')": "1",
    },
  },
  "T16: a user who opts out while a top-up begins is not charged": {
    given: optedIn("kim"),
    first: stops("kim"),
    second: begins("kim"),
    says: "0",
    passes: true,
    ends: { [orders("kim")]: "0" },
  },
});
