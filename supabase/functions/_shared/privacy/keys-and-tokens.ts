/**
 * Finds private keys, API keys, tokens and credentials in URLs by their shape, anywhere in a text.
 */
import { merged, type Span, valuesOf } from "./spans.ts";

const PRIVATE_KEY =
  /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\w+/=\s\\]*(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?/g;

/** `scheme://user:password@host`: the host is not redacted. */
const IN_URL = /(?<=:\/\/)(?!\[SECRET\]@)[^\s/?#"'<>]{1,256}(?=@[^\s@])/g;

const JWT = /(?<![\w-])(?:base64-eyJ[\w-]{20,}|eyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?)/g;

// A digit distinguishes `sk_test_51Nh` from a variable with the name `sk_test_mode`.
const PREFIXED = new RegExp(
  "(?<![A-Za-z0-9_])(?:" + [
    String.raw`(?:sk|rk|pk)_(?:live|test)_(?=\w{0,40}\d)\w{4,}`, // Stripe
    String.raw`whsec_[\w+/=-]{4,}`,
    String.raw`sb_(?:secret|publishable)_[\w-]{4,}`, // Supabase
    String.raw`sbp_\w{20,}`,
    String.raw`sk-(?=[\w-]{0,40}\d)[\w-]{16,}`, // OpenAI, Anthropic and others
    String.raw`(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])`, // AWS
    String.raw`gh[pousr]_\w{16,}`, // GitHub
    String.raw`github_pat_\w{20,}`,
    String.raw`glpat-[\w-]{16,}`, // GitLab
    String.raw`xox[abeoprs]-[\w-]{10,}`, // Slack
    String.raw`AIza[\w-]{30,}`, // Google
    String.raw`ya29\.[\w-]{10,}`,
    String.raw`GOCSPX-[\w-]{16,}`,
    String.raw`npm_[A-Za-z0-9]{30,}`,
    String.raw`hf_[A-Za-z0-9]{30,}`, // Hugging Face
    String.raw`SG\.[\w-]{16,}\.[\w-]{16,}`, // SendGrid
  ].join("|") + ")",
  "g",
);

// In prose, an ordinary word may follow "bearer" or "basic", so the value must contain a digit. If
// the name of the header comes first, the value needs no digit.
const SCHEMES = [
  /\bbearer\s{1,4}(?=[\w.~+/=-]{0,64}\d)(?<value>[\w.~+/=-]{5,}[\w~+/=-])/gi,
  /\bbasic\s{1,4}(?=[\w+/]{0,256}[\d=])(?<value>[\w+/]{8,}={0,2})/gi,
  /\bauthorization["']?\s{0,3}[:=]\s{0,3}["']?(?:bearer|basic|token)\s{1,4}(?<value>[\w.~+/=-]{8,})/gi,
];

export function findKeys(text: string): Span[] {
  return merged(
    valuesOf(text, PRIVATE_KEY),
    valuesOf(text, IN_URL),
    valuesOf(text, JWT),
    valuesOf(text, PREFIXED),
    ...SCHEMES.map((pattern) => valuesOf(text, pattern)),
  );
}
