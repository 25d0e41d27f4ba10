/** The numbers of input and output tokens of one request in the trace. */
export interface TraceRequest {
  input_tokens: number;
  output_tokens: number;
}

const HEADER = "TIMESTAMP,ContextTokens,GeneratedTokens";
const LINE = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+,(\d{1,9}),(\d{1,9})$/;

/**
 * Reads the Azure LLM inference trace; keeps its order.
 * @throws with the number of the first line that does not have the trace's format
 */
export function readTrace(csv: string): TraceRequest[] {
  const [header, ...lines] = csv.trimEnd().split(/\r?\n/);
  if (header !== HEADER) throw new Error(`line 1 of the trace must be: ${HEADER}`);
  return lines.map((line, at) => {
    const [, context, generated] = LINE.exec(line) ?? [];
    if (context === undefined || generated === undefined) {
      throw new Error(
        `line ${at + 2} of the trace must be a time and two counts of tokens: ${line}`,
      );
    }
    return { input_tokens: Number(context), output_tokens: Number(generated) };
  });
}

/**
 * Returns the first 2,000 requests of the trace (data/ATTRIBUTION.md). `deno task demo` charges
 * these.
 */
export function readFirst2000Requests(): TraceRequest[] {
  const file = new URL(
    "../data/first-2000-requests-of-azure-llm-trace-2023-code.csv",
    import.meta.url,
  );
  return readTrace(Deno.readTextFileSync(file));
}
