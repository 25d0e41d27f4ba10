/**
 * A worker of a queue with one connection. It runs two statements in turn: one claims a job, the
 * other completes it.
 */
import type { QueueTarget } from "./client-job.ts";
import { connect } from "./libpq.ts";

export function openQueue({ lib, url, claim, complete, width }: QueueTarget) {
  const connection = connect(lib, url);
  const values = new BigUint64Array(width);
  const claiming = connection.prepare(claim, new BigUint64Array(0));
  const completing = connection.prepare(complete, values);
  let isOver = false;
  return {
    call: () =>
      claiming.execute(({ rows, pointAt }) => {
        isOver = rows === 0;
        if (isOver) return true;
        for (let column = 0; column < width; column++) values[column] = pointAt(column);
        return completing.execute();
      }),
    isOver: () => isOver,
    message: connection.message,
    close: connection.close,
  };
}
