/**
 * The runtime's own span of the request that is being served, where OpenTelemetry is switched on
 * (docs/reference/observability.md). Elsewhere there is none, and asking costs a function call.
 */
import { type SpanContext, trace } from "@opentelemetry/api";

export function activeSpan(): SpanContext | undefined {
  return trace.getActiveSpan()?.spanContext();
}

/** Calls the span by its route: by itself it knows only the method. `title`: `POST /usage`. */
export function nameActiveSpan(title: string | null, route: string | null): void {
  const span = trace.getActiveSpan();
  if (span === undefined || title === null || route === null) return;
  span.updateName(title);
  span.setAttribute("http.route", route);
}
