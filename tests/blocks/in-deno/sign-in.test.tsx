/** The block `sign-in` without a browser, with an auth service that throws. */
import { equal } from "node:assert/strict";
import { SignIn } from "../../../registry/sign-in/sign-in.tsx";
import { fireEvent, withBlock } from "./page.tsx";

Deno.test("a sign-in that throws shows the error, and can be tried again", async () => {
  let attempts = 0;
  const fails = () => Promise.reject(new Error(`storage is full (${attempts += 1})`));
  const auth = { signUp: fails, signInWithPassword: fails };
  await withBlock(<SignIn auth={auth} />, { userId: null }, async (page) => {
    const form = page.container.querySelector("form")!;
    for (const attempt of [1, 2]) {
      fireEvent.submit(form);
      await page.findByText(`storage is full (${attempt})`);
    }
    equal(attempts, 2);
  });
});
