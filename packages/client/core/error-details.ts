/** The details of an error. */

/**
 * Each field belongs to the codes that its comment names, and is undefined for other codes. Amounts
 * of credits are decimal strings.
 */
export interface ErrorDetails {
  /**
   * `insufficient_credits`, `spend_cap_reached`, `overdraft_exceeded`: the credits that the call
   * needs.
   */
  readonly required?: string;
  /** `insufficient_credits`, `overdraft_exceeded`: the credits that the user can spend. */
  readonly available?: string;
  /** `spend_cap_reached`: the cap, the credits that were spent today, and the held credits. */
  readonly cap?: string;
  readonly spent?: string;
  readonly held?: string;
  /** `spend_cap_reached`: the time at which the cap resets. */
  readonly resets_at?: string;
  /**
   * `hold_not_open`, `grant_not_pending`: how the hold or the grant ended. `deadline_exceeded` of
   * `waitForOrder`: the order's status.
   */
  readonly status?: string;
  /** Every other field, as the API's documentation describes it for each code. */
  readonly [name: string]: unknown;
}
