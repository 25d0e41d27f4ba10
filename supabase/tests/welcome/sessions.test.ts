/**
 * Two database sessions work on welcome credits at the same moment: users confirm their addresses,
 * runners grant, operators retry, and a user is deleted.
 */
import { meetings } from "../helpers/two-sessions.ts";

const id = (name: string) => `md5('${name}')::uuid`;
const signsUp = (name: string, email: string) =>
  `insert into auth.users (id, email, email_confirmed_at) values (${id(name)}, '${email}', now())`;
const runs = "select welcome_run(50, tests.after()) ->> 'granted'";
const credits = (name: string) =>
  `credits_balance(${id(name)}, p_now => tests.after()) ->> 'available'`;
const nr = (name: string) =>
  `(select request_nr from farthing.welcome_grants where user_id = ${id(name)})`;
const retries = (name: string) =>
  `select welcome_retry(${nr(name)}, 'why', p_now => tests.after())`;
const retriesAll = "select welcome_retry_refused(tests.after(), 1000, p_reason => 'why', " +
  "p_now => tests.after()) #>> '{data,retried}'";
const on =
  `select farthing.set_policy('{"welcome_credits": "100", "welcome_credits_day": "100000"}', 'test')`;
/** Signs up a user, who is refused because the email's domain is blocked. */
const refused = (name: string) => [
  on,
  "select farthing.set_blocked_domains('{refused.example}', 'test')",
  signsUp(name, `${name}@refused.example`),
  runs,
  "select farthing.set_blocked_domains('{}', 'test')",
];

meetings([], {
  "two runners at the same time grant once": {
    given: [on, signsUp("ann", "ann@example.com")],
    first: runs,
    second: runs,
    says: "0",
    ends: { [credits("ann")]: "100" },
  },
  "an address that is confirmed twice at once is planned once": {
    given: [
      on,
      `insert into auth.users (id, email) values (${id("bob")}, 'bob@example.com')`,
    ],
    first: `update auth.users set email_confirmed_at = now() where id = ${id("bob")}`,
    second: `update auth.users set email_confirmed_at = now() where id = ${id("bob")}`,
    says: "undefined",
    ends: {
      [`(select count(*) from farthing.welcome_grants where user_id = ${id("bob")})`]: "1",
      "welcome_run(50, tests.after()) ->> 'granted'": "1",
    },
  },
  "two spellings of one address that are granted at once get the credits once": {
    given: [on, signsUp("cid", "c.id@gmail.com"), signsUp("cid2", "CID+2@googlemail.com")],
    first: `select farthing.grant_welcome(request_nr::text, tests.after())
      from farthing.welcome_grants where user_id = ${id("cid")}`,
    second: `select farthing.grant_welcome(request_nr::text, tests.after())
      from farthing.welcome_grants where user_id = ${id("cid2")}`,
    says: "0",
    ends: { [credits("cid")]: "100", [credits("cid2")]: "0" },
  },
  "two grants at once that together exceed the day's ceiling are one grant": {
    given: [
      `select farthing.set_policy('{"welcome_credits": "100", "welcome_credits_day": "150"}', 'test')`,
      signsUp("dan", "dan@example.com"),
      signsUp("eve", "eve@example.com"),
    ],
    first: `select farthing.grant_welcome(request_nr::text, tests.after('9 days'))
      from farthing.welcome_grants where user_id = ${id("dan")}`,
    second: `select farthing.grant_welcome(request_nr::text, tests.after('9 days'))
      from farthing.welcome_grants where user_id = ${id("eve")}`,
    says: "0",
    ends: {
      [`(select reason from farthing.welcome_grants where user_id = ${id("eve")})`]: "day_ceiling",
    },
  },
  "two retries of a user at the same time queue them once": {
    given: refused("ida"),
    first: retries("ida"),
    second: retries("ida"),
    says: "welcome_not_refused",
    ends: {
      "welcome_run(50, tests.after()) ->> 'granted'": "1",
      [credits("ida")]: "100",
    },
  },
  "two retries of all refused users at the same time queue each once": {
    given: refused("jon"),
    first: retriesAll,
    second: retriesAll,
    says: "0",
    passes: true,
    ends: {
      "welcome_run(50, tests.after()) ->> 'granted'": "1",
      "welcome_run(50, tests.after('1 s')) ->> 'granted'": "0",
      [credits("jon")]: "100",
    },
  },
  "a runner leaves a user whose retry is not committed, and the next one grants": {
    given: refused("kim"),
    first: retries("kim"),
    second: `select farthing.grant_welcome(${nr("kim")}::text, tests.after())`,
    says: "0",
    passes: true,
    ends: { "welcome_run(50, tests.after()) ->> 'granted'": "1", [credits("kim")]: "100" },
  },
  "a sign-up succeeds without credits while another session has locked the requests": {
    given: [on],
    first: "lock table farthing.welcome_grants in share mode",
    second: signsUp("hal", "hal@example.com"),
    says: "undefined",
    givesUp: true,
    ends: {
      [`(select count(*) from auth.users where id = ${id("hal")})`]: "1",
      [`(select count(*) from farthing.welcome_grants where user_id = ${id("hal")})`]: "0",
    },
  },
  "a runner does not wait for the deletion of a user": {
    given: [on, signsUp("fay", "fay@example.com")],
    first: `delete from auth.users where id = ${id("fay")}`,
    second: runs,
    says: "0",
    passes: true,
  },
  "the deletion of a user waits for the grant, and closes its credits": {
    given: [on, signsUp("gus", "gus@example.com")],
    first: runs,
    second: `delete from auth.users where id = ${id("gus")}`,
    says: "undefined",
    ends: {
      [
        `(select count(*) from farthing.lots l join farthing.welcome_grants using (account_id, lot_id)
        where l.closed_at is null and user_id is null)`
      ]: "0",
    },
  },
});
