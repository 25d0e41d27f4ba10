/**
 * Stripe's events about payments, refunds and disputes arrive while a different database session
 * uses the same account.
 */
import { meetings } from "../helpers/two-sessions.ts";

const bought = (name: string) => [`select tests.buys('${name}')`, `select tests.pays('${name}')`];
const order = (name: string) => `(select order_id from tests.bought where name = '${name}')`;
const ends = (name: string, standing: string) => ({ [`tests.bought_by('${name}')`]: standing });
const begins = (name: string, amount: string) =>
  `select refunds_begin(${
    order(name)
  }, p_amount => '${amount}', p_now => tests.after()) ->> 'step'`;
const refundOf = (name: string) =>
  `(select refund_id from farthing.refunds where order_id = ${order(name)})`;
const attaches = (name: string, session: string) =>
  `select checkout_attach(${
    order(name)
  }, '${session}', 'https://a.test', p_now => tests.after()) ->> 'status'`;
const waits = (name: string) =>
  `select tests.receive('payment_intent.succeeded', jsonb_build_object('order_id', ${order(name)},
    'payment_id', 'pi_${name}', 'payment_status', 'paid', 'amount', 1230, 'currency', 'pln'))`;
const RECEIVED = '{"received":true}';

meetings(["money_back", "paid_amounts"], {
  "T5: a refund of credits that are being spent becomes debt": {
    given: bought("ann"),
    first: "select tests.spends('ann', '9000')",
    second: "select tests.refund('ann', 1, 999)",
    says: RECEIVED,
    ends: ends("ann", "refunded, 9990 clawed back; balance -9000, held 0, available 0, debt 9000"),
  },
  "T5: credits that are being refunded cannot be spent": {
    given: bought("bob"),
    first: "select tests.refund('bob', 1, 999)",
    second: "select tests.spends('bob', '9000')",
    says: "insufficient_credits",
    ends: ends("bob", "refunded, 9990 clawed back; balance 0, held 0, available 0, debt 0"),
  },
  "two refunds of one order at once claw back both": {
    given: bought("cid"),
    first: "select tests.refund('cid', 1, 500)",
    second: "select tests.refund('cid', 2, 499)",
    says: RECEIVED,
    ends: ends("cid", "refunded, 9990 clawed back; balance 0, held 0, available 0, debt 0"),
  },
  "a dispute lost during a refund claws back no more than the order granted": {
    given: bought("dan"),
    first: "select tests.refund('dan', 1, 500)",
    second: "select tests.dispute('dan', 'lost', 499)",
    says: RECEIVED,
    ends: ends("dan", "disputed, 9990 clawed back; balance 0, held 0, available 0, debt 0"),
  },
  "a dispute that begins while credits are spent freezes the rest": {
    given: bought("eve"),
    first: "select tests.spends('eve', '9000')",
    second: "select tests.dispute('eve', 'needs_response')",
    says: RECEIVED,
    ends: ends("eve", "disputed, 0 clawed back; balance 990, held 0, available 0, debt 0"),
  },
  "T1: two events of one payment at once grant once": {
    given: ["select tests.buys('fay')"],
    first: "select tests.pays('fay')",
    second: "select tests.pays('fay')",
    says: RECEIVED,
    ends: ends("fay", "paid, 0 clawed back; balance 9990, held 0, available 9990, debt 0"),
  },
  "a payment that arrives while its buyer spends is granted": {
    given: ["select tests.give('gus', '100')", "select tests.buys('gus')"],
    first: "select tests.spends('gus', '60')",
    second: "select tests.pays('gus')",
    says: RECEIVED,
    ends: ends("gus", "paid, 0 clawed back; balance 10030, held 0, available 10030, debt 0"),
  },
  "a payment that arrives while an expired hold is released does not release the hold again": {
    given: [
      "select tests.give('vic', '100')",
      "select tests.hold('vic', '50', 60)",
      "select tests.buys('vic')",
    ],
    first: `select farthing.expire_credits_of((select account_id::text from farthing.accounts
      where owner_id = tests.person('vic')), tests.after('2 min'))`,
    second: "select tests.pays('vic', '2 min')",
    says: RECEIVED,
    ends: {
      "tests.balance('vic', '2 min')": "balance 10090, held 0, available 10090, debt 0",
    },
  },
  "T4: a refund that arrives while its payment is applied waits for the payment": {
    given: ["select tests.buys('hal')"],
    first: "select tests.pays('hal')",
    second: "select tests.refund('hal', 1, 999)",
    says: RECEIVED,
    ends: ends("hal", "refunded, 9990 clawed back; balance 0, held 0, available 0, debt 0"),
  },
  "T4: a payment applied while its refund is deferred applies the refund, too": {
    given: ["select tests.buys('ida')"],
    first: "select tests.refund('ida', 1, 999)",
    second: "select tests.pays('ida')",
    says: RECEIVED,
    ends: ends("ida", "refunded, 9990 clawed back; balance 0, held 0, available 0, debt 0"),
  },
  "T4: a payment skips a refund that another session is applying": {
    given: ["select tests.buys('jon')", "select tests.refund('jon', 1, 999)"],
    first: "select from farthing.inbox where facts ->> 'payment_id' = 'pi_jon' for update",
    second: "select tests.pays('jon')",
    says: RECEIVED,
    passes: true,
    ends: ends("jon", "paid, 0 clawed back; balance 9990, held 0, available 9990, debt 0"),
  },
  "an event of another checkout session fails while the order's session is stored": {
    given: ["select tests.buys('kim')"],
    first: attaches("kim", "cs_other"),
    second: "select tests.pays('kim') ->> 'failed'",
    says: "true",
    ends: {
      [`select session_id from farthing.orders where order_id = ${order("kim")}`]: "cs_other",
    },
  },
  "of two checkout sessions stored for one order at once, one stays": {
    given: ["select tests.buys('lea')"],
    first: attaches("lea", "cs_lea"),
    second: attaches("lea", "cs_other"),
    says: "P0001",
    ends: { [`select session_id from farthing.orders where order_id = ${order("lea")}`]: "cs_lea" },
  },
  "the task of orders skips an order that is being paid": {
    given: ["select tests.buys('mia')"],
    first: "select tests.pays('mia')",
    second: `select farthing.expire_order(${order("mia")}::text, tests.after('10 days'))`,
    says: "0",
    passes: true,
    ends: ends("mia", "paid, 0 clawed back; balance 9990, held 0, available 9990, debt 0"),
  },
  "T5: two refunds requested at once never exceed the payment": {
    given: bought("ned"),
    first: begins("ned", "600"),
    second: begins("ned", "600"),
    says: "refund_too_large",
  },
  "a refund that Stripe has made is not refused by an older answer": {
    given: [...bought("ola"), begins("ola", "999")],
    first: `select tests.refund('ola', 1, 999, 'succeeded', '1 s', ${refundOf("ola")})`,
    second: `select refunds_refuse(${refundOf("ola")}, 'an older answer') ->> 'status'`,
    says: "succeeded",
    ends: { [`select status from farthing.refunds where order_id = ${order("ola")}`]: "succeeded" },
  },
  "two runners do not claim the same refund": {
    given: [...bought("pia"), begins("pia", "999")],
    first: "select refunds_claim(20, tests.after('5 min'))",
    second: "select refunds_claim(20, tests.after('5 min'))",
    says: "[]",
    passes: true,
  },
  "an event delivered while it is applied is a duplicate": {
    given: [
      "select tests.refund('rob', 1, 999)",
      "create table tests.of_rob as select * from farthing.inbox where facts ->> 'payment_id' = 'pi_rob'",
      ...bought("rob").slice(0, 1),
    ],
    first: "select tests.pays('rob')",
    second:
      `select inbox_receive(jsonb_build_object('id', event_id, 'type', type, 'livemode', livemode,
      'created', extract(epoch from occurred_at)::bigint, 'facts', facts), tests.after()) from tests.of_rob`,
    says: '{"received":true,"duplicate":true}',
    ends: ends("rob", "refunded, 9990 clawed back; balance 0, held 0, available 0, debt 0"),
  },
  "an event delivered while the task works on it is not applied twice": {
    given: [
      "select tests.refund('wes', 1, 999)",
      "create table tests.of_wes as select * from farthing.inbox where facts ->> 'payment_id' = 'pi_wes'",
    ],
    first: "select from farthing.inbox where facts ->> 'payment_id' = 'pi_wes' for update",
    then: "select farthing.retry_event((select event_id from tests.of_wes), tests.after('1 h'))",
    second:
      `select inbox_receive(jsonb_build_object('id', event_id, 'type', type, 'livemode', livemode,
      'created', extract(epoch from occurred_at)::bigint, 'facts', facts), tests.after()) from tests.of_wes`,
    says: '{"deferred":true,"received":true}',
  },
  "an event replayed while the task works on it is not applied twice": {
    given: [
      "select tests.refund('xia', 1, 999)",
      "create table tests.of_xia as select * from farthing.inbox where facts ->> 'payment_id' = 'pi_xia'",
    ],
    first: "select from farthing.inbox where facts ->> 'payment_id' = 'pi_xia' for update",
    then: "select farthing.retry_event((select event_id from tests.of_xia), tests.after('1 h'))",
    second:
      "select inbox_replay((select event_id from tests.of_xia), tests.after('1 h')) ->> 'state'",
    says: "deferred",
  },
  "an event replayed while it is applied is applied once": {
    given: [
      "select tests.refund('sue', 1, 999)",
      "create table tests.of_sue as select * from farthing.inbox where facts ->> 'payment_id' = 'pi_sue'",
      ...bought("sue").slice(0, 1),
    ],
    first: "select tests.pays('sue')",
    second:
      "select inbox_replay((select event_id from tests.of_sue), tests.after('1 h')) ->> 'attempts'",
    says: "1",
    ends: ends("sue", "refunded, 9990 clawed back; balance 0, held 0, available 0, debt 0"),
  },
  "the task of events skips an event that is delivered again": {
    given: ["select tests.refund('tom', 1, 999)"],
    first: "select from farthing.inbox where facts ->> 'payment_id' = 'pi_tom' for update",
    second: `select farthing.retry_event(event_id, tests.after('1 day')) from farthing.inbox
      where facts ->> 'payment_id' = 'pi_tom'`,
    says: "0",
    passes: true,
  },
  "two runners do not claim the session of the same waiting payment": {
    given: ["select tests.begins('zoe', 'exclusive', false)", waits("zoe")],
    first: "select sessions_claim(20, tests.after('5 min'))",
    second: "select sessions_claim(20, tests.after('5 min'))",
    says: "[]",
    passes: true,
    ends: { "jsonb_array_length(sessions_claim(20, tests.after('10 min')))": "1" },
  },
  "a session that is read while its event arrives is granted once": {
    given: ["select tests.begins('ava', 'exclusive', false)", waits("ava")],
    first: "select tests.session_event('ava', '{1000,0,230,1230}')",
    second: `select inbox_receive(jsonb_build_object('id', 'read:cs_ava', 'type',
      'checkout.session.completed', 'livemode', false, 'created', 1, 'facts', jsonb_build_object(
      'order_id', ${order("ava")}, 'session_id', 'cs_ava', 'payment_id', 'pi_ava',
      'payment_status', 'paid', 'amount_subtotal', 1000, 'amount_discount', 0, 'amount_tax', 230,
      'amount', 1230, 'currency', 'pln', 'invoice_id', null, 'has_tax_id', false)),
      tests.after('1 min'))`,
    says: RECEIVED,
    ends: {
      "tests.paid('ava')": "paid 1000 0 230 1230",
      "tests.balance('ava')": "balance 12000, held 0, available 12000, debt 0",
    },
  },
  "a warning is cleared after its account is locked, in the order of every event": {
    given: [...bought("yan"), "select tests.warning('yan')"],
    first: "select from farthing.accounts where owner_id = tests.person('yan') for no key update",
    then: `select from farthing.orders where order_id = ${order("yan")} for update`,
    second: "select warnings_clear('issfr_yan', 'a friend') #>> '{data,state}'",
    says: "cleared",
  },
  "a warning cleared while credits are spent unfreezes the rest": {
    given: [...bought("uli"), "select tests.give('uli', '100')", "select tests.warning('uli')"],
    first: "select tests.spends('uli', '60')",
    second: "select warnings_clear('issfr_uli', 'a friend') #>> '{data,state}'",
    says: "cleared",
    ends: { "tests.balance('uli')": "balance 10030, held 0, available 10030, debt 0" },
  },
});
