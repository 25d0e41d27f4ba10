/**
 * The product's part of the page at the gateway's root. The product is the app whose Edge Functions
 * the stack runs. The stack itself knows nothing about the product.
 */

/** The address and the keys with which the product calls its own Edge Functions. */
export interface Access {
  /** The gateway's address. */
  url: string;
  publishableKey: string;
  secretKey: string;
}

/** The result of the product's check of its own data. */
export interface Proof {
  state: "good" | "bad" | "unknown";
  summary: string;
  detail: string;
}

/** The product's values that the API page shows in addition to the keys. */
export interface ApiSamples {
  /** The token of a user. Without one, the page shows no token. */
  userToken?: string;
  /** The functions' OpenAPI document, with examples that work on this stack. */
  document: unknown;
}

export interface Welcome {
  name: string;
  about: string;
  /** Files of the repository that the page recommends for further reading. */
  documents: readonly { path: string; about: string }[];
  /**
   * Returns a shell command that works on a fresh stack and does not need the secret key. The page
   * shows the command.
   */
  firstRequest(access: Omit<Access, "secretKey">): string;
  /**
   * Returns a function that is called each time the API page is opened. The function may create
   * data that the examples use, such as a user. If it throws, the page shows the document as it is.
   */
  samples?(access: Access): (document: unknown) => Promise<ApiSamples>;
  /** The command that runs the product's demo. The demo sends its result to `PUT /stack/demo`. */
  demo: string;
  /**
   * Reads the result of the product's last check of its data. If this throws, the page shows that
   * the result is unknown.
   */
  readProof(access: Access): Promise<Proof>;
}
