/** Every template there is, by the name that the database gives it. */
import { type Content, writeLetter } from "./letter.ts";
import type { Template } from "./template.ts";
import { alert } from "./templates/alert.ts";
import { anchor } from "./templates/anchor.ts";
import { creditsExpiring } from "./templates/credits-expiring.ts";
import { dispute } from "./templates/dispute.ts";
import { lowBalance } from "./templates/low-balance.ts";
import { receipt } from "./templates/receipt.ts";
import { refund } from "./templates/refund.ts";
import { topUpAuthentication } from "./templates/top-up-authentication.ts";
import { topUpCapped } from "./templates/top-up-capped.ts";
import { topUpFailed } from "./templates/top-up-failed.ts";
import { topUpPaused } from "./templates/top-up-paused.ts";

const TEMPLATES: ReadonlyMap<string, Template> = new Map(Object.entries({
  receipt,
  refund,
  low_balance: lowBalance,
  credits_expiring: creditsExpiring,
  top_up_failed: topUpFailed,
  top_up_paused: topUpPaused,
  top_up_capped: topUpCapped,
  top_up_authentication: topUpAuthentication,
  dispute,
  alert,
  anchor,
  // Each write() takes what its own schema gives, and gets it below.
}) as [string, Template][]);

/** There is no such template, or it cannot be written with these data: no use in another try. */
export class BadNotice extends Error {}

/** @throws BadNotice naming the template and the field, without what stands in it */
export function renderNotice(template: string, data: unknown): Content {
  const known = TEMPLATES.get(template);
  if (known === undefined) throw new BadNotice(`no template ${template}`);
  const parsed = known.schema.safeParse(data);
  if (parsed.success) return writeLetter(known.write(parsed.data));
  throw new BadNotice(`${template}: ${parsed.error.issues[0]?.path.join(".")}`);
}
