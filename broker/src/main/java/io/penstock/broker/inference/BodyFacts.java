package io.penstock.broker.inference;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the front has to know of a body, which is handed on byte for byte.
 *
 * @param model the model's name or alias
 * @param stream whether the answer is to come token by token
 * @param includeUsage whether a stream is to end with the usage
 * @param maxTokens the most tokens of each answer, where the body bounds them
 * @param answers how many answers are wanted, 1 or more
 * @param serviceTier how urgent it is, in OpenAI's words
 * @param bytes the length of the body
 */
public record BodyFacts(
    String model,
    boolean stream,
    boolean includeUsage,
    OptionalLong maxTokens,
    long answers,
    Optional<String> serviceTier,
    int bytes) {}
