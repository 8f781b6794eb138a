package io.penstock.streams.score.request;

/** The result of checking a request. */
public sealed interface Validation {

  record Valid(ParsedRequest request) implements Validation {}

  record Invalid(Refusal refusal) implements Validation {}
}
