import { Provider } from "../_shared/contracts/providers.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { ok } from "../_shared/http/reply.ts";

/** How the caller's own provider stands, as Stripe last said. */
export const readProvider = defineRoute({
  method: "get",
  path: "/me",
  summary: "Read your own provider",
  who: ["user"],
  limit: "default",
  idempotent: false,
  responses: { 200: Provider },
  errors: ["not_found"],
  handler: async ({ caller, services }) => {
    const own = await services.database.rpc("providers_read", { p_user_id: caller.userId });
    return ok(own.provider);
  },
});
