/**
 * Refuses a request by its head, before anything in it is trusted: an address or headers without bound, and
 * a header that came twice where there can be one. The runtime joins those with ", ", and a proxy may have
 * read the other one, so neither counts (docs/decisions/http.md).
 */
import { ApiError, invalid } from "../../core/errors.ts";

/** Four times what the longest cursor with every filter takes; servers in between stop at 8 to 16 KiB. */
const MAX_URL_LENGTH = 8_192;
/** A large token, cookies that do not concern us and what proxies add come to a third of it. */
const MAX_HEADERS_LENGTH = 32_768;
const MAX_HEADERS = 100;

/** A header that must come once, and the form of one value. */
interface Single {
  readonly name: string;
  readonly header: string;
  readonly isOne: (value: string) => boolean;
}

const hasNoComma = (value: string) => !value.includes(",");

const QUOTED = /^"(?:[^"\\]|\\.)*"$/;
// In quotes a comma is a parameter's own.
const ONE_TYPE = /^(?:[^",]|"(?:[^"\\]|\\.)*")*$/;
// Commas part the fields of Stripe's one value; only a second value would begin a second time stamp.
const TWO_STAMPS = /(?:^|,)\s*t=.*,\s*t=/;

/**
 * An idempotency key may hold a comma. Without quotes, a key with a comma before a blank looks like two keys.
 */
function isOneKey(value: string): boolean {
  return QUOTED.test(value) || !(value.includes(", ") || value.includes('","'));
}

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
 * Whether it is there. The runtime goes through all headers for each that is read.
 * @throws ApiError `invalid_request` where it came more than once
 */
function readOnce(headers: Headers, { name, header, isOne }: Single): boolean {
  const value = headers.get(name);
  if (value === null || isOne(value)) return value !== null;
  throw invalid(`Send the ${header} header once.`, header);
}

/** Looking at every header costs more than all else here, so a plain read is left to the runtime's bounds. */
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

/** The fields of a route's declaration that decide which headers must come once. */
interface HeadRules {
  readonly method: string;
  readonly idempotent: boolean | "optional";
}

/** @throws ApiError `invalid_request`, naming the header where it is one */
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
