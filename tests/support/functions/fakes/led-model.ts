/**
 * A model whose stream a test controls. The test chooses the pieces of the stream, and can read
 * whether the caller has aborted the stream.
 */
import type {
  Ai,
  AiPiece,
  AiUsage,
} from "../../../../supabase/functions/_shared/adapters/ai/ai.ts";

export function ledModel() {
  const waiting: ((step: () => AiPiece) => void)[] = [];
  const steps: (() => AiPiece)[] = [];
  let signal: AbortSignal | undefined;
  const offer = (step: () => AiPiece) => {
    const take = waiting.shift();
    if (take) take(step);
    else steps.push(step);
  };
  async function* pieces(): AsyncGenerator<AiPiece> {
    for (;;) {
      const gone = new Promise<never>((_, reject) => {
        signal!.addEventListener("abort", () => reject(signal!.reason));
      });
      gone.catch(() => {});
      const next = steps.shift() ?? await Promise.race([
        new Promise<() => AiPiece>((take) => waiting.push(take)),
        gone,
      ]);
      signal!.throwIfAborted();
      yield next();
    }
  }
  const stream: Ai["stream"] = (request) => {
    signal = request.signal;
    return Promise.resolve(pieces());
  };
  return {
    ai: { stream },
    say: (text: string) => offer(() => ({ kind: "delta", text })),
    fail: (error: unknown) =>
      offer(() => {
        throw error;
      }),
    end: (usage: AiUsage) => offer(() => ({ kind: "end", finishReason: "stop", usage })),
    isLeft: () => signal?.aborted ?? false,
  };
}
