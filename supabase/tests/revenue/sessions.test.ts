/** A month that closes while a fact of the month is booked. */
import { meetings } from "../helpers/two-sessions.ts";

const CLOSES = "select farthing.close_months(tests.after('40 days'))";
const DAY_OF = (name: string) =>
  `(select booked_on from farthing.revenue_lines where source_id = 'pi_${name}')`;
const OPEN_FROM = "(select open_from from farthing.books)";
const paysLate = (name: string) =>
  `select tests.receive('checkout.session.completed', jsonb_build_object('order_id', (select order_id
    from tests.bought where name = '${name}'), 'session_id', 'cs_${name}', 'payment_id', 'pi_${name}',
    'payment_status', 'paid', 'amount', 999, 'currency', 'usd'), '41 days', '30 days')`;

meetings(["money_back"], {
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
