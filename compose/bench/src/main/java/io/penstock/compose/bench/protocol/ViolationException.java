package io.penstock.compose.bench.protocol;

/** The simulation came to a state that must not be. */
final class ViolationException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final Invariant invariant;

  ViolationException(Invariant invariant, String what) {
    super(what);
    this.invariant = invariant;
  }

  Invariant invariant() {
    return invariant;
  }
}
