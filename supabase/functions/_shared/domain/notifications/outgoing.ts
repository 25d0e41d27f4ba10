/** What notices are sent by, loaded when it is first used: no function but their runner needs any of it. */
import type { Env } from "../../core/env.ts";
import type { Mail } from "../../adapters/mail/mail.ts";
import type { Metrics } from "../../metrics/metrics.ts";
import type { Services } from "../../services.ts";
import type { Operators } from "../../adapters/webhook/operators.ts";

type Outgoing = Pick<Services, "mail" | "operators">;

export function outgoingFromEnv(env: Env, metrics: Metrics): Outgoing {
  let mail: Mail | undefined;
  let operators: Operators | undefined;
  return {
    mail: async () => {
      const { createMail } = await import("../../adapters/mail/create-mail.ts");
      return mail ??= createMail(env, { metrics });
    },
    operators: async () => {
      const { createOperators } = await import("../../adapters/webhook/operators.ts");
      return operators ??= createOperators(env, metrics);
    },
  };
}
