/**
 * The ids in the examples of requests, one for each kind of object. The local stack's API page
 * replaces them with ids of objects that exist on the stack.
 */
export const EXAMPLE_IDS = {
  customer: "6f1c2f0e-5d0a-4f53-9d0c-0d8f6a1b2c3d",
  order: "0b7f6a3c-4c0e-4b7d-9a55-2f1f6f0f7a10",
  provider: "c2a4f8d1-93d5-4f0b-8a53-5d1c7e9b2a44",
  booking: "3d9e5b7a-1f64-4c28-9b0e-7a2c8d4f6e15",
  hold: "a84c1e6d-72b5-4d93-8f17-c5e03b9a6d28",
  grant: "5e2b9f74-c830-4a16-b7d5-91f6a3e8c04b",
  job: "d7613fa8-0c95-4e2b-a4d8-6b1f5c9e2734",
  block: "19f4c7b2-8e5d-4036-9a7c-e2d8b5f1a693",
  mismatch: "72ae0d95-b3c1-4f68-8d24-f07b9e6a1c5d",
  notification: "e05b8c3f-4a7d-4912-b6e1-8c9d2f7a503b",
  refund: "48d1f6a9-7e2c-4b05-93fa-d6c0e8b57f21",
  incident: "b6c93e07-5f1a-4d82-a0c4-2e7f8b9d6135",
  proof: "7001",
  welcomeGrant: "7002",
  dispute: "du_1PgafyB7WZ01zgkWkz2Yd0qN",
  payout: "po_1PgafyB7WZ01zgkWUa9mT4vX",
  warning: "issfr_1PgafyB7WZ01zgkWSjxsAJo3",
  event: "evt_1PgafyB7WZ01zgkWSjxsAJo3",
} as const;

export type ExampleKind = keyof typeof EXAMPLE_IDS;
