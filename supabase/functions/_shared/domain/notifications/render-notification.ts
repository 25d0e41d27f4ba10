/** Lists the notification templates by name, and renders a notification as an email. */
import type { ShopFace } from "../../contracts/database/results/notifications.ts";
import {
  creditsExpiring,
  lowBalance,
  topUpAuthentication,
  topUpCapped,
  topUpFailed,
  topUpPaused,
} from "./account-templates.ts";
import { bookingCancelled, bookingReceipt, receipt, refund } from "./buyer-templates.ts";
import { type Email, writeEmail } from "./email.ts";
import { formatsOf } from "./locale-formats.ts";
import { languageOf, LANGUAGES, type Languages } from "./languages/languages.ts";
import { alert, anchor, dispute } from "./operator-templates.ts";
import type { Template } from "./define-template.ts";

const BY_NAME = {
  receipt,
  refund,
  booking_receipt: bookingReceipt,
  booking_cancelled: bookingCancelled,
  low_balance: lowBalance,
  credits_expiring: creditsExpiring,
  top_up_failed: topUpFailed,
  top_up_paused: topUpPaused,
  top_up_capped: topUpCapped,
  top_up_authentication: topUpAuthentication,
  dispute,
  alert,
  anchor,
};

/** The name of a template, as the database stores it. */
export type TemplateName = keyof typeof BY_NAME;

// The cast is safe: renderNotification parses the data with a template's own schema before it calls
// that template's write().
const TEMPLATES: ReadonlyMap<string, Template> = new Map(
  Object.entries(BY_NAME) as [string, Template][],
);

/** Thrown if the template is unknown or its data are invalid. Another attempt would also fail. */
export class InvalidNotification extends Error {}

/** The reader of an email, and the shop that sends it. */
export interface Reader {
  /** The recipient's locale, such as `de` or `de-AT`. */
  readonly locale: string;
  readonly shop: ShopFace;
}

/**
 * Returns the shop without its postal address and its support contacts, which operators don't need.
 */
function forOperators({ address: _, support_email: _email, support_url: _url, ...rest }: ShopFace) {
  return rest;
}

/**
 * Renders a notification as an email.
 * @throws InvalidNotification with the template's name and the field's name, but not the field's value,
 * because the error is logged
 */
export function renderNotification(
  template: string,
  data: unknown,
  { locale, shop }: Reader,
  languages: Languages = LANGUAGES,
): Email {
  const known = TEMPLATES.get(template);
  if (known === undefined) throw new InvalidNotification(`no template ${template}`);
  const parsed = known.schema.safeParse(data);
  if (!parsed.success) {
    throw new InvalidNotification(`${template}: ${parsed.error.issues[0]?.path.join(".")}`);
  }
  const language = known.isEnglish ? languageOf("en") : languageOf(locale, languages);
  const parts = known.write(parsed.data, {
    say: language.sentences,
    ...formatsOf(language.formats),
  });
  return writeEmail({ references: [], ...parts }, {
    language,
    shop: known.isEnglish ? forOperators(shop) : shop,
  });
}
