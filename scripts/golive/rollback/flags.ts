/** Switches off what the canary has switched on, and waits until no process admits anybody. */
import { z } from "zod";
import { waitFor } from "@farthing/command-line";
import { FeatureForMe } from "../../../supabase/functions/_shared/contracts/features.ts";
import { formatMs } from "../../command/format-ms.ts";
import type { Context, GoLiveStep } from "../command/context.ts";
import { failed, found, skipped, warning } from "../core/step.ts";
import { ask, dataOf } from "../shared/ask.ts";
import { customerOf } from "../shared/customer.ts";
import { NO_EMULATOR } from "../shared/emulator.ts";
import {
  FLAG_DELAY_MS,
  flagsOfCanary,
  isOnForAll,
  NOT_ON_SALE,
  setFlags,
} from "../shared/flags.ts";
import { openCheckout, orderPaid, payOnEmulator, readOrder } from "../shared/purchase.ts";

/** The beginning of a rollback, for its time and for the events since then. */
export const beganAt = ({ facts }: Context): number => Number(facts["rollback.began"] ?? "0");

/** Opens an order that is paid after the flag is off: a customer who was about to pay. */
export const order: GoLiveStep = {
  code: "rollback.order",
  title: "Is a customer about to pay?",
  source: "credits",
  async run(context) {
    const { project, options, run, facts, tell } = context;
    if (facts["rollback.began"] === undefined) {
      await tell({ "rollback.began": String(Date.now()) });
    }
    if (project.emulatorUrl === undefined) return skipped(`A purchase ${NO_EMULATOR}.`);
    if (!await isOnForAll(project, "b2c")) return skipped(NOT_ON_SALE);
    const customer = await customerOf(context, "rollback");
    const key = `golive-rollback-${run}`;
    const { order_id } = await openCheckout(project, customer, options.packageSlug, key);
    await tell({ "rollback.order": order_id });
    return found(`order ${order_id} is open`);
  },
};

export const flags: GoLiveStep = {
  code: "rollback.flags-off",
  title: "Are the flags off, in every process?",
  source: "project",
  async run({ project, options }) {
    const start = performance.now();
    const ofCanary = await flagsOfCanary(project);
    const names = [...new Set([options.flag, ...ofCanary])];
    await setFlags(project, names.map((name) => ({ name, state: "off" })), "golive rollback");
    const setMs = performance.now() - start;
    const isOff = await waitFor(
      async () => {
        const features = dataOf(await ask(project, "features"), 200, z.array(FeatureForMe));
        const on = features.filter(({ name, enabled }) => enabled && names.some((n) => n === name));
        return on.length === 0 && performance.now() - start - setMs >= FLAG_DELAY_MS || undefined;
      },
      4 * FLAG_DELAY_MS,
      250,
    );
    const evidence = `${names.join(", ")} off in ${formatMs(setMs)}, read by every process within ${
      formatMs(FLAG_DELAY_MS)
    }`;
    return isOff
      ? found(evidence)
      : failed(evidence, "Somebody switched a flag on: GET /settings/flags.");
  },
};

/** New orders are refused, and one that was open is paid and granted. */
export const paidMeanwhile: GoLiveStep = {
  code: "rollback.paid-meanwhile",
  title: "Is an order granted that is paid after the flags are off?",
  source: "ledger",
  async run(context) {
    const { project, facts, options } = context;
    const id = facts["rollback.order"];
    if (id === undefined) return skipped("no order was open when the rollback began");
    const customer = await customerOf(context, "rollback");
    const body = { package_id: options.packageSlug };
    const refused = await ask(project, "checkout", { as: customer.as, body });
    await payOnEmulator(project, await readOrder(project, customer, id));
    const paid = await orderPaid(project, customer, id);
    const evidence = [
      `a new checkout: ${refused.status} ${refused.code}`,
      `order ${id}: ${paid?.status ?? "not paid"}, ${paid?.total_credits ?? "0"} credits`,
    ];
    if (paid === undefined) return failed(evidence, "Fetch lost events: deno task golive webhook.");
    return refused.status === 403
      ? found(evidence)
      : warning(evidence, "A new order was accepted.");
  },
};
