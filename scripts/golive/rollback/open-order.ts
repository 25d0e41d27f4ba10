/**
 * Opens an order before the flags go off, and pays it afterwards. This needs the emulator, because
 * a program can't pay on Stripe's own page. A failure is only a warning, because it must not delay
 * the rollback.
 */
import type { Context, GoLiveStep } from "../command/context.ts";
import { taskLine } from "../command/task-line.ts";
import { type Finding, found, skipped, warning } from "../core/step.ts";
import { ask } from "../shared/ask.ts";
import { customerOf } from "../shared/customer.ts";
import { openOrder } from "../shared/open-order.ts";
import { orderPaid, payOnEmulator, readOrder } from "../shared/purchase.ts";

/** The flags are switched off only after this step, so it may take at most this long. */
const MOST_MS = 10_000;

const NOT_SHOWN = "The rollback goes on. rollback.proof shows whether paid orders were granted.";

/** Returns a warning if `use` fails, or takes longer than `mostMs`. */
async function orWarning(use: () => Promise<Finding>, mostMs?: number): Promise<Finding> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<Finding>((done) => {
    if (mostMs === undefined) return;
    timer = setTimeout(() => done(warning(`not finished within ${mostMs} ms`, NOT_SHOWN)), mostMs);
  });
  try {
    return await Promise.race([use(), late]);
  } catch (error) {
    return warning((error as Error).message, NOT_SHOWN);
  } finally {
    clearTimeout(timer);
  }
}

/** Opens an order that is paid after the flag is off. */
export const order: GoLiveStep = {
  code: "rollback.order",
  title: "Is a customer about to pay?",
  source: "credits",
  async run(context) {
    const { facts, tell } = context;
    if (facts["rollback.began"] === undefined) {
      await tell({ "rollback.began": String(Date.now()) });
    }
    return await orWarning(() => openOrder(context, "rollback"), MOST_MS);
  },
};

async function paid(context: Context, id: string): Promise<Finding> {
  const { project, options, tell } = context;
  const customer = await customerOf(context, "rollback");
  const body = { package_id: options.packageSlug };
  const refused = await ask(project, "checkout", { as: customer.as, body });
  await payOnEmulator(project, await readOrder(project, customer, id));
  await tell({ "rollback.paid": String(Date.now()) });
  const order = await orderPaid(project, customer, id);
  const evidence = [
    `a new checkout, which must be refused with 403: ${refused.status} ${refused.code}`,
    `order ${id}: ${order?.status ?? "not paid"}, ${order?.total_credits ?? "0"} credits`,
  ];
  if (order === undefined) {
    const webhook = taskLine(context.options, "golive webhook");
    return warning(evidence, `${webhook} shows whether the order's event is lost.`);
  }
  return refused.status === 403
    ? found(evidence)
    : warning(evidence, "Check with GET /settings/flags whether a flag is still on.");
}

/**
 * Shows that new orders are refused, and that the order from before can still be paid and gets its
 * credits.
 */
export const paidMeanwhile: GoLiveStep = {
  code: "rollback.paid-meanwhile",
  title: "Does an order that is paid after the flags are off get its credits?",
  source: "ledger",
  async run(context) {
    const id = context.facts["rollback.order"];
    if (id === undefined) return skipped("no order was open when the rollback began");
    return await orWarning(() => paid(context, id));
  },
};
