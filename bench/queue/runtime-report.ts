/** What a runtime says when it has worked a queue off, and how that is heard among its libraries' words. */

/** What a runtime did with the jobs that it found. */
export interface Worked {
  seconds: number;
  /** Calls of the job's handler, and for how many jobs these were. */
  ran: number;
  distinct: number;
}

export const sayWorked = (worked: Worked) => `\nworked ${JSON.stringify(worked)}\n`;

const SAID = /^worked (.*)$/;

/**
 * What the runtime says on standard error, whatever its libraries say there too.
 * @throws Error with their last words when it ends
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
