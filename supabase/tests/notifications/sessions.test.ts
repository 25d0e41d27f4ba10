/**
 * Runners and a scheduled task use the same notification at the same moment, and alerts are evaluated in
 * parallel.
 */
import { meetings } from "../helpers/two-sessions.ts";

const withNotification = (name: string) => [
  `select tests.give('${name}', '1')`,
  `select farthing.notify((select account_id from farthing.accounts where owner_id = tests.person('${name}')),
    'low_balance', '${name}', '{}', tests.after())`,
];
const claims = (passed: string, lease = "null", mail = "resend") =>
  `select jsonb_array_length(notifications_claim(10, '${mail}', ${lease},
    p_now => tests.after('${passed}')))`;
const lease = (name: string) => `md5('${name}')::uuid`;
const notificationOf = (name: string) =>
  `(select notification_id from farthing.notifications where subject = '${name}')`;
const fails = (name: string, passed: string) =>
  `select notifications_failed(${notificationOf(name)}, ${lease(name)}, 'again', 'mail_down', null,
    tests.after('${passed}')) ->> 'known'`;
const ends = (name: string, passed: string) =>
  `select farthing.end_notification_lease(${notificationOf(name)}::text, tests.after('${passed}'))`;
const state = (name: string) =>
  `select state from farthing.notifications where subject = '${name}'`;
const forget = (name: string) => `delete from farthing.notifications where subject = '${name}'`;

meetings([], {
  "T22: two runners at once claim a notification once": {
    given: withNotification("ann"),
    first: claims("1 s", lease("ann")),
    second: claims("1 s"),
    says: "0",
    passes: true,
    ends: { [state("ann")]: "sending" },
  },
  "a claim repeated while the first one runs returns the same notifications": {
    given: [forget("ann"), ...withNotification("bob")],
    first: claims("1 s", lease("bob")),
    second: claims("1 s", lease("bob")),
    says: "1",
  },
  "a lease does not end while its runner reports": {
    given: [forget("bob"), ...withNotification("cid"), claims("1 s", lease("cid"))],
    first: fails("cid", "6 min"),
    second: ends("cid", "6 min"),
    says: "0",
    passes: true,
    ends: { [state("cid")]: "failed" },
  },
  "T22: a runner that reports while its lease ends has lost the notification": {
    given: [forget("cid"), ...withNotification("dan"), claims("1 s", lease("dan"), "postmark")],
    first: ends("dan", "6 min"),
    second: fails("dan", "6 min"),
    says: "false",
    ends: { [state("dan")]: "uncertain" },
  },
  "a notification is not given up while it is sent": {
    given: withNotification("eve"),
    first: claims("1 s", lease("eve")),
    second: `select farthing.give_up_notification(${
      notificationOf("eve")
    }::text, tests.after('4 days'))`,
    says: "0",
    passes: true,
    ends: { [state("eve")]: "sending" },
  },
  "the task of notifications skips a notification that is in use": {
    given: [
      "select farthing.notify_operators('alert', 'fay', '{}', tests.after())",
      `update farthing.notifications set state = 'sent', finished_at = tests.after(), next_attempt_at = null
        where account_id is null`,
    ],
    first: "select from farthing.notifications where account_id is null for update",
    second: "select farthing.give_up_notifications(tests.after('91 days'))",
    says: "0",
    passes: true,
  },
  "two evaluations of alerts at once notify an incident once": {
    given: [
      "update farthing.alert_rules set enabled = rule = 'parked_items'",
      "select farthing.park_item('x', 'y', 'z', 'boom', tests.after())",
    ],
    first: "select farthing.evaluate_alerts(tests.after('1 h'))",
    second: "select farthing.evaluate_alerts(tests.after('1 h'))",
    says: "0",
  },
  "scheduled tasks are not watched during an evaluation of alerts": {
    given: ["update farthing.alert_rules set enabled = true where rule = 'tasks_stopped'"],
    first: "select farthing.evaluate_alerts(tests.after('2 h'))",
    second: "select farthing.watch_runner(tests.after('2 h'))",
    says: "false",
    passes: true,
  },
});
