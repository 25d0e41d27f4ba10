/** Takes the pictures in Chromium, after signing in on the console's page. */
import type { Browser, Page } from "playwright-core";
import { type Picture, PICTURES } from "./pictures.ts";
import type { Login, Scene } from "./busy-customer.ts";

async function signIn(page: Page, address: string, { email, password }: Login): Promise<void> {
  await page.goto(address);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("banner").getByText(email).waitFor();
}

/** Waits until the page shows no placeholder. A chart that is still loading is a placeholder. */
async function isReady(page: Page): Promise<void> {
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.locator("main:not(:has([data-slot=skeleton]))").waitFor();
}

async function take(page: Page, picture: Picture, scene: Scene, file: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(picture.path(scene))}`);
  await isReady(page);
  await picture.prepare?.(page);
  await page.screenshot({ path: file });
}

interface Taking {
  readonly browser: Browser;
  /** The address of the served console. */
  readonly address: string;
  readonly scene: Scene;
  readonly folder: string;
  readonly onTaken?: (name: string) => void;
}

export async function takePictures(taking: Taking): Promise<void> {
  const { browser, address, scene, folder, onTaken } = taking;
  for (const picture of PICTURES) {
    const { name, who, width, height, colorScheme = "light" } = picture;
    const page = await browser.newPage({
      viewport: { width, height },
      colorScheme,
      reducedMotion: "reduce",
      locale: "en-US",
    });
    await signIn(page, address, scene[who]);
    await take(page, picture, scene, `${folder}/${name}.png`);
    await page.close();
    onTaken?.(name);
  }
}
