/**
 * Revenue lines are booked while a month closes, while missing lines are booked, or while Stripe's lists
 * are stored.
 */
import { meetings } from "../helpers/two-sessions.ts";

const CLOSES = "select farthing.close_months(tests.after('40 days'))";
const DAY_OF = (name: string) =>
  `(select booked_on from farthing.revenue_lines where source_id = 'pi_${name}')`;
const OPEN_FROM = "(select open_from from farthing.books)";
const paysLate = (name: string) =>
  `select tests.receive('checkout.session.completed', jsonb_build_object('order_id', (select order_id
    from tests.bought where name = '${name}'), 'session_id', 'cs_${name}', 'payment_id', 'pi_${name}',
    'payment_status', 'paid', 'amount', 999, 'currency', 'usd'), '41 days', '30 days')`;

/**
 * Returns a page of Stripe's list with the charge of this buyer and Stripe's fee. If the fee
 * differs from the stored fee, the difference is booked.
 */
const page = (name: string, fee: number) =>
  `jsonb_build_array(tests.listed('${name}', 'charge', 999, '{"fee": ${fee}, "amount": ${
    999 + fee
  }}'))`;
/** book_missing_lines() makes this call for each fact, after it has locked the lines. */
const booksFees = (name: string) =>
  `select farthing.book_waiting_transactions('pi_${name}', tests.after('76 days'))`;
const FEE_OF = (name: string) =>
  `(select -sum(amount) from farthing.revenue_lines where source_id = 'txn_${name}')`;

meetings(["money_back", "payouts"], {
  "a month closes after the fact that is being booked in it": {
    given: ["select tests.buys('ann')"],
    first: "select tests.pays('ann', '30 days')",
    second: CLOSES,
    says: "1",
    ends: { [DAY_OF("ann")]: "2027-01-31", [OPEN_FROM]: "2027-02-01" },
  },
  "a fact that arrives while its month closes counts in the next month": {
    given: ["select tests.buys('bob')"],
    first: CLOSES.replace("40 days", "70 days"),
    second: paysLate("bob"),
    says: '{"received":true}',
    ends: { [DAY_OF("bob")]: "2027-03-01", [OPEN_FROM]: "2027-03-01" },
  },
  "missing lines are booked after the event that is being applied, and do not book its lines again":
    {
      given: ["select tests.buys('dan')"],
      first: "select tests.pays('dan', '70 days')",
      then: "select 1",
      second: "select farthing.book_missing_lines(tests.after('71 days'))",
      says: "0",
      ends: { "(select count(*) from farthing.revenue_lines where source_id = 'pi_dan')": "1" },
    },
  "an event that arrives while missing lines are booked waits for them": {
    given: ["select tests.buys('eve')"],
    first: "select farthing.book_missing_lines(tests.after('71 days'))",
    then: "select 1",
    second: "select tests.pays('eve', '71 days')",
    says: '{"received":true}',
    ends: { "(select count(*) from farthing.revenue_lines where source_id = 'pi_eve')": "1" },
  },
  "a list of balance transactions that is stored while missing lines are booked waits for them": {
    given: [
      "select tests.buys('gus')",
      "select tests.pays('gus', '72 days')",
      "select balance_claim(tests.after('72 days'))",
      `select balance_record(tests.after('72 days'), ${page("gus", 10)}, 'txn_gus',
        tests.after('72 days'))`,
    ],
    first: "select farthing.book_missing_lines(tests.after('73 days'))",
    then: booksFees("gus"),
    second: `select balance_record(tests.after('72 days'), ${page("gus", 20)}, null,
      tests.after('73 days'))`,
    says: '{"taken":false}',
    ends: { [FEE_OF("gus")]: "20" },
  },
  "a list of a payout that is stored again while missing lines are booked waits for them": {
    given: [
      "select tests.buys('hal')",
      "select tests.pays('hal', '74 days')",
      "select tests.pays_out('po_hal', 999, '74 days')",
      `select tests.lists(${page("hal", 10)}, '74 days')`,
      `update farthing.reconciliations set due_at = tests.after('75 days')
        where payout_id = 'po_hal'`,
      "select payouts_claim(tests.after('75 days'))",
    ],
    first: "select farthing.book_missing_lines(tests.after('76 days'))",
    then: booksFees("hal"),
    second: `select payouts_record('po_hal', tests.after('75 days'), ${page("hal", 20)}, null,
      tests.after('76 days'))`,
    says: '{"listed":true,"mismatches":0}',
    ends: { [FEE_OF("hal")]: "20" },
  },
  "lines that are being booked are in the sums of days once": {
    given: ["select tests.buys('cyn')"],
    first: "select tests.pays('cyn', '30 days')",
    second: "select farthing.roll_up_revenue() > 0",
    says: "true",
    ends: {
      "(select rolled_to = (select max(line_nr) from farthing.revenue_lines) from farthing.books)":
        "true",
      "(select count(*) from farthing.prove_revenue())": "0",
    },
  },
});
