/** Both parties, Stripe's events, runners and a scheduled task use the same booking at the same moment. */
import { meetings } from "../helpers/two-sessions.ts";

const booked = (
  label: string,
) => [`select tests.booking('${label}', p_name => '${label}', p_provider => 'p_${label}')`];
const paid = (label: string) => [
  ...booked(label),
  `select tests.payment_event('${label}', 'succeeded', '1 min')`,
];
const advances = (label: string, to: string) =>
  `select bookings_advance(tests.person('p_${label}'), tests.booking_id('${label}'), '${to}',
    tests.after('2 min')) ->> 'status'`;
const cancels = (label: string) =>
  `select bookings_cancel(tests.person('${label}'), tests.booking_id('${label}'),
    p_now => tests.after('2 min')) ->> 'step'`;
const status = (label: string) =>
  `select status from farthing.bookings where payment_intent_id = 'pi_${label}'`;
const bookingOf = (name: string) =>
  `(select booking_id from farthing.bookings join farthing.accounts using (account_id)
    where owner_id = tests.person('${name}'))`;
const cancelsUnanswered = (name: string) =>
  `select farthing.cancel_unanswered_booking(${bookingOf(name)}::text, tests.after('25 h'))`;
const refunded = (label: string) =>
  `select amount_refunded from farthing.bookings where payment_intent_id = 'pi_${label}'`;
const begins = (name: string, amount = 1000) =>
  `select tests.begin_booking('${name}', 'p_${name}', ${amount}, 'usd', '${name}') ->> 'step'`;

const fills = (provider: string) => [
  "select farthing.set_policy('{\"bookings_per_provider_hour\": 2}', 'a test')",
  `select tests.provider('${provider}')`,
  `select tests.begin_booking('first', '${provider}', 1000, 'usd')`,
];
const takes = (name: string, provider: string) =>
  `select coalesce(b ->> 'code', b ->> 'step')
    from tests.begin_booking('${name}', '${provider}', 1000, 'usd') b`;

const disputed = (label: string) =>
  `select tests.event('charge.dispute.updated', jsonb_build_object('dispute_id', 'dp_${label}', 'payment_id',
    'pi_${label}', 'charge_id', 'ch_${label}', 'amount', 1000, 'currency', 'usd', 'status', 'lost', 'reason',
    'fraudulent', 'case_type', 'chargeback', 'movements', jsonb_build_array(jsonb_build_object('id',
    'txn_${label}', 'amount', -1000, 'fee', 1500, 'currency', 'usd'))), '2 min')`;

meetings(["bookings"], {
  "a reversal of a transfer is claimed by one of two runners at once": {
    given: [...paid("lou"), disputed("lou")],
    first: "select transfers_claim(20, tests.after('3 min'))",
    second: "select transfers_claim(20, tests.after('3 min'))",
    says: "[]",
    passes: true,
    ends: { "jsonb_array_length(transfers_claim(20, tests.after('10 min')))": "1" },
  },
  "a booking that is confirmed while it is cancelled stays cancelled": {
    given: paid("ann"),
    first: cancels("ann"),
    second: advances("ann", "confirmed"),
    says: "invalid_request",
    ends: { [status("ann")]: "cancelled" },
  },
  "a booking that is cancelled while it is confirmed is cancelled": {
    given: paid("bob"),
    first: advances("bob", "confirmed"),
    second: cancels("bob"),
    says: "refund",
    ends: { [status("bob")]: "cancelled" },
  },
  "a booking that is paid while its payment is cancelled is paid": {
    given: booked("cid"),
    first: cancels("cid"),
    second: "select tests.payment_event('cid', 'succeeded', '2 min')",
    says: "processed",
    ends: { [status("cid")]: "paid" },
  },
  "a booking that is cancelled while it is paid is refunded": {
    given: booked("dan"),
    first: "select tests.payment_event('dan', 'succeeded', '2 min')",
    second: cancels("dan"),
    says: "refund",
    ends: { [status("dan")]: "cancelled" },
  },
  "two refunds of one booking at once add up": {
    given: paid("eve"),
    first: "select tests.refund_event('eve', '1', 400, 'succeeded', '2 min')",
    second: "select tests.refund_event('eve', '2', 600, 'succeeded', '2 min')",
    says: "processed",
    ends: { [refunded("eve")]: "1000" },
  },
  "a fee whose event arrives while its payment is applied waits for the payment": {
    given: booked("fay"),
    first: "select tests.payment_event('fay', 'succeeded', '1 min')",
    second: "select tests.fee_event('fay', 'created', 0, '1 min')",
    says: "processed",
  },
  "a payment that is applied while its fee is deferred finds the fee": {
    given: booked("gus"),
    first: "select tests.fee_event('gus', 'created', 0, '1 min')",
    second: "select tests.payment_event('gus', 'succeeded', '1 min')",
    says: "processed",
    ends: {
      "select fee_collected is not null from farthing.bookings where payment_intent_id = 'pi_gus'":
        "true",
    },
  },
  "a payment skips a fee that another session applies": {
    given: [...booked("hal"), "select tests.fee_event('hal', 'created', 0, '1 min')"],
    first: "select from farthing.inbox where facts ->> 'charge_id' = 'ch_hal' for update",
    second: "select tests.payment_event('hal', 'succeeded', '2 min')",
    says: "processed",
    passes: true,
  },
  "T12: two equal requests at once begin one booking": {
    given: ["select tests.provider('p_ida')"],
    first: begins("ida"),
    second: begins("ida"),
    says: "idempotency_in_progress",
  },
  "M6: one of two buyers at once gets the last booking of a provider's limit": {
    given: fills("p_lea"),
    first: takes("lea", "p_lea"),
    // Next, each database session locks only the account of its own buyer, so there is no deadlock.
    then: "select from farthing.accounts where owner_id = tests.person('lea') for update",
    second: takes("mia", "p_lea"),
    says: "velocity_exceeded",
    ends: {
      [`(select count(*) from farthing.bookings where provider_id = md5('provider p_lea')::uuid)`]:
        "2",
    },
  },
  "bookings of two providers at once don't wait for each other": {
    given: [...fills("p_ned"), "select tests.provider('p_oda')"],
    first: takes("ned", "p_ned"),
    second: takes("oda", "p_oda"),
    says: "create",
    passes: true,
  },
  "the task skips a booking whose account is in use": {
    given: [
      "select tests.provider('p_jon')",
      "select tests.begin_booking('jon', 'p_jon', 1000, 'usd')",
    ],
    first: "select from farthing.accounts where owner_id = tests.person('jon') for update",
    second: cancelsUnanswered("jon"),
    says: "0",
    passes: true,
  },
  "the task skips a booking that gets its payment": {
    given: [
      "select tests.provider('p_kim')",
      "select tests.begin_booking('kim', 'p_kim', 1000, 'usd')",
    ],
    first: `select bookings_attach(${bookingOf("kim")}, 'pi_kim', 'secret',
      null, tests.after('25 h'))`,
    second: cancelsUnanswered("kim"),
    says: "0",
    passes: true,
    ends: { [status("kim")]: "payment_pending" },
  },
});
