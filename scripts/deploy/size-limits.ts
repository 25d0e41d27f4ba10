/**
 * The limits on the size of a function. It is not clear what the platform measures, so a function
 * must stay below the limit in each possible measure. Whether the platform refuses larger functions
 * is untested, because such a test needs a Supabase account.
 */

/** The sizes of one function in bytes, one for each possible measure. */
export interface Readings {
  /** The size that `deno info` reports: the file and everything that it imports. */
  readonly raw: number;
  /**
   * An estimate of the stored size: the size of the file after brotli compression, which the CLI's
   * own bundler uses.
   */
  readonly compressed: number;
  /** The size of the uploaded source files. */
  readonly uploaded: number;
}

interface Limit {
  readonly reading: keyof Readings;
  readonly bytes: number;
  readonly source: string;
}

const MB = 1_000_000;

/**
 * The platform's documentation says MB. Here 1 MB is 1,000,000 bytes, the smaller of the two
 * meanings.
 */
export const LIMITS: readonly Limit[] = [
  {
    reading: "raw",
    bytes: 3.8 * MB,
    source: "our own limit: a quarter below the platform's 5 MB for uploads by API, and below " +
      "the sizes at which uploads fail " +
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

/** Returns a sentence for each limit that the function exceeds. */
export function overLimits(readings: Readings): string[] {
  return LIMITS.filter(({ reading, bytes }) => readings[reading] >= bytes).map((
    { reading, bytes, source },
  ) =>
    `${reading}: ${megabytes(readings[reading])}, must be below ${megabytes(bytes)} (${source})`
  );
}
