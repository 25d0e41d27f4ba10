import { get, post } from "./supabase.js";

export async function available() {
  return (await get("credits")).available;
}

/** Opens the payment page. The URL to which the user returns contains the order's id. */
export async function buy() {
  const [{ id }] = await get("checkout/packages");
  const paid = new URLSearchParams({ paid: "{ORDER_ID}" });
  const { checkout_url } = await post("checkout", {
    package_id: id,
    success_url: `${location.origin}/?${paid}`,
    cancel_url: location.origin,
  });
  location.href = checkout_url;
}

/** Waits until the webhook has granted the paid credits. */
export async function untilPaid(id) {
  for (let asked = 0; asked < 30; asked++) {
    const { status } = await get(`checkout/orders/${id}`);
    if (status === "paid") return;
    await new Promise((done) => setTimeout(done, 500));
  }
  throw new Error("The payment has not arrived yet.");
}

export const csv = () => get("credits/entries?format=csv");

export async function saveCard() {
  const { setup_url } = await post("top-ups/card", {
    success_url: `${location.origin}/?saved`,
    cancel_url: location.origin,
  });
  location.href = setup_url;
}

export async function topUpByItself() {
  const terms = {
    enabled: true,
    threshold: "9000",
    target: "12000",
    monthly_cap: 5000,
  };
  return (await post("top-ups", terms)).state;
}
