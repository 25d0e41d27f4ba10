import { type Context, Hono } from "hono";
import type { PaymentResult } from "../checkout/complete.ts";
import { changedTotal } from "../checkout/changed-total.ts";
import { enterDetails, missingDetails } from "../checkout/enter-details.ts";
import { paySession } from "../checkout/pay.ts";
import { randomText } from "../core/ids.ts";
import type { Engine } from "../engine/engine.ts";
import { authenticate, authenticationPage } from "./bank-authentication.ts";
import { checkoutPage, type Refused } from "./checkout-page.ts";
import { messagePage } from "./layout.ts";
import { invoicePage } from "./invoice-page.ts";
import { onboardingPages } from "./onboarding-pages.ts";
import { paymentPages } from "./payment-intent-routes.ts";
import { readPayment } from "./payment-form.ts";
import { rootPage } from "./root-page.ts";
import { formatMoney } from "../payments/format-money.ts";
import { charges } from "../resources/charges.ts";
import { type Session, sessions, sessionSecrets } from "../resources/checkout-sessions.ts";
import type { Scope } from "../store/scope.ts";

/**
 * The pages that buyers and providers see: checkout, the bank's authentication, payments, receipts,
 * and onboarding.
 */
export function pages(engine: Engine): Hono {
  const app = new Hono();
  app.get("/c/pay/:id", (c) => {
    const { scope, session } = open(engine, c);
    return session?.status === "open"
      ? c.html(checkoutPage(scope, session, randomText(24)))
      : closed(c, session);
  });
  app.post("/c/pay/:id", async (c) => {
    const fields = textFields(await c.req.parseBody());
    const { scope, session } = open(engine, c);
    const response = submit(c, scope, session, fields);
    engine.store.flush();
    return response;
  });
  app.get("/", (c) => c.html(rootPage(visit(engine))));
  app.get("/receipts/:id", (c) => receipt(c, engine.scope()));
  app.get("/invoices/:id", (c) => invoicePage(c, engine.scope()));
  app.get("/authenticate/:intent", (c) => authenticationPage(c, engine.scope()));
  app.post("/authenticate/:intent", async (c) => {
    const { result } = textFields(await c.req.parseBody());
    const scope = visit(engine);
    const response = authenticate(
      c,
      scope,
      result === "complete",
      (paid, session) => followFrom(c, scope, paid, session),
    );
    engine.store.flush();
    return response;
  });
  app.route("/", onboardingPages(engine));
  app.route("/", paymentPages(engine, () => visit(engine)));
  return app;
}

function visit(engine: Engine): Scope {
  engine.tick();
  // As in Stripe, a request from a browser also has an id, and the page chooses the idempotency
  // key.
  const key = crypto.randomUUID();
  return engine.scope({ id: `req_${randomText(14)}`, idempotency_key: key });
}

function open(engine: Engine, c: Context) {
  const scope = visit(engine);
  return { scope, session: sessions.find(scope, c.req.param("id") ?? "") };
}

function submit(
  c: Context,
  scope: Scope,
  session: Session | undefined,
  fields: Record<string, string>,
) {
  if (session?.status !== "open") {
    const sentTwice = session?.status === "complete" &&
      sessionSecrets.get(scope, session.id).completedBy === fields.form;
    return sentTwice ? c.redirect(successUrl(session), 303) : closed(c, session);
  }
  const seen = { email: fields.email ?? "", name: fields.name ?? "", fields };
  const entered = session.mode === "setup" ? session : enterDetails(scope, session, fields);
  if ("message" in entered) return refuse(c, scope, session, { ...seen, ...entered });
  if (fields.update !== undefined) {
    return c.html(checkoutPage(scope, entered, randomText(24), { ...seen, message: "" }));
  }
  const stop = missingDetails(scope, entered) ?? changedTotal(entered, fields);
  if (stop) return refuse(c, scope, entered, { ...seen, message: stop });
  return pay(c, scope, entered, fields);
}

function pay(c: Context, scope: Scope, session: Session, fields: Record<string, string>) {
  const free = session.mode !== "setup" && session.payment_status === "no_payment_required";
  const method = free ? "us_bank_account" : fields.method ?? "card";
  const payment = readPayment({ ...fields, method }, scope.now());
  const known = { email: fields.email ?? "", name: fields.name ?? "" };
  if ("message" in payment) return refuse(c, scope, session, { ...known, ...payment });
  if (!free && !session.payment_method_types.includes(payment.method)) {
    return refuse(c, scope, session, {
      ...known,
      message: "This payment method is not available here. Choose another one.",
    });
  }
  return follow(c, scope, paySession(scope, session, payment), session.id, known);
}

/**
 * Continues the checkout after the bank's page. That page does not send the buyer's entries, so the
 * email comes from the session.
 */
function followFrom(c: Context, scope: Scope, paid: PaymentResult, session: Session) {
  const email = session.customer_details?.email ?? "";
  return follow(c, scope, paid, session.id, { email, name: "" });
}

function follow(
  c: Context,
  scope: Scope,
  paid: PaymentResult,
  id: string,
  known: Omit<Refused, "message">,
) {
  if (paid.result === "complete") return c.redirect(successUrl(paid.session), 303);
  if (paid.result === "authenticate") return c.redirect(paid.url, 303);
  return refuse(c, scope, sessions.get(scope, id), { ...known, message: paid.message });
}

/**
 * Renders the page again with the reason for the refusal. Scripts recognize a refusal by the status
 * 402.
 */
function refuse(c: Context, scope: Scope, session: Session, refused: Refused) {
  return c.html(checkoutPage(scope, session, randomText(24), refused), 402);
}

function receipt(c: Context, scope: Scope) {
  const charge = charges.find(scope, c.req.param("id") ?? "");
  if (!charge?.paid) return c.html(messagePage("Not found", "There is no such receipt."), 404);
  const amount = formatMoney(charge.amount, charge.currency);
  return c.html(messagePage(`Receipt for ${amount}`, charge.description ?? "Thank you."));
}

function closed(c: Context, session: Session | undefined) {
  if (!session) return c.html(messagePage("Not found", "There is no such checkout."), 404);
  if (session.status === "complete") {
    const link = { href: successUrl(session), label: "Go on" };
    return c.html(messagePage("Already paid", "This checkout is complete.", link), 409);
  }
  const link = session.cancel_url ? { href: session.cancel_url, label: "Go back" } : null;
  return c.html(
    messagePage("Expired", "This checkout has expired. Start again.", link),
    410,
  );
}

function successUrl(session: Session): string {
  return (session.success_url ?? "/").replaceAll("{CHECKOUT_SESSION_ID}", session.id);
}

function textFields(body: Record<string, unknown>): Record<string, string> {
  const entries = Object.entries(body).filter(([, value]) => typeof value === "string");
  return Object.fromEntries(entries) as Record<string, string>;
}
