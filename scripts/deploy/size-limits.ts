/**
 * The limits on the size of a function. Sources differ on what the platform counts, so a function
 * must stay below every reading of the limit. Whether the platform refuses larger functions could
 * not be tested without an account.
 */

/** Sizes of one function in bytes, one for each thing that the platform may count. */
export interface Readings {
  /** The size that `deno info` gives: the file and everything that it imports. */
  readonly raw: number;
  /**
   * An estimate of the stored size: the file compressed with brotli, as the CLI's own bundler does.
   */
  readonly compressed: number;
  /** The size of the sources in the upload. */
  readonly uploaded: number;
}

interface Limit {
  readonly reading: keyof Readings;
  readonly bytes: number;
  readonly source: string;
}

const MB = 1_000_000;

/** The platform's pages write MB, which is read here as 1,000,000 bytes, the smaller meaning. */
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

/** Returns a sentence for each limit that a function exceeds. */
export function overLimits(readings: Readings): string[] {
  return LIMITS.filter(({ reading, bytes }) => readings[reading] >= bytes).map((
    { reading, bytes, source },
  ) =>
    `${reading}: ${megabytes(readings[reading])}, must be below ${megabytes(bytes)} (${source})`
  );
}
