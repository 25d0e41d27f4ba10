/**
 * Refuses a request if its URL is too long, its headers are too large, or a header that must be unique is
 * repeated. The runtime joins the values of a repeated header with ", ". A proxy may have checked only one of
 * the values, so the request is refused (docs/decisions/http.md).
 */
import { ApiError, invalid } from "../../core/errors.ts";
import type { IdempotencyMode } from "../idempotency/mode.ts";
import { isOneKey } from "../idempotency/key-header.ts";

/**
 * Four times the length of a URL with the longest cursor and every filter. Proxies and gateways in front of
 * this API allow 8 to 16 KiB.
 */
const MAX_URL_LENGTH = 8_192;
/** A large token, foreign cookies and the headers that proxies add use about a third of this. */
const MAX_HEADERS_LENGTH = 32_768;
const MAX_HEADERS = 100;

/** A header that must be unique, and a test of whether a header's text is a single value. */
interface Single {
  readonly name: string;
  readonly header: string;
  readonly isOne: (value: string) => boolean;
}

const hasNoComma = (value: string) => !value.includes(",");

// A comma inside quotes belongs to a parameter and does not separate two values.
const ONE_TYPE = /^(?:[^",]|"(?:[^"\\]|\\.)*")*$/;
// The fields of one Stripe-Signature value are separated by commas. A text with two timestamps (`t=`) is two
// values.
const TWO_STAMPS = /(?:^|,)\s*t=.*,\s*t=/;

function single(header: string, isOne = hasNoComma): Single {
  return { name: header.toLowerCase(), header, isOne };
}

const TOKEN = single("Authorization");
const API_KEY = single("apikey");
const ADDRESS = single("CF-Connecting-IP");

const OF_REQUESTS_WITH_A_BODY = [
  single("Content-Length"),
  single("Content-Type", (value) => ONE_TYPE.test(value)),
  single("Stripe-Signature", (value) => !TWO_STAMPS.test(value)),
  single("X-Webhook-Secret"),
];

const IDEMPOTENCY_KEY = single("Idempotency-Key", isOneKey);

/**
 * Returns whether the request has the header. The runtime scans all headers for each lookup, so no
 * header should be read twice.
 * @throws ApiError `invalid_request` if the header is repeated
 */
function readOnce(headers: Headers, { name, header, isOne }: Single): boolean {
  const value = headers.get(name);
  if (value === null || isOne(value)) return value !== null;
  throw invalid(`Send the ${header} header once.`, header);
}

/**
 * Limits the number and the total size of the headers. Counting costs more than all other checks in
 * this file. To save this cost, nothing is counted for a request that only reads and has no
 * credential. Only the runtime's own limits apply to such a request.
 */
function requireFewHeaders(headers: Headers): void {
  let count = 0;
  let length = 0;
  headers.forEach((value, name) => {
    count += 1;
    length += name.length + value.length;
  });
  if (count <= MAX_HEADERS && length <= MAX_HEADERS_LENGTH) return;
  throw new ApiError("invalid_request", {
    message: `The headers are too large: send at most ${MAX_HEADERS} headers, with at most ` +
      `${MAX_HEADERS_LENGTH} characters in all.`,
    details: { limit_headers: MAX_HEADERS, limit_characters: MAX_HEADERS_LENGTH },
  });
}

/** The fields of a route's declaration that decide which headers are checked. */
interface HeadRules {
  readonly method: string;
  readonly idempotent: IdempotencyMode;
}

/**
 * Refuses a request whose headers or URL are too large or ambiguous.
 * @throws ApiError `invalid_request`, with the name of a repeated header
 */
export function requireSaneHead(route: HeadRules, { url, headers }: Request): void {
  if (url.length > MAX_URL_LENGTH) {
    throw new ApiError("invalid_request", {
      message: `The URL is too long: the limit is ${MAX_URL_LENGTH} characters.`,
      details: { limit_characters: MAX_URL_LENGTH },
    });
  }
  const hasToken = readOnce(headers, TOKEN);
  const hasApiKey = readOnce(headers, API_KEY);
  readOnce(headers, ADDRESS);
  if (route.idempotent !== false) readOnce(headers, IDEMPOTENCY_KEY);
  const hasBody = route.method === "post";
  if (hasBody) {
    for (const each of OF_REQUESTS_WITH_A_BODY) readOnce(headers, each);
  }
  if (hasBody || hasToken || hasApiKey) requireFewHeaders(headers);
}
