/** The pictures of the console in README and docs, and how each is taken. */
import type { Page } from "playwright-core";
import type { Scene } from "./busy-customer.ts";

export interface Picture {
  /** The file's name in `docs/images`, without its ending. */
  readonly name: string;
  readonly who: "buyer" | "operator";
  /** The part of the page's address after the `#`. */
  readonly path: (scene: Scene) => string;
  readonly width: number;
  readonly height: number;
  readonly colorScheme?: "light" | "dark";
  /** The operator's actions before the picture. */
  readonly prepare?: (page: Page) => Promise<void>;
}

/** A month within the benchmark's year of sample data. */
const NOVEMBER = "from=2025-11-01&to=2025-11-30";
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 720 };

async function previewsRefund(page: Page): Promise<void> {
  const orders = page.getByRole("table", { name: "Orders" });
  await orders.getByRole("button", { name: "Refund" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Amount in USD (optional)").fill("5");
  await dialog.getByLabel("Reason").fill("The export was late.");
  await dialog.getByRole("button", { name: "Preview" }).click();
  await dialog.getByText("Money that goes back").waitFor();
}

export const PICTURES: readonly Picture[] = [
  {
    name: "console-customer",
    who: "operator",
    path: ({ buyer }) => `/customers/${buyer.id}`,
    width: 1280,
    height: 1160,
  },
  {
    name: "console-refund",
    who: "operator",
    path: ({ buyer }) => `/customers/${buyer.id}`,
    ...DESK,
    prepare: previewsRefund,
  },
  {
    name: "console-overview",
    who: "operator",
    path: () => `/overview?${NOVEMBER}`,
    width: 1280,
    height: 1200,
  },
  {
    name: "console-usage",
    who: "operator",
    path: () => `/reports/usage?${NOVEMBER}`,
    width: 1280,
    height: 1000,
  },
  {
    name: "console-balance",
    who: "buyer",
    path: () => "/",
    ...PHONE,
    colorScheme: "dark",
  },
];
