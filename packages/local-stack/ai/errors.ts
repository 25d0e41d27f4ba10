interface ErrorFields {
  type?: string;
  param?: string;
  code?: string;
}

/** An error response in OpenAI's format, from which the official SDK chooses its error class. */
export class AiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly fields: ErrorFields = {},
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
  }

  body(): { error: Record<string, string | null> } {
    const { type = "invalid_request_error", param = null, code = null } = this.fields;
    return { error: { message: this.message, type, param, code } };
  }
}

export function wrongKey(key: string | undefined): AiError {
  if (!key) return new AiError(401, "You didn't provide an API key.");
  return new AiError(401, "Incorrect API key provided.", { code: "invalid_api_key" });
}

export function unknownModel(model: string): AiError {
  const message = `The model \`${model}\` does not exist or you do not have access to it.`;
  return new AiError(404, message, { code: "model_not_found" });
}

export function invalid(message: string, param?: string, code?: string): AiError {
  return new AiError(400, message, { ...(param && { param }), ...(code && { code }) });
}

/**
 * Returns the error that OpenAI sends with this status. `quota` is the error of an exhausted quota.
 */
export function outage(status: number | "quota", retryAfterS: number | undefined): AiError {
  const headers: Record<string, string> = {};
  if (retryAfterS !== undefined) headers["retry-after"] = `${retryAfterS}`;
  if (status === "quota") {
    const fields = { type: "insufficient_quota", code: "insufficient_quota" };
    return new AiError(429, "You exceeded your current quota.", fields, headers);
  }
  if (status === 429) {
    const fields = { type: "requests", code: "rate_limit_exceeded" };
    return new AiError(429, "Rate limit reached.", fields, { "retry-after": "1", ...headers });
  }
  const type = status < 500 ? "invalid_request_error" : "server_error";
  return new AiError(
    status,
    "The server had an error (a fault set by a marker in the prompt or by POST /_control/next).",
    { type },
    headers,
  );
}
