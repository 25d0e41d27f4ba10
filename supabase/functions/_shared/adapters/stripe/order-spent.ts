/** In a file of its own, so that a function can know it without loading Stripe's SDK. */
import { ApiError } from "../../core/errors.ts";

/**
 * Stripe answered a request for a session with an error and keeps that answer under the order's key: every
 * further request for this order would get it again.
 */
export class OrderSpent extends ApiError {}
