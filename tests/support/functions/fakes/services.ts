/** Services that answer from memory and record the calls that they get. */
import type { Ai } from "../../../../supabase/functions/_shared/adapters/ai/ai.ts";
import {
  createDatabase,
  type Database,
} from "../../../../supabase/functions/_shared/adapters/database/database.ts";
import type {
  ArgsOf,
  FunctionName,
  ResultOf,
} from "../../../../supabase/functions/_shared/contracts/database/functions.ts";
import type { InboxEvent } from "../../../../supabase/functions/_shared/contracts/database/results/inbox.ts";
import { sha256 } from "../../../../supabase/functions/_shared/core/hash.ts";
import { timeLeftMs } from "../../../../supabase/functions/_shared/core/deadline.ts";
import { ApiError } from "../../../../supabase/functions/_shared/core/errors.ts";
import { createSharedVerifier } from "../../../../supabase/functions/_shared/http/auth/shared-secret.ts";
import { NO_END } from "../../../../supabase/functions/_shared/core/isolate.ts";
import type { LogRecord } from "../../../../supabase/functions/_shared/core/logger.ts";
import type { Mail } from "../../../../supabase/functions/_shared/adapters/mail/mail.ts";
import { NO_METRICS } from "../../../../supabase/functions/_shared/metrics/metrics.ts";
import type { Operators } from "../../../../supabase/functions/_shared/adapters/webhook/operators.ts";
import { NO_REPORT } from "../../../../supabase/functions/_shared/adapters/sentry/report-type.ts";
import type { Services } from "../../../../supabase/functions/_shared/http/route/app-services.ts";
import type { ListedEvent } from "../../../../supabase/functions/_shared/adapters/stripe/event-feed.ts";
import type { Payments } from "../../../../supabase/functions/_shared/adapters/stripe/create-payments.ts";
import { FAKE_AI } from "./ai.ts";
import { BALANCE_TRANSACTION } from "../samples/payouts.ts";
import { NO_LIMITER } from "./no-limiter.ts";
import { makeProject, type Project } from "../project.ts";
import { SAMPLES } from "../samples/database.ts";

type Answers = { [N in FunctionName]?: (args: ArgsOf<N>) => ResultOf<N> | Promise<ResultOf<N>> };

interface RecordedCall {
  readonly name: FunctionName;
  readonly args: Readonly<Record<string, unknown>>;
}

interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly record: LogRecord;
}

export interface Fake {
  readonly services: Services;
  readonly source: () => Services;
  readonly project: Project;
  /** Every call that reached the database, in order. */
  readonly calls: RecordedCall[];
  readonly lines: LogLine[];
  /** Work that the functions continue after they have sent the response. */
  readonly background: Promise<unknown>[];
  readonly names: () => string[];
}

interface FakeOptions {
  readonly answers?: Answers;
  readonly payments?: Partial<Payments>;
  readonly ai?: Partial<Ai>;
  readonly mail?: Partial<Mail>;
  readonly operators?: Partial<Operators>;
  readonly overrides?: Partial<Services>;
  readonly now?: () => Date;
}

export const ORIGIN = "https://app.example.com";
export const FUNCTIONS_URL = "https://project.example.com/functions/v1";
export const OTHER_ORIGIN = "https://admin.example.com";

/** An event as the webhook adapter returns it. */
export const INBOX_EVENT: InboxEvent = {
  id: "evt_1",
  type: "checkout.session.completed",
  livemode: false,
  created: 1_795_000_000,
  facts: {},
};

/** An event as Stripe lists it. */
export function listedEvent(changes: Partial<InboxEvent> = {}): ListedEvent {
  const event = { ...INBOX_EVENT, ...changes };
  return { id: event.id, created: event.created, read: () => Promise.resolve(event) };
}

const PAYMENTS: Payments = {
  openSession: (order) =>
    Promise.resolve({ id: "cs_test_1", url: `https://checkout.example.com/${order.order_id}` }),
  listEvents: async function* () {
    yield [listedEvent()];
  },
  listAccounts: async function* () {},
  readPaidSession: () => Promise.resolve({ ...INBOX_EVENT, id: "read:cs_test_1" }),
  createAccount: ({ provider_id }) => Promise.resolve(`acct_${provider_id}`),
  createOnboardingLink: (account) => Promise.resolve(`https://connect.example.com/${account}`),
  createBookingPayment: () => Promise.resolve({ id: "pi_1", clientSecret: "pi_1_secret_2" }),
  cancelBookingPayment: () => Promise.resolve(),
  createRefund: () => Promise.resolve({ id: "re_1" }),
  makeTransfer: () => Promise.resolve("trr_1"),
  createCustomer: (userId) => Promise.resolve(`cus_${userId}`),
  openCardPage: ({ customerId }) => Promise.resolve(`https://checkout.example.com/${customerId}`),
  readCard: () =>
    Promise.resolve({
      customer_id: "cus_1",
      brand: "visa",
      last4: "4242",
      exp_month: 12,
      exp_year: 2040,
    }),
  detachCard: () => Promise.resolve(),
  chargeCard: () => Promise.resolve({ kind: "accepted", payment_id: "pi_1" }),
  cancelCharge: () => Promise.resolve(true),
  listBalance: () => Promise.resolve({ transactions: [BALANCE_TRANSACTION], after: null }),
  listPayout: () => Promise.resolve({ transactions: [BALANCE_TRANSACTION], after: null }),
  openTopUpPage: ({ order_id }) =>
    Promise.resolve({ id: "cs_1", url: `https://checkout.example.com/${order_id}` }),
  readEvent: (_body, signature) =>
    signature === "good"
      ? Promise.resolve(INBOX_EVENT)
      : Promise.reject(new ApiError("signature_invalid")),
  readBalance: () => Promise.resolve(),
  isReachable: () => Promise.resolve(true),
};

const MAIL: Mail = {
  service: "postmark",
  knowsRepeats: false,
  send: () => Promise.resolve("mail_1"),
};

const OPERATORS: Operators = {
  emails: ["operator@example.com"],
  runbookLink: (runbook) => `https://runbooks.example.com/${runbook}`,
  postAlert: () => Promise.resolve(),
};

export const WEBHOOK_SECRET = "current-".repeat(4);
export const PREVIOUS_WEBHOOK_SECRET = "previous".repeat(4);

/**
 * Makes the real database client with a transport in memory, so that tests see the client's real retries
 * and errors.
 */
function fakeDatabase(answers: Answers, calls: RecordedCall[]): Database {
  return createDatabase({
    async call(name, args) {
      // Like the real transport, throws if the request has no time left.
      timeLeftMs(1);
      const known = name as FunctionName;
      calls.push({ name: known, args });
      const answer = (answers[known] ?? SAMPLES[known]) as (a: typeof args) => unknown;
      return await answer(args);
    },
    close: () => Promise.resolve(),
  });
}

// Generating a project's signing keys takes long, and no test changes them, so all tests share one
// project.
const sharedProject = makeProject();

export async function makeFake(options: FakeOptions = {}): Promise<Fake> {
  const project = await sharedProject;
  const calls: RecordedCall[] = [];
  const lines: LogLine[] = [];
  const background: Promise<unknown>[] = [];
  const payments = { ...PAYMENTS, ...options.payments };
  const ai = { ...FAKE_AI, ...options.ai };
  const services: Services = {
    now: options.now ?? (() => new Date("2026-11-21T12:00:00Z")),
    log: (level, message, record = {}) => lines.push({ level, message, record }),
    database: fakeDatabase(options.answers ?? {}, calls),
    verify: project.verifier(),
    verifyShared: createSharedVerifier([WEBHOOK_SECRET, PREVIOUS_WEBHOOK_SECRET]),
    hashIp: (network) => sha256(network),
    features: { isOn: () => Promise.resolve(true) },
    limiter: NO_LIMITER,
    metrics: NO_METRICS,
    report: NO_REPORT,
    mail: () => Promise.resolve({ ...MAIL, ...options.mail }),
    operators: () => Promise.resolve({ ...OPERATORS, ...options.operators }),
    stripeMode: "test",
    payments: () => Promise.resolve(payments),
    ai: () => Promise.resolve(ai),
    origins: [ORIGIN, OTHER_ORIGIN],
    functionsUrl: FUNCTIONS_URL,
    waitUntil: (work) => background.push(work),
    lifetime: NO_END,
    pause: () => Promise.resolve(),
    checkKeySet: () => Promise.resolve("ok"),
    checkRedis: () => Promise.resolve("ok"),
    readRedisFigures: () => Promise.resolve({ memory_used_bytes: 1_000_000 }),
    ...options.overrides,
  };
  return {
    services,
    source: () => services,
    project,
    calls,
    lines,
    background,
    names: () => calls.map(({ name }) => name),
  };
}
