package io.penstock.streams.score.request;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.models.Endpoint;
import java.time.Instant;

/**
 * A valid request with its body read once.
 *
 * @param request as it came, the body untouched
 * @param serviceClass the topic's class, with which the request agrees
 * @param model the name to look up: the request's own, or its body's where that is empty
 * @param acceptedAt when the log accepted it
 */
public record ParsedRequest(
    InferenceRequest request,
    ServiceClass serviceClass,
    Endpoint endpoint,
    String model,
    ParsedBody body,
    Instant acceptedAt) {}
