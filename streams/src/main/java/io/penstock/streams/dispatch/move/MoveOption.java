package io.penstock.streams.dispatch.move;

import io.penstock.schemas.ModelAlternative;
import io.penstock.schemas.TargetHealth;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * One of a request's alternatives with its present state.
 *
 * @param health null if nothing is known
 * @param startSeconds until its first token there, as predicted; empty if that cannot be told
 */
public record MoveOption(
    ModelAlternative alternative, @Nullable TargetHealth health, OptionalDouble startSeconds) {}
