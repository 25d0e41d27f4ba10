import { Moment } from "./figures.tsx";

/** Matches words in backticks, and times as the API writes them. */
const MARKED = /(`[^`]+`|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))/;

/** Shows a sentence of the API: times in the console's usual format, and names as code. */
export const ApiText = ({ of }: { readonly of: string }) =>
  // `split` returns plain text and matches of MARKED in turn, so every second part is a match.
  of.split(MARKED).map((part, nr) => {
    if (nr % 2 === 0) return part;
    if (!part.startsWith("`")) return <Moment key={nr} at={part} />;
    return <code key={nr}>{part.slice(1, -1)}</code>;
  });
