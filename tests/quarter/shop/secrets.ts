/** The API key of the Stripe emulator, and the signing secret of its webhooks. */
export const STRIPE_KEY = "sk_test_quarter_0123456789";
export const SIGNING_SECRET = "whsec_quarter_0123456789";
