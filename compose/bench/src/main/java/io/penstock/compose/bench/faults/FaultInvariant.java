package io.penstock.compose.bench.faults;

/** What must hold of every run. */
enum FaultInvariant {
  NOTHING_LOST("every accepted request has a terminal result"),
  NO_DUPLICATE("no request has two"),
  NO_STRANGER("no result is of a request that nobody accepted"),
  ONLY_IN_FLIGHT_AGAIN("only work that was in flight during a fault runs again"),
  LEASED_AGAIN_IN_TIME(
      "what a dead worker held is leased again within the lease time-out and a second"),
  COMES_BACK("every part serves again after its fault, and stops when it is told to"),
  FRONT_KEEPS_ITS_WORD(
      "calls are answered, each line of a batch once, and a stream is whole or names an error and"
          + " goes on");

  private final String text;

  FaultInvariant(String text) {
    this.text = text;
  }

  /** The sentence that must be true. */
  String text() {
    return text;
  }
}
