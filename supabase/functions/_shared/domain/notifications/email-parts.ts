/** The parts of an email, and for whom it is written. */
import type { ShopFace } from "../../contracts/database/results/notifications.ts";
import type { ChosenLanguage } from "./languages/languages.ts";

export type Fact = readonly [name: string, value: string];

export interface EmailParts {
  readonly subject: string;
  readonly heading: string;
  /** The value that the email is about, such as the amount paid. The value is also in `facts`. */
  readonly figure?: string;
  /** Sentences from the language files. Values from the notification's data belong in `facts`. */
  readonly sentences: readonly string[];
  /** Pairs of a name and a value. */
  readonly facts: readonly Fact[];
  /** Pairs of a name and an id. A reader needs the id only to ask about the email. */
  readonly references: readonly Fact[];
  /** The link to the one action that the email asks for. */
  readonly link?: { readonly label: string; readonly url: string };
}

/** The language and the shop of an email. */
export interface Look {
  readonly language: ChosenLanguage;
  readonly shop: ShopFace;
}
