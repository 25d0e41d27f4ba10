/** The default transport: supabase-js calls the data API with a secret key. */
import { createClient } from "@supabase/supabase-js";
import { timeLeftMs } from "../../core/deadline.ts";
import { traceHeaders } from "../../core/trace.ts";
import { CALL_TIMEOUT_MS, EXPOSED, type Transport } from "./database.ts";
import { CONNECTION_LOST, DatabaseFailure, TIMED_OUT } from "./failures.ts";

interface RestOptions {
  readonly url: string;
  readonly secretKey: string;
  readonly timeoutMs?: number;
}

interface RestError {
  code?: string | null;
  message: string;
  details?: string | null;
  hint?: string | null;
}

/**
 * Turns an error of supabase-js into a DatabaseFailure. Status 0 means that there was no response.
 * A status from 502 to 504 without an error code comes from a gateway. In both cases the call may
 * have been carried out.
 */
function failureOf(error: RestError, status: number, signal: AbortSignal): DatabaseFailure {
  const { message } = error;
  if (signal.aborted) return new DatabaseFailure({ code: TIMED_OUT, message }, error);
  const gatewayFailed = !error.code && [0, 502, 503, 504].includes(status);
  if (gatewayFailed) return new DatabaseFailure({ code: CONNECTION_LOST, message }, error);
  return new DatabaseFailure({
    code: error.code || `HTTP ${status}`,
    message,
    details: error.details ?? null,
    hint: error.hint ?? null,
  }, error);
}

export function createRestTransport(options: RestOptions): Transport {
  const client = createClient(options.url, options.secretKey, {
    db: { schema: EXPOSED },
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
  });
  return {
    async call(name, args) {
      const signal = AbortSignal.timeout(timeLeftMs(options.timeoutMs ?? CALL_TIMEOUT_MS));
      const call = client.rpc(name, args).abortSignal(signal);
      // SQL reads these headers from the setting request.headers.
      for (const [header, value] of Object.entries(traceHeaders() ?? {})) {
        call.setHeader(header, value);
      }
      const { data, error, status } = await call;
      if (error) throw failureOf(error, status, signal);
      return data;
    },
    close: () => Promise.resolve(),
  };
}
