/**
 * How large a function may be: the one place. Sources differ on what the platform counts, so a function has
 * to pass by every reading of the limit. Whether the platform refuses could not be tried without an account.
 */

/** Bytes of one function, by each thing that may be counted. */
export interface Readings {
  /** The size that `deno info` gives: the file and all that it imports. */
  readonly raw: number;
  /** An estimate of the stored size: the file compressed by brotli, as the CLI's own bundler does. */
  readonly compressed: number;
  /** The sources in the upload. */
  readonly uploaded: number;
}

interface Limit {
  readonly reading: keyof Readings;
  readonly bytes: number;
  readonly source: string;
}

const MB = 1_000_000;

/** MB as the platform's pages write it, read as the smaller one. */
export const LIMITS: readonly Limit[] = [
  {
    reading: "raw",
    bytes: 3.8 * MB,
    source: "ours: a quarter below the platform's 5 MB by API, and below what uploads bear " +
      "(supabase.com/docs/guides/troubleshooting/edge-function-bundle-size-issues)",
  },
  {
    reading: "compressed",
    bytes: 5 * MB,
    source: 'the "script size" of a deployed function (supabase/cli, functions/deploy/bundle.go)',
  },
  {
    reading: "uploaded",
    bytes: 4 * MB,
    source: '"internal error" above about 4 MB of sources (supabase/cli#5076)',
  },
];

export function megabytes(bytes: number): string {
  return `${(bytes / MB).toFixed(2)} MB`;
}

/** Where a function is over: a sentence for each reading. */
export function overLimits(readings: Readings): string[] {
  return LIMITS.filter(({ reading, bytes }) => readings[reading] >= bytes).map((
    { reading, bytes, source },
  ) =>
    `${reading}: ${megabytes(readings[reading])}, must be below ${megabytes(bytes)} (${source})`
  );
}
