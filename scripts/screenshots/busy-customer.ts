/**
 * A customer whose balance has changed in several ways, and an operator who looks at the customer.
 */
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { createFarthingServer } from "@farthing/client/server";
import { createFarthing } from "@farthing/client";
import { payCheckout } from "@farthing/stripe-emulator/browser";
import type { Service } from "../demo/shared/service.ts";

export interface Login {
  readonly email: string;
  readonly password: string;
}

export interface Scene {
  readonly buyer: Login & { readonly id: string };
  readonly operator: Login;
}

type Project = Pick<Service, "url" | "publishableKey" | "secretKey">;
type Server = ReturnType<typeof createFarthingServer>;

const PAYING_CARD = "4242424242424242";
/** The customer's use of models, from the oldest to the newest. */
const USES = [
  { model: "gpt-4o", input_tokens: 1_800, output_tokens: 900 },
  { model: "claude-haiku-4-5", input_tokens: 6_000, output_tokens: 2_500 },
  { model: "gpt-4o-mini", input_tokens: 22_000, output_tokens: 7_000 },
] as const;

const browserOf = ({ url, publishableKey }: Project): SupabaseClient =>
  createClient(url, publishableKey, { auth: { persistSession: false, autoRefreshToken: false } });

async function signUp(project: Project, name: string) {
  const supabase = browserOf(project);
  // Each run signs up with new addresses, so several runs can use one stack.
  const email = `${name}-${crypto.randomUUID().slice(0, 8)}@example.com`;
  const login = { email, password: crypto.randomUUID() };
  const { data, error } = await supabase.auth.signUp(login);
  if (error) throw error;
  return { ...login, id: data.user!.id, supabase };
}

async function signUpOperator(project: Project): Promise<Login> {
  const { id, email, password } = await signUp(project, "operator");
  const { auth } = createClient(project.url, project.secretKey);
  const { error } = await auth.admin.updateUserById(id, { app_metadata: { role: "operator" } });
  if (error) throw error;
  return { email, password };
}

/** Buys a package on its checkout page, and waits until the webhook has granted the credits. */
async function buys(project: Project, supabase: SupabaseClient, pack: string): Promise<string> {
  const farthing = createFarthing({ supabase, ...project });
  const address = "http://127.0.0.1/paid";
  const order = await farthing.buy(pack, { successUrl: address, cancelUrl: address });
  await payCheckout(order.checkout_url, PAYING_CARD);
  await farthing.waitForOrder(order.order_id);
  return order.order_id;
}

/** A customer with a purchase, a grant, usage, a settled hold, an open hold and a refund. */
async function busyCustomer(project: Project, server: Server): Promise<Scene["buyer"]> {
  const { supabase, ...login } = await signUp(project, "buyer");
  const order_id = await buys(project, supabase, "starter");
  const user_id = login.id;
  await server.credits.grant({
    ...{ user_id, amount: "500", source: "promotional", reason: "An apology for Monday's outage" },
  });
  for (const use of USES) await server.usage({ user_id, ...use });
  const image = { userId: user_id, amount: "120", reason: "An image of a wren" };
  await server.withHold(image, () => Promise.resolve({ value: null, charge: { amount: "95.5" } }));
  await server.refund({ order_id, amount: 200, reason: "The first day did not work." });
  await server.holds.open({ user_id, amount: "40", reason: "A report that still runs" });
  return login;
}

/** Creates the customer and the operator on a stack. */
export async function makeScene(project: Project): Promise<Scene> {
  const buyer = await busyCustomer(project, createFarthingServer(project));
  return { buyer, operator: await signUpOperator(project) };
}
