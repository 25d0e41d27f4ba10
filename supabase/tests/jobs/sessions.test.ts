/** Two runners, the user and a scheduled task use the same job at the same moment. */
import { meetings } from "../helpers/two-sessions.ts";

const asked = (name: string, type = name) => [
  `select tests.give('${name}', '1000')`,
  `select tests.job('${name}', '${type}', tests.lines(4))`,
];
const claimed = (name: string) => [
  ...asked(name),
  `select tests.claim('${name}', '${name}', '1 s')`,
];
const jobNr = (name: string) =>
  `(select job_nr::text from farthing.jobs where job_id = tests.job_id('${name}'))`;
const state = (name: string) => `tests.job_state('${name}')`;
const step = (name: string, passed = "2 s") =>
  `select tests.step('${name}', 1, 'plan', 1, '${passed}') ->> 'status'`;
const completes = (name: string, passed = "3 s") =>
  `select jobs_complete(tests.runner('${name}'), jsonb_build_array(jsonb_build_object(
    'job_id', tests.job_id('${name}'), 'token', 1, 'result', '{}'::jsonb)), tests.after('${passed}'))
    #>> '{jobs,0,status}'`;
const cancels = (name: string, passed = "3 s") =>
  `select jobs_cancel(tests.person('${name}'), tests.job_id('${name}'), tests.after('${passed}'))
    #>> '{status}'`;
const leaves = (name: string) =>
  `select from auth.users where id = tests.person('${name}') for update`;
const locksAccount = (name: string) =>
  `select from farthing.accounts where owner_id = tests.person('${name}') for update`;
const endsLease = (name: string, passed = "5 min") =>
  `select farthing.end_job_lease(${jobNr(name)}, tests.after('${passed}'))`;

meetings(["jobs"], {
  "two runners at once claim a job once": {
    given: asked("ann"),
    first: "select tests.claim('one', 'ann', '1 s')",
    second: "select tests.claim('two', 'ann', '1 s')",
    says: "null",
    passes: true,
    ends: { [state("ann")]: "processing 0%, attempt 1, no error" },
  },
  "a step written twice at once is charged once": {
    given: claimed("bob"),
    first: step("bob"),
    second: step("bob"),
    says: "processing",
    ends: { "tests.balance('bob')": "balance 950, held 150, available 800, debt 0" },
  },
  "a step written while its job is cancelled is charged, and the job stays cancelled": {
    given: claimed("cid"),
    first: cancels("cid"),
    second: step("cid", "4 s"),
    says: "cancelled",
    ends: { [state("cid")]: "cancelled 0%, attempt 1, no error" },
  },
  "a job cancelled while it is completed is completed": {
    given: claimed("dan"),
    first: completes("dan"),
    second: cancels("dan"),
    says: "job_not_cancellable",
    ends: { [state("dan")]: "completed 100%, attempt 1, no error" },
  },
  "a job completed while it is cancelled stays cancelled": {
    given: claimed("eve"),
    first: cancels("eve"),
    second: completes("eve"),
    says: "cancelled",
    ends: { [state("eve")]: "cancelled 0%, attempt 1, no error" },
  },
  "a job cancelled while it is claimed is cancelled": {
    given: asked("fay"),
    first: "select tests.claim('fay', 'fay', '1 s')",
    second: cancels("fay"),
    says: "cancelled",
    ends: {
      [state("fay")]: "cancelled 0%, attempt 1, no error",
      // A step may be running, so its credits stay held.
      "tests.balance('fay')": "balance 1000, held 200, available 800, debt 0",
    },
  },
  "a job completed while its account is charged releases its hold": {
    given: claimed("gus"),
    first: "select credits_debit(tests.person('gus'), '700', 'x')",
    second: completes("gus"),
    says: "completed",
    ends: { "tests.balance('gus')": "balance 300, held 0, available 300, debt 0" },
  },
  "two requests with one client_temp_id at once create one job": {
    given: ["select tests.give('hal', '1000')"],
    first: "select data ->> 'job_id' from tests.job('hal', 'hal', tests.lines(1), p_temp => 't')",
    second: `select data ->> 'job_id' = tests.job_id('hal')::text
      from tests.job('hal', 'hal', tests.lines(1), p_temp => 't')`,
    says: "true",
    ends: { "tests.balance('hal')": "balance 1000, held 50, available 950, debt 0" },
  },
  "a job requested during the deletion of its user waits before it locks the account": {
    given: ["select tests.give('ida', '1000')"],
    first: leaves("ida"),
    then: locksAccount("ida"),
    second: "select (tests.job('ida', 'ida', tests.lines(1))).status",
    says: "202",
  },
  "a step written during the deletion of its user waits before it locks the account": {
    given: claimed("jon"),
    first: leaves("jon"),
    then: locksAccount("jon"),
    second: step("jon"),
    says: "processing",
  },
  "a job completed during the deletion of its user locks the user before the account": {
    given: claimed("kim"),
    first: `${
      leaves("kim")
    }; select from farthing.jobs where job_id = tests.job_id('kim') for update`,
    then: locksAccount("kim"),
    second: completes("kim"),
    says: "completed",
  },
  "a step locks the account before the job, as every step does": {
    given: claimed("viv"),
    first: locksAccount("viv"),
    then: "select from farthing.jobs where job_id = tests.job_id('viv') for no key update",
    second: step("viv"),
    says: "processing",
  },
  "a completion locks the account before the job, as every step does": {
    given: claimed("tim"),
    first: locksAccount("tim"),
    then: "select from farthing.jobs where job_id = tests.job_id('tim') for no key update",
    second: completes("tim"),
    says: "completed",
  },
  "a heartbeat skips the jobs of a user who is being deleted": {
    given: claimed("lea"),
    first: leaves("lea"),
    second: "select jobs_heartbeat(tests.runner('lea'), 60, tests.after('2 s'))",
    says: '{"jobs":[]}',
    passes: true,
  },
  "a heartbeat waits for a job that is being completed, and does not change it": {
    given: claimed("mia"),
    first: completes("mia"),
    second: "select jobs_heartbeat(tests.runner('mia'), 60, tests.after('4 s'))",
    says: '{"jobs":[]}',
    ends: { [state("mia")]: "completed 100%, attempt 1, no error" },
  },
  "the task skips a job that is being completed": {
    given: claimed("ned"),
    first: `select from farthing.jobs where job_id = tests.job_id('ned') for update`,
    second: endsLease("ned"),
    says: "0",
    passes: true,
  },
  "the task skips a job whose account is in use": {
    given: claimed("ola"),
    first: "select credits_debit(tests.person('ola'), '1', 'x')",
    second: endsLease("ola"),
    says: "0",
    passes: true,
  },
  "the task skips a job whose user is being deleted": {
    given: claimed("pia"),
    first: leaves("pia"),
    second: endsLease("pia"),
    says: "0",
    passes: true,
  },
  "a requeued job is not completed by its first runner at the same moment": {
    given: claimed("rob"),
    first: `${endsLease("rob")}; select tests.claim('other', 'rob', '6 min')`,
    second: completes("rob", "6 min"),
    says: "lost",
    ends: { [state("rob")]: "processing 0%, attempt 2, no error" },
  },
  "a free requeued job is not completed by its first runner at the same moment": {
    given: [
      "select tests.job('uma', 'uma')",
      "select tests.claim('uma', 'uma', '1 s')",
    ],
    first: `${endsLease("uma")}; select tests.claim('other', 'uma', '6 min')`,
    second: completes("uma", "6 min"),
    says: "lost",
    ends: { [state("uma")]: "processing 0%, attempt 2, no error" },
  },
  "a step of a requeued job is refused at the same moment": {
    given: claimed("sue"),
    first: `${endsLease("sue")}; select tests.claim('other', 'sue', '6 min')`,
    second: step("sue", "6 min"),
    says: "lost",
    ends: { "tests.balance('sue')": "balance 1000, held 200, available 800, debt 0" },
  },
});
