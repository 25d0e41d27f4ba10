import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig, loadEnv, type Plugin } from "vite";
import { createFarthingServer } from "@farthing/client/server";

const env = loadEnv("development", import.meta.dirname, "");
const { VITE_SUPABASE_URL: url = "", SUPABASE_SECRET_KEY: secretKey = "" } = env;
const apikey = env["VITE_SUPABASE_PUBLISHABLE_KEY"] ?? "";

/** Holds the price, works, and settles the hold. Replace the random number with a model's call. */
async function paint(authorization = "") {
  const user = await fetch(`${url}/auth/v1/user`, { headers: { apikey, authorization } });
  const terms = { userId: (await user.json()).id, amount: "250", reason: "picture" };
  const done = { value: { hue: Math.random() }, charge: { amount: terms.amount } };
  return await createFarthingServer({ url, secretKey }).withHold(
    terms,
    () => Promise.resolve(done),
  );
}

/** The app's own back end, beside Vite: only it has the secret key. */
const backEnd: Plugin = {
  name: "back-end",
  configureServer: ({ middlewares }) => {
    middlewares.use("/api/pictures", async ({ headers }, response) => {
      const answer = await paint(headers.authorization)
        .catch(({ code, message }) => ({ error: { code, message } }));
      response.end(JSON.stringify(answer));
    });
  },
};

export default defineConfig({ plugins: [react(), tailwindcss(), backEnd] });
