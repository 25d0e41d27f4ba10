/**
 * A runtime (a process that runs jobs) reports on standard error that it has emptied its queue. The
 * report is a line of its own, because libraries write to standard error, too.
 */

/** The result of a runtime: how long it took, and how many jobs it ran. */
export interface Worked {
  seconds: number;
  /**
   * The number of calls of the job's handler. `distinct` is the number of different jobs in those
   * calls.
   */
  ran: number;
  distinct: number;
}

export const sayWorked = (worked: Worked) => `\nworked ${JSON.stringify(worked)}\n`;

const SAID = /^worked (.*)$/;

/**
 * Yields each report from a runtime's standard error, and ignores other lines there.
 * @throws Error when the runtime ends; the error contains the last of the ignored lines
 */
export async function* listen(stream: ReadableStream<Uint8Array>): AsyncGenerator<Worked, never> {
  let text = "";
  let last = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
      const line = text.slice(0, end);
      const said = SAID.exec(line);
      text = text.slice(end + 1);
      if (said) yield JSON.parse(said[1]!);
      else last = `${last}${line}\n`.slice(-2_000);
    }
  }
  throw new Error(`The runtime ended: ${last}${text}`);
}
