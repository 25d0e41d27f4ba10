import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig, loadEnv, type Plugin } from "vite";
import { createFarthingServer } from "@farthing/client/server";

const env = loadEnv("development", import.meta.dirname, "");
const { VITE_SUPABASE_URL: url = "", SUPABASE_SECRET_KEY: secretKey = "" } = env;

/** Replace this with a call of your model. */
const paint = () => Promise.resolve({ color: `hsl(${Math.random()}turn 90% 60%)` });

/**
 * Holds the price, paints, and settles the hold. The token says which user pays. If painting fails,
 * the user pays nothing.
 */
function answer(request: Request) {
  const server = createFarthingServer({ url, secretKey });
  return server.respond(request, async (userId) => {
    const terms = { userId, amount: "250", reason: "picture" };
    const work = async () => ({ value: await paint(), charge: { amount: terms.amount } });
    return (await server.withHold(terms, work)).value;
  });
}

/** Vite serves the app's own back end in development. Only the back end has the secret key. */
const backEnd: Plugin = {
  name: "back-end",
  configureServer: ({ middlewares }) => {
    middlewares.use("/api/pictures", ({ headers: { authorization = "" } }, response, next) => {
      answer(new Request("http://localhost/", { headers: { authorization } })).then(
        async (made) =>
          response.writeHead(made.status, [...made.headers].flat()).end(await made.text()),
      ).catch(next);
    });
  },
};

export default defineConfig({ plugins: [react(), tailwindcss(), backEnd] });
