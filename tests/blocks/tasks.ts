/** The tasks of a user, done with the keyboard alone. */
import { deepEqual, equal } from "node:assert/strict";
import type { Page } from "playwright-core";
import { enterOn, tabTo as reach } from "../browser/keyboard.ts";
import type { Answers } from "./fake-service.ts";
import type { Served } from "./served-app.ts";
import { CANCELLED, ENTRIES, OLDER, RUNNING } from "./states/account.ts";
import { ANSWER, ENDLESS } from "./states/chat.ts";
import { balance } from "./states/credit-balance.ts";
import { PACKAGES } from "./states/selling.ts";
import { ON, topUps } from "./states/top-ups.ts";

/** The focus ring of shadcn's components is a shadow of three pixels. */
const RING = { property: "boxShadow", value: /3px/ };
const tabTo = (page: Page, name: string) => reach(page, name, RING);
const press = (page: Page, name: string) => enterOn(page, name, RING);

interface Task {
  readonly block: string;
  readonly name: string;
  /** Further parameters of the page's URL, for example `&user=none`. */
  readonly search?: string;
  readonly answers: (origin: string) => Answers;
  readonly walk: (page: Page, served: Served) => Promise<void>;
}

const shows = (page: Page, text: string) => page.getByText(text).first().waitFor();
const bodiesOf = ({ service }: Served, call: string) =>
  service.sent.filter((sent) => sent.call === call).map(({ body }) => body);

const returnTo = (origin: string, block: string) =>
  `${origin}/?block=${block}&farthing_order=order-1`;
const checkout = (origin: string, block: string): Answers => ({
  "GET checkout/packages": { data: PACKAGES },
  "POST checkout": { data: { order_id: "order-1", checkout_url: returnTo(origin, block) } },
  "GET checkout/orders/order-1": {
    data: { order_id: "order-1", status: "paid", total_credits: "10000" },
  },
  "GET credits": { data: balance() },
});

async function bought(page: Page, served: Served, slug: string): Promise<void> {
  await shows(page, "10,000 credits are yours");
  const [body] = bodiesOf(served, "POST checkout") as { package_id: string }[];
  equal(body?.package_id, slug);
  await press(page, "Close");
  await page.getByText("10,000 credits are yours").waitFor({ state: "detached" });
}

async function leavePaywall(page: Page): Promise<void> {
  await press(page, "Research");
  await shows(page, "This needs 120 credits");
  await tabTo(page, "Buy Agency for");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  equal(await page.evaluate("document.activeElement.textContent"), "Research");
}

async function agree(page: Page, served: Served): Promise<void> {
  await tabTo(page, "When fewer credits are left than");
  await page.keyboard.type("200");
  await tabTo(page, "Top up to");
  await page.keyboard.type("2000");
  await tabTo(page, "Charge at most per month");
  await page.keyboard.type("19.99");
  await page.keyboard.press("Enter");
  await shows(page, "€20 of €50");
  const terms = { enabled: true, threshold: "200", target: "2000", monthly_cap: 1999 };
  deepEqual(bodiesOf(served, "POST top-ups"), [terms]);
  await press(page, "Turn off");
  await shows(page, "Agree and turn on");
}

async function readHistory(page: Page): Promise<void> {
  const saved = page.waitForEvent("download");
  await press(page, "Download CSV");
  equal((await saved).suggestedFilename(), "credits.csv");
  await press(page, "Show more");
  await shows(page, "Promotion");
}

async function talk(page: Page, served: Served): Promise<void> {
  await tabTo(page, "Message");
  await page.keyboard.type("First");
  await page.keyboard.press("Enter");
  await shows(page, "A farthing was");
  await press(page, "Stop");
  await shows(page, "Stopped. 2.78 credits");
  equal(await page.evaluate("document.activeElement.ariaLabel"), "Message");
  await page.keyboard.type("Second");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("line");
  await page.keyboard.press("Enter");
  await page.getByText("A farthing was").nth(1).waitFor();
  const asked = bodiesOf(served, "POST ai/chat").at(-1) as { messages: { content: string }[] };
  equal(asked.messages.at(-1)?.content, "Second\nline");
}

export const tasks: Task[] = [
  {
    block: "pricing-table",
    name: "buys a package, and closes the confirmation",
    answers: (origin) => checkout(origin, "pricing-table"),
    walk: async (page, served) => {
      await shows(page, "Studio");
      await press(page, "Buy Studio");
      await bought(page, served, "studio");
    },
  },
  {
    block: "buy-button",
    name: "buys, and closes the confirmation",
    answers: (origin) => checkout(origin, "buy-button"),
    walk: async (page, served) => {
      await press(page, "Buy 1,000 credits");
      await bought(page, served, "starter");
    },
  },
  {
    block: "credit-balance",
    name: "looks at an unknown balance again",
    answers: () => ({
      "GET credits": [{ status: 403, code: "forbidden" }, { data: balance() }],
    }),
    walk: async (page) => {
      await shows(page, "Your balance is unknown");
      await press(page, "Try again");
      await shows(page, "1,250.5");
    },
  },
  {
    block: "paywall",
    name: "closes the dialog, and has the focus where it was before",
    answers: (origin) => ({
      ...checkout(origin, "paywall"),
      "POST ai/research": {
        status: 402,
        code: "insufficient_credits",
        details: { required: "120", available: "12.5" },
      },
    }),
    walk: leavePaywall,
  },
  {
    block: "auto-top-up",
    name: "agrees to the terms, and turns top-ups off",
    answers: () => ({
      "GET top-ups": [{ data: topUps() }, { data: topUps(ON) }, { data: topUps() }],
      "POST top-ups": { data: topUps(ON) },
      "DELETE top-ups": { data: topUps() },
    }),
    walk: agree,
  },
  {
    block: "history",
    name: "saves the file, and reads on",
    answers: () => ({
      "GET credits/entries": [
        { data: ENTRIES, nextCursor: "older" },
        { csv: "kind,amount\n" },
        { data: [OLDER] },
      ],
    }),
    walk: async (page) => {
      await shows(page, "Purchase");
      await readHistory(page);
    },
  },
  {
    block: "job-progress",
    name: "cancels a job",
    answers: () => ({
      "GET jobs/job-1": [RUNNING, RUNNING, CANCELLED],
      "DELETE jobs/job-1": { data: { job_id: "job-1", status: "cancelled" } },
    }),
    walk: async (page, served) => {
      await shows(page, "In progress");
      await press(page, "Cancel");
      await shows(page, "Cancelled");
      equal(bodiesOf(served, "DELETE jobs/job-1").length, 1);
    },
  },
  {
    block: "chat",
    name: "stops an answer, and asks again",
    answers: () => ({
      "POST ai/chat": [ENDLESS, ANSWER],
      "GET credits/holds/hold-1": {
        data: { hold_id: "hold-1", status: "settled", settled: "2.78" },
      },
    }),
    walk: talk,
  },
  {
    block: "sign-in",
    name: "signs in with Enter",
    search: "&user=none",
    answers: () => ({}),
    walk: async (page) => {
      await tabTo(page, "Email");
      await page.keyboard.type("ann@example.com");
      await tabTo(page, "Password");
      await page.keyboard.type("secret-1");
      await page.keyboard.press("Enter");
      await shows(page, "Invalid login credentials");
    },
  },
];

/** Opens the block's page, and does the task with the responses that the task expects. */
export async function perform(page: Page, served: Served, task: Task): Promise<void> {
  served.service.begin(task.answers(served.origin));
  await page.goto(`${served.origin}/?block=${task.block}${task.search ?? ""}`);
  await page.getByRole("main").waitFor();
  await task.walk(page, served);
}
