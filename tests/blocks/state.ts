/**
 * A state of a block to check: the service's responses, and the text that the page shows with them.
 */
import type { Page } from "playwright-core";
import type { Answers } from "./fake-service.ts";

export interface State {
  readonly block: string;
  readonly name: string;
  /** Further parameters of the page's URL, for example `&user=none`. */
  readonly search?: string;
  readonly answers: Answers;
  /** Brings the block into this state. */
  readonly act?: (page: Page) => Promise<unknown>;
  /** A text that the page shows in this state. */
  readonly shows: string;
}
