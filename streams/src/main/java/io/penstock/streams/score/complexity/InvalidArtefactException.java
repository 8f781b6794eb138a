package io.penstock.streams.score.complexity;

/** A file that is not a predictor this version can read; the message says why and what to do. */
public final class InvalidArtefactException extends RuntimeException {

  InvalidArtefactException(String name, String why) {
    this(name, why, null);
  }

  InvalidArtefactException(String name, String why, Throwable cause) {
    super(
        "%s is no usable complexity predictor: %s; train one with 'penstock complexity train'"
            .formatted(name, why),
        cause);
  }
}
