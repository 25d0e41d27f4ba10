import { z } from "zod";
import { defined, mergeMetadata } from "../core/objects.ts";
import { listRoute, retrieveRoute } from "../http/pagination.ts";
import { flag, metadata, text, unsettable, url } from "../http/params.ts";
import type { Resource } from "../http/resource.ts";
import { route } from "../http/route.ts";
import { requireVersion } from "../resources/api-versions.ts";
import {
  createEndpoint,
  deleteEndpoint,
  webhookEndpoints,
} from "../resources/webhook-endpoints.ts";

const fields = {
  description: unsettable(text).optional(),
  metadata: unsettable(metadata).optional(),
};
const types = z.array(text).min(1);
const version = text.transform(requireVersion);

export const webhookEndpointResource: Resource = {
  object: "webhook_endpoint",
  routes: [
    route(
      "POST",
      "/v1/webhook_endpoints",
      {
        ...fields,
        url,
        enabled_events: types,
        api_version: version.optional(),
        connect: flag.optional(),
      },
      (scope, { connect, ...params }) =>
        createEndpoint(scope, { ...params, hears: connect ? "connected" : "platform" }),
    ),
    listRoute("/v1/webhook_endpoints", webhookEndpoints, {}, () => true),
    retrieveRoute("/v1/webhook_endpoints", webhookEndpoints),
    route(
      "POST",
      "/v1/webhook_endpoints/:id",
      {
        ...fields,
        url: url.optional(),
        enabled_events: types.optional(),
        disabled: flag.optional(),
      },
      (scope, { disabled, ...params }, { id }) => {
        const endpoint = webhookEndpoints.get(scope, id);
        return webhookEndpoints.update(scope, endpoint, {
          ...defined(params),
          metadata: mergeMetadata(endpoint.metadata, params.metadata),
          status: disabled === undefined ? endpoint.status : disabled ? "disabled" : "enabled",
        });
      },
    ),
    route(
      "DELETE",
      "/v1/webhook_endpoints/:id",
      {},
      (scope, _params, { id }) => deleteEndpoint(scope, id),
    ),
  ],
  expands: {},
};
