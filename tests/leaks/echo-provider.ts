/** A provider of language models that always fails, and repeats its prompt in every part of its answer. */

interface Asked {
  stream?: boolean;
  messages: { content: string }[];
}

const event = (data: unknown) => `data: ${JSON.stringify(data)}\n\n`;

/**
 * Fails in the way that the prompt names: `echo:<status>` or `echo:garbage`. A stream fails after one
 * piece.
 */
function answer({ stream, messages }: Asked): Response {
  const said = messages.map(({ content }) => content).join("\n");
  const error = { message: `This I refuse: ${said}`, type: said, code: said, param: said };
  // A header can't contain a line break.
  const headers = { "x-request-id": said.replaceAll(/\s/g, " ") };
  if (said.includes("echo:garbage")) return new Response(`<p>${said}`, { headers });
  const status = Number(/echo:(\d{3})/.exec(said)?.[1] ?? 200);
  if (!stream || status >= 400) {
    return Response.json({ error }, { status: Math.max(status, 400), headers });
  }
  const piece = {
    id: "1",
    choices: [{ index: 0, delta: { content: "Well" }, finish_reason: null }],
  };
  const body = event(piece) + event({ error });
  return new Response(body, { headers: { ...headers, "content-type": "text/event-stream" } });
}

/**
 * Runs `use` with the provider's address. Returns the number of requests that the provider
 * received.
 */
export async function withEchoProvider(use: (baseUrl: string) => Promise<void>): Promise<number> {
  let asked = 0;
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      asked += 1;
      return answer(await request.json());
    },
  );
  await use(`http://127.0.0.1:${server.addr.port}/v1`);
  return asked;
}
