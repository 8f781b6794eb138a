package io.penstock.broker.batches.input;

import org.jspecify.annotations.Nullable;

/**
 * What is wrong with an input file, as an entry of {@code errors.data} in OpenAI's batch object.
 *
 * @param code stable and machine-readable, such as {@code duplicate_custom_id}
 * @param message what is wrong and what remedies it, for a person
 * @param line counts from 1, blank lines too; null where the whole file is at fault
 * @param param the field at fault, such as {@code body.model}; null where none is
 */
public record InputFault(
    String code, String message, @Nullable Long line, @Nullable String param) {}
