/**
 * Two database sessions at the same moment: support reads a customer's data while the other session
 * uses the customer's account.
 */
import { type Meeting, meetings } from "../helpers/two-sessions.ts";

const spends = (name: string) =>
  `select credits_debit(tests.person('${name}'), '1', 'x', p_now => tests.after('1 h'))`;
const reads = (name: string) =>
  `select customers_read(md5('${name}')::uuid::text, 'operator:x', tests.after('1 h'))
    #>> '{refused_next,0,above}'`;
const readsOf = (name: string) =>
  `select count(*) from farthing.customer_reads
    where account_id = farthing.account_for(tests.person('${name}'))`;

const passes = (name: string, second: string, says: string): Meeting => ({
  given: [`select tests.give('${name}', '10')`],
  first: spends(name),
  second,
  says,
  passes: true,
  ends: { [readsOf(name)]: "1" },
});

meetings([], {
  "a customer's page does not wait for a debit": passes("ann", reads("ann"), "10"),
  "a search does not wait for a debit": passes(
    "bob",
    "select jsonb_array_length(customers_search('bob@example.com', 'operator:x') -> 'customers')",
    "1",
  ),
  "a page with an expired hold is shown although the account stays locked": {
    given: ["select tests.give('cid', '10')", "select tests.hold('cid', '4', 60)"],
    first: "select from farthing.accounts where owner_id = tests.person('cid') for update",
    second: reads("cid"),
    says: "10",
    givesUp: true,
    ends: {
      [readsOf("cid")]: "1",
      "tests.balance('cid')": "balance 10, held 4, available 6, debt 0",
    },
  },
  "a page with an expired hold waits for a short debit": {
    given: ["select tests.give('dan', '10')", "select tests.hold('dan', '4', 60)"],
    first: spends("dan"),
    second: reads("dan"),
    says: "9",
    ends: { [readsOf("dan")]: "1" },
  },
});
