import { deepEqual, equal } from "node:assert/strict";
import { Scene, type SceneOptions } from "./scene.ts";

/** A way in which a call ends. */
export interface Ending {
  readonly name: string;
  readonly options?: SceneOptions & { balance?: number };
  /** Plays the call until its end or until the process dies. */
  readonly play: (scene: Scene) => Promise<void>;
  /**
   * The credits that are charged in the end, as a list if there are several calls; null if free.
   */
  readonly charged: number | readonly number[] | null;
  /** Whether the charge is settled only when the app starts again. */
  readonly isLeft?: boolean;
}

/**
 * Adds a test for each ending. The test plays the call and starts the app again. Then the call must
 * be free, or settled exactly once. No record and no open hold may be left.
 */
export function testEndings(endings: readonly Ending[]): void {
  for (const { name, options = {}, play, charged, isLeft = false } of endings) {
    Deno.test(name, async () => {
      const folder = await Deno.makeTempDir({ prefix: "farthing-journal-" });
      try {
        const scene = new Scene(folder, options);
        await play(scene);
        equal(await scene.journalled(), isLeft ? 1 : 0, "records in the journal");
        const { settled, pending, running } = await scene.finishAtNextStart();
        deepEqual([settled.length, pending, running], [isLeft ? 1 : 0, [], []]);
        equal(await scene.journalled(), 0);
        deepEqual(scene.service.charges, charged === null ? [] : [charged].flat());
        equal(scene.service.open, 0, "open holds");
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    });
  }
}
