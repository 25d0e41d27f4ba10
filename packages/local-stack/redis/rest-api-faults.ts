/**
 * Makes the REST API fail in the ways in which a hosted Redis can fail. The modes are `slow`,
 * `hang`, `wrong-token` and `invalid`.
 */
import { delay } from "@farthing/command-line";
import type { Mode } from "./mode-names.ts";
import { WRONG_TOKEN } from "./rest-api.ts";

type Handler = (request: Request) => Response | Promise<Response>;

const SLOW_MS = 400;

export interface Faults {
  handle: Handler;
  /** Ends the hanging requests with status 503. */
  release(): void;
}

/**
 * The answers of the mode `invalid`, in turn: a page that is not JSON, and JSON that Upstash would
 * not send.
 */
const INVALID_ANSWERS = [
  () =>
    new Response("<html><body>It works!</body></html>", {
      headers: { "Content-Type": "text/html" },
    }),
  () => Response.json([{ result: "bm9uc2Vuc2U=" }, { wat: [null] }]),
];

export function faultsOf(handle: Handler, mode: () => Mode): Faults {
  const hanging = new Set<() => void>();
  let turns = 0;

  const never = () =>
    new Promise<Response>((done) => {
      hanging.add(() => done(new Response(null, { status: 503 })));
    });

  return {
    async handle(request) {
      switch (mode()) {
        case "hang":
          return await never();
        case "wrong-token":
          return Response.json({ error: WRONG_TOKEN }, { status: 401 });
        case "invalid":
          return INVALID_ANSWERS[turns++ % INVALID_ANSWERS.length]!();
        case "slow": {
          const answer = await handle(request);
          await delay(SLOW_MS);
          return answer;
        }
        default:
          return await handle(request);
      }
    },
    release() {
      for (const end of hanging) end();
      hanging.clear();
    },
  };
}
