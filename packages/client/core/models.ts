/**
 * The models of the app. Rates are data, so the service's contract has no list of models. If an app
 * declares its own list, as below, the compiler refuses every other name:
 *
 * ```ts
 * declare module "@farthing/client" {
 *   interface Register {
 *     model: "gpt-4o" | "gpt-4o-mini";
 *   }
 * }
 * ```
 */
// deno-lint-ignore no-empty-interface
export interface Register {}

/** The name of a model: one that the app lists in `Register`, or any name if it lists none. */
export type ModelName = Register extends { model: infer Name extends string } ? Name : string;

/** A request's body, in which each `model` is a `ModelName`. */
export type WithModels<Body> = string extends ModelName ? Body
  : Body extends object
    ? { [Key in keyof Body]: Key extends "model" ? ModelName : WithModels<Body[Key]> }
  : Body;
