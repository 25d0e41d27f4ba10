/** The product's part of the first page, at the gateway's root. The stack knows no product. */

/** The address and the keys with which the product calls itself. */
export interface Access {
  /** The gateway's address. */
  url: string;
  publishableKey: string;
  secretKey: string;
}

/** Whether the product's books or data are in order. */
export interface Proof {
  state: "good" | "bad" | "unknown";
  summary: string;
  detail: string;
}

export interface Welcome {
  name: string;
  about: string;
  /** Where a person may read on: files of the repository. */
  documents: readonly { path: string; about: string }[];
  /** Returns a shell command that works on a fresh stack. The page has no secret key. */
  firstRequest(access: Omit<Access, "secretKey">): string;
  /** Reads the last proof. If it throws, the page shows that the proof is unknown. */
  readProof(access: Access): Promise<Proof>;
}
