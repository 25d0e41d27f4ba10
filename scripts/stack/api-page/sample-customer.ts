/**
 * The customer for whom the API page sends its examples. Opening the page creates the objects that
 * are missing: two users, a paid order, a job, a provider and a booking. A hold is opened when no
 * hold is open.
 */
import { createFarthing, type Farthing } from "@farthing/client";
import { createFarthingServer, type FarthingServer } from "@farthing/client/server";
import { waitFor } from "@farthing/command-line";
import type { Access } from "@farthing/local-stack";
import { onboardProvider, payCheckout } from "@farthing/stripe-emulator/browser";
import { createClient } from "@supabase/supabase-js";
import type { ExampleKind } from "../../openapi/example-ids.ts";

/** The ids that exist on this stack. A kind is missing if no object of that kind exists. */
export type KnownIds = Partial<Record<ExampleKind, string>>;

interface Person {
  readonly id: string;
  readonly token: string;
  readonly farthing: Farthing;
}

/** The users exist only on this machine, so their password need not be secret. */
const PASSWORD = "sample-password";
const CUSTOMER = "ann@example.com";
const PROVIDER = "ben@example.com";

const DEADLINE_MS = 10_000;

async function signIn({ url, publishableKey }: Access, email: string): Promise<Person> {
  const supabase = createClient(url, publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  const login = { email, password: PASSWORD };
  const known = await supabase.auth.signInWithPassword(login);
  const { data, error } = known.error ? await supabase.auth.signUp(login) : known;
  if (error) throw error;
  if (!data.user || !data.session) throw new Error(`${email} has no session`);
  const token = data.session.access_token;
  const getAccessToken = () => Promise.resolve(token);
  return {
    id: data.user.id,
    token,
    farthing: createFarthing({ url, publishableKey, getAccessToken }),
  };
}

/** Returns an order without a refund, so that the example of a refund can be sent again. */
async function orderOf({ farthing }: Person): Promise<string> {
  const [newest] = (await farthing.orders.list({ limit: 1 })).items;
  if (newest?.status === "paid") return newest.order_id;
  const { order_id, checkout_url } = await farthing.buy("starter");
  await payCheckout(checkout_url);
  await farthing.waitForOrder(order_id, { timeoutMs: DEADLINE_MS });
  return order_id;
}

async function jobOf({ farthing }: Person): Promise<string> {
  const [newest] = (await farthing.jobs.list({ limit: 1 })).items;
  if (newest) return newest.job_id;
  const { job_id } = await farthing.jobs.start({ type: "ledger_export", input: {} });
  // If the job does not finish before the deadline, one example on the page fails: the example that
  // reads the job's file. The reader can send this example again later.
  const signal = AbortSignal.timeout(DEADLINE_MS);
  await farthing.jobs.wait(job_id, { signal }).catch(() => {});
  return job_id;
}

async function providerOf({ farthing }: Person): Promise<string> {
  const read = () => farthing.read("/providers/me", {});
  const known = await read().catch(() => undefined);
  if (known?.charges_enabled) return known.provider_id;
  const { provider_id, onboarding_url } = await farthing.change("post", "/providers", {
    body: { country: "DE", email: PROVIDER },
  });
  await onboardProvider(onboarding_url);
  await waitFor(async () => (await read()).charges_enabled || undefined, DEADLINE_MS);
  return provider_id;
}

async function bookingOf({ farthing }: Person, provider_id: string): Promise<string> {
  const [newest] = (await farthing.page("/bookings", { query: { limit: 1 } })).items;
  if (newest) return newest.booking_id;
  const body = { provider_id, amount: 2500, currency: "eur" };
  return (await farthing.change("post", "/bookings", { body })).booking_id;
}

const HOLD = { amount: "10", ttl_seconds: 3600, reason: "An example of the API page" };

/**
 * Returns a function that opens a hold. If the hold of its previous call is still open, the
 * function returns that hold instead.
 */
function holds(server: FarthingServer): (user_id: string) => Promise<string> {
  let last: string | undefined;
  return async (user_id) => {
    const known = last && await server.holds.get(last);
    if (known && known.status === "open") return known.hold_id;
    last = (await server.holds.open({ ...HOLD, user_id })).hold_id;
    return last;
  };
}

/**
 * Returns a function that creates the missing objects and resolves to the customer's token and
 * ids.
 */
export function sampleCustomer(access: Access) {
  const holdOf = holds(createFarthingServer(access));
  return async (): Promise<{ token: string; ids: KnownIds }> => {
    const [ann, ben] = await Promise.all([signIn(access, CUSTOMER), signIn(access, PROVIDER)]);
    const [order, provider] = await Promise.all([orderOf(ann), providerOf(ben)]);
    const [job, booking, hold] = await Promise.all([
      jobOf(ann),
      bookingOf(ann, provider),
      holdOf(ann.id),
    ]);
    return { token: ann.token, ids: { customer: ann.id, order, provider, job, booking, hold } };
  };
}
