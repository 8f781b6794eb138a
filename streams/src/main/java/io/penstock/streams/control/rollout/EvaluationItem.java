package io.penstock.streams.control.rollout;

import io.penstock.schemas.RoutingPreferences;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * One question for both variants.
 *
 * @param endpoint the OpenAI path
 * @param body the OpenAI-style JSON body
 * @param routing the constraints of the request that is replayed; empty for a stored question
 */
public record EvaluationItem(
    String endpoint, ByteBuffer body, Optional<RoutingPreferences> routing) {}
